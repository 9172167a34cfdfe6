"""Cases: registering, listing, reading, correcting; the timeline and whether its chain holds."""

from datetime import date
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from onewindow.api import models as out
from onewindow.api import problems
from onewindow.api.auth import At, Who, address, centre_of, door_of
from onewindow.api.language import header, language
from onewindow.api.parts import (
    PREFIX,
    Cursor,
    Id,
    Key,
    LeanRoute,
    Limit,
    Number,
    PreconditionRequired,
    Show,
    checked_key,
    etag_matches,
    expected_version,
)
from onewindow.api.problems import documented
from onewindow.api.show import receipt
from onewindow.registry.intake import Registration
from onewindow.registry.parties import PERSONAL
from onewindow.routing.filing import file_matter
from onewindow.routing.saved import Chosen

lean = APIRouter(prefix=PREFIX + "/cases", tags=["cases"], route_class=LeanRoute)
router = APIRouter(prefix=PREFIX + "/cases", tags=["cases"])

PersonalField = Literal["name", "phone", "id_number", "address", "contact"]
_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "the same key and body have one effect only",
    "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
}


@lean.post(
    "",
    status_code=201,
    response_model=out.RegisteredOut,
    responses=documented(401, 403, 409, 413, 415, 422, 429),
    operation_id="registerCase",
    summary="登记事项 · Register a matter",
    openapi_extra={
        "parameters": [_KEY_PARAMETER],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Registration"}}},
        },
        "security": [{}, {"bearer": []}, {"cookie": []}],
    },
)
async def register(request: Request) -> Response:
    """Anybody brings a matter for themselves; staff register for those who come to the window.

    One transaction: the number, the tracking codes and the first statutory date are in the answer."""
    centre, scope = centre_of(request), request.scope
    # The busiest path: validated once, no dependency is resolved, the answer is written straight from a dict.
    try:
        given = Registration.model_validate_json(await request.body())
    except ValidationError as error:
        return problems.answer(error, language(scope))
    entered = await door_of(request).enter(scope)
    key = checked_key(header(scope, b"idempotency-key") or None)
    principal = entered.principal if entered else None
    done = await file_matter(centre.registrar, principal, given, key=key)
    return Response(
        orjson.dumps(receipt(done, language(scope))),
        201,
        {"location": f"/api/v1/cases/{done.number}"},
        "application/json",
    )


@router.get(
    "",
    responses=documented(401, 403, 422),
    operation_id="listCases",
    summary="事项列表 · List cases",
)
async def list_cases(
    centre: At,
    who: Who,
    show: Show,
    q: Annotated[
        str,
        Query(
            max_length=100,
            description="a case number, or words of two characters and more, all of which the text must hold; "
            "people are not searched for",
        ),
    ] = "",
    place: Annotated[str, Query(max_length=100, description="words that the place as written must hold")] = "",
    township: Annotated[str | None, Query(max_length=12)] = None,
    state: Annotated[str | None, Query(max_length=8)] = None,
    category: Annotated[str | None, Query(max_length=4)] = None,
    track: Annotated[str | None, Query(max_length=1)] = None,
    phase: Annotated[str | None, Query(max_length=16)] = None,
    office: Annotated[str | None, Query(max_length=40)] = None,
    unit: Annotated[str | None, Query(max_length=36)] = None,
    place_unit: Annotated[
        str | None, Query(max_length=36, description="a unit of the tree; those below it count too")
    ] = None,
    channel: Annotated[str | None, Query(max_length=16)] = None,
    colour: Annotated[str | None, Query(max_length=8)] = None,
    assignment_state: Annotated[str | None, Query(max_length=10)] = None,
    registered_from: Annotated[date | None, Query(description="the first day, as law counts")] = None,
    registered_to: Annotated[date | None, Query(description="the last day")] = None,
    after: Cursor = None,
    before: Cursor = None,
    limit: Limit = 50,
) -> out.Listed[out.CaseLine]:
    """The cases that you may see, newest first, by key. Searched for words, each comes with where they stand in it.

    Sealed cases are found by their number only, and only by whoever is named in them. What was just registered may be
    found some seconds later. A page may be short where much was looked through: go on while there is a `next`."""
    chosen = Chosen(
        q=q,
        place=place,
        township=township or "",
        state=state or "",
        category=category or "",
        track=track or "",
        phase=phase or "",
        office=office or "",
        unit=unit or "",
        place_unit=place_unit or "",
        channel=channel or "",
        colour=colour or "",
        assignment_state=assignment_state or "",
        registered_from=registered_from,
        registered_to=registered_to,
    )
    filters = chosen.filters(centre.organisation.current)
    found = await centre.search.find(
        who, chosen.q, place=chosen.place, filters=filters, after=after, before=before, limit=limit
    )
    items = [show.case_line(row, found.snippets.get(row["id"], ())) for row in found.page.rows]
    return out.Listed[out.CaseLine](items=items, next=found.page.next, prev=found.page.prev)


class CodeGiven(BaseModel):
    """The tracking code that the person at the window brought."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    code: str = Field(min_length=1, max_length=64, examples=["7K3M-9QW2-X4TB-0000"])


@router.post(
    "/by-code",
    responses=documented(401, 403, 404, 413, 415, 422, 429),
    operation_id="findCaseByCode",
    summary="凭查询码查找 · Find the case of somebody who brought their code",
)
async def by_code(centre: At, who: Who, show: Show, request: Request, given: CodeGiven) -> out.ByCodeOut:
    """For the window: the case of the person who stands there with their code. The look is logged and they can see it.

    A wrong code and that of a case that you may not know of get the same answer."""
    return show.by_code(await centre.search.by_code(who, given.code, address=address(request.scope)))


@router.get(
    "/{number}",
    response_model=out.CaseOut,
    responses={
        **documented(401, 403, 404, 422),
        304: {"description": "unchanged since the version in If-None-Match"},
        200: {"headers": {"ETag": {"description": "the case's version", "schema": {"type": "string"}}}},
    },
    operation_id="getCase",
    summary="查看事项 · Read a case",
)
async def read_case(
    centre: At,
    who: Who,
    show: Show,
    number: Number,
    response: Response,
    if_none_match: Annotated[str | None, Header(max_length=200)] = None,
) -> Any:
    """A case with its parties masked; the look is logged. A sealed case is not there for who is not named in it."""
    file = await centre.desk.read(who, number)
    etag = f'"{file.case["version"]}"'
    if etag_matches(if_none_match, etag):
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    return show.case(file)


class Words(BaseModel):
    """Corrected words; what is left out stays."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: str | None = Field(None, min_length=1, max_length=20_000)
    request: str | None = Field(None, max_length=20_000)
    place: str | None = Field(None, max_length=200)


class Personal(BaseModel):
    """Corrected personal fields of a party; a masked value is refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str | None = Field(None, max_length=200)
    phone: str | None = Field(None, max_length=40)
    id_number: str | None = Field(None, max_length=40)
    address: str | None = Field(None, max_length=200)
    contact: str | None = Field(None, max_length=200)


class Correction(BaseModel):
    """What is corrected, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=2, max_length=200)
    words: Words = Field(default_factory=Words)
    parties: dict[str, Personal] = Field(default_factory=dict, max_length=50)
    category: str | None = Field(None, max_length=4)


@router.patch(
    "/{number}",
    responses=documented(401, 403, 404, 409, 412, 413, 415, 422, 428),
    operation_id="correctCase",
    summary="更正登记内容 · Correct a case",
)
async def correct_case(
    centre: At,
    who: Who,
    number: Number,
    given: Correction,
    response: Response,
    if_match: Annotated[str | None, Header(max_length=100, description="the case's ETag; required")] = None,
) -> out.VersionOut:
    """Correct what was registered. The earlier words stay in the timeline."""
    if if_match is None:
        raise PreconditionRequired()
    version = await centre.desk.correct(
        who,
        number,
        reason=given.reason,
        expect=expected_version(if_match),
        words=given.words.model_dump(exclude_none=True),
        parties={party: fields.model_dump(exclude_none=True) for party, fields in given.parties.items()},
        category=given.category,
    )
    response.headers["ETag"] = f'"{version}"'
    return out.VersionOut(number=number, version=version)


class Reveal(BaseModel):
    """Which fields, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=2, max_length=200, examples=["电话回访"])
    fields: set[PersonalField] = Field(default={"name", "phone", "id_number", "address"}, min_length=1)


@router.post(
    "/{number}/parties/{party}/reveal",
    responses=documented(401, 403, 404, 413, 415, 422),
    operation_id="revealParty",
    summary="查看完整个人信息 · Reveal a party's personal fields",
)
async def reveal_party(centre: At, who: Who, number: Number, party: Id, given: Reveal) -> out.RevealedOut:
    """The one answer with personal fields in clear. The look is logged with its reason, and the person can see that."""
    fields = [name for name in PERSONAL if name in given.fields]
    shown = await centre.desk.reveal(who, number, party, given.reason, fields=fields)
    return out.RevealedOut.model_validate(dict(shown))


@router.get(
    "/{number}/timeline",
    responses=documented(401, 403, 404, 422),
    operation_id="getTimeline",
    summary="办理记录 · The timeline of a case",
)
async def timeline(
    centre: At,
    who: Who,
    show: Show,
    number: Number,
    after: Annotated[int, Query(ge=0, le=1_000_000, description="the last seq that you have")] = 0,
    limit: Limit = 200,
) -> out.Listed[out.EntryOut]:
    """The history of a case, oldest first, as far as you may read it."""
    found = [entry for entry in await centre.desk.timeline(who, number) if entry.seq > after]
    page = [show.entry(entry) for entry in found[:limit]]
    return out.Listed[out.EntryOut](items=page, next=str(page[-1].seq) if len(found) > limit else None)


@router.get(
    "/{number}/verify",
    responses=documented(401, 403, 404, 422),
    operation_id="verifyTimeline",
    summary="校验办理记录 · Verify the timeline's chain",
)
async def verify(centre: At, who: Who, number: Number) -> out.VerdictOut:
    """Whether the hash chain of the timeline holds; if not, the entry where it breaks."""
    return out.VerdictOut.model_validate(await centre.desk.verify(who, number))


@router.get(
    "/{number}/documents",
    responses=documented(401, 403, 404, 422),
    operation_id="listDocuments",
    summary="事项文书 · The documents of a case",
)
async def documents(centre: At, who: Who, show: Show, number: Number) -> out.Listed[out.DocumentOut]:
    """Every document that was issued in a case, and how each was served."""
    return out.Listed[out.DocumentOut](items=show.documents(await centre.desk.open(who, number)))


class Handover(BaseModel):
    """To which unit, to whom there, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    unit: str = Field(max_length=36)
    officer: str | None = Field(None, max_length=36)
    reason: str = Field(min_length=2, max_length=200)


@router.post(
    "/{number}/assignments",
    status_code=201,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="assignCase",
    summary="交办或改派 · Assign a case",
)
async def assign(centre: At, who: Who, number: Number, given: Handover, key: Key) -> out.AssignmentMade:
    """Hand a case to a unit: from the window's own queue, or one that nobody signed for."""
    made = await centre.handling.reassign(who, number, given.unit, given.reason, given.officer, key=key)
    return out.AssignmentMade(assignment=made)
