"""The centre itself: offices, calendars, parked messages."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from onewindow.api import models_admin as out
from onewindow.api.auth import At, Who
from onewindow.api.models import Listed
from onewindow.api.parts import PREFIX, Code, Cursor, Id, Limit, Show, page_of
from onewindow.api.problems import documented
from onewindow.i18n import translate
from onewindow.routing.upkeep import OfficeState, Year

router = APIRouter(prefix=PREFIX)


# Offices -------------------------------------------------------------------------------------------------------------


def _office(found: OfficeState, lang: str) -> out.OfficeOut:
    known = found.known
    return out.OfficeOut(
        id=known.id,
        title=translate(known.title, lang, domain=known.id),
        version=known.version,
        remote=known.remote,
        answering=found.answering,
        where=found.where.value,
        since=found.since,
        quarantined=(known.reason.text(lang) if known.reason else known.quarantined) or None,
        handles=sorted(known.manifest.handles) if known.manifest else [],
        townships=list(found.townships),
        parked=found.parked,
    )


@router.get(
    "/offices",
    tags=["offices"],
    responses=documented(401, 403, 422),
    operation_id="listOffices",
    summary="科室模块 · Offices",
)
async def offices(centre: At, who: Who, show: Show, after: Cursor = None, limit: Limit = 50) -> Listed[out.OfficeOut]:
    """Each office that the centre knows: whether it answers, where it is enabled, or why it is quarantined."""
    found = [each for each in await centre.upkeep.offices(who) if after is None or each.known.id > after]
    rows, following = page_of(found, limit, lambda each: each.known.id)
    return Listed[out.OfficeOut](items=[_office(each, show.lang) for each in rows], next=following)


@router.get(
    "/offices/{office}",
    tags=["offices"],
    responses=documented(401, 403, 404, 422),
    operation_id="getOffice",
    summary="一个科室模块 · One office",
)
async def office(centre: At, who: Who, show: Show, office: Id) -> out.OfficeOut:
    return _office(await centre.upkeep.office(who, office), show.lang)


@router.get(
    "/offices/{office}/manifest",
    tags=["offices"],
    responses=documented(401, 403, 404, 422),
    operation_id="getManifest",
    summary="科室声明 · The manifest of an office",
)
async def manifest(centre: At, who: Who, office: Id) -> out.ManifestOut:
    """Procedures, forms, clocks and documents, as the office declares them."""
    found = await centre.upkeep.manifest(who, office)
    return out.ManifestOut(manifest=found.model_dump(mode="json"))


@router.get(
    "/offices/{office}/diagram",
    tags=["offices"],
    response_class=PlainTextResponse,
    responses=documented(401, 403, 404, 422),
    operation_id="getDiagram",
    summary="流程图 · The state diagrams of an office (Mermaid)",
)
async def diagram(centre: At, who: Who, office: Id) -> PlainTextResponse:
    found = await centre.upkeep.manifest(who, office)
    parts = [f"%% {spec.key} {spec.version}: {spec.title}\n{spec.mermaid()}" for spec in found.procedures]
    return PlainTextResponse("\n\n".join(parts) + "\n")


@router.put(
    "/townships/{township}/offices/{office}",
    tags=["offices"],
    responses=documented(401, 403, 404, 409, 422),
    operation_id="enableOffice",
    summary="启用科室模块 · Enable an office in a township",
)
async def enable(centre: At, who: Who, township: Code, office: Id) -> out.EnabledOut:
    await centre.upkeep.enable(who, office, township, True)
    return out.EnabledOut(office=office, township=township, enabled=True)


@router.delete(
    "/townships/{township}/offices/{office}",
    tags=["offices"],
    responses=documented(401, 403, 404, 409, 422),
    operation_id="disableOffice",
    summary="停用科室模块 · Disable an office in a township",
)
async def disable(centre: At, who: Who, township: Code, office: Id) -> out.EnabledOut:
    """Nothing of it works there any more; its cases stay and can be read."""
    await centre.upkeep.enable(who, office, township, False)
    return out.EnabledOut(office=office, township=township, enabled=False)


@router.post(
    "/offices/{office}/credentials",
    tags=["offices"],
    responses=documented(401, 403, 404, 422),
    operation_id="issueCredentials",
    summary="签发凭证 · Issue an office's credentials",
)
async def credentials(centre: At, who: Who, office: Id) -> out.CredentialsOut:
    """The credentials file for an office's host on a machine of its own. It is a secret."""
    found = await centre.upkeep.credentials(who, office)
    return out.CredentialsOut.model_validate_json(found.model_dump_json())


# Calendars -----------------------------------------------------------------------------------------------------------


def _year(found: Year) -> out.CalendarOut:
    return out.CalendarOut(
        year=found.plan.year,
        source="package" if found.published else "imported",
        imported_at=found.imported_at,
        imported_by=found.imported_by,
        applied=found.applied,
        rest_days=len(found.plan.rest_days),
        work_days=len(found.plan.work_days),
    )


@router.get(
    "/calendars",
    tags=["calendars"],
    responses=documented(401, 403, 422),
    operation_id="listCalendars",
    summary="工作日历 · Calendar years",
)
async def calendars(centre: At, who: Who, after: Cursor = None, limit: Limit = 50) -> Listed[out.CalendarOut]:
    """The years whose working days the centre knows."""
    found = [each for each in await centre.upkeep.calendars(who) if after is None or str(each.plan.year) > after]
    rows, following = page_of(found, limit, lambda each: str(each.plan.year))
    return Listed[out.CalendarOut](items=[_year(each) for each in rows], next=following)


class CalendarFile(BaseModel):
    """A published year: days off and weekend days worked, as the text of a CSV or JSON file."""

    model_config = ConfigDict(extra="forbid")

    content: str = Field(min_length=1, max_length=100_000, examples=["date,kind\n2027-01-01,rest\n"])
    format: Literal["csv", "json"] = "csv"
    replace: bool = False


@router.put(
    "/calendars/{year}",
    tags=["calendars"],
    responses=documented(401, 403, 409, 413, 415, 422),
    operation_id="importCalendar",
    summary="导入工作日历 · Import a calendar year",
)
async def import_calendar(
    centre: At, who: Who, year: Annotated[int, Path(ge=2000, le=2100)], given: CalendarFile
) -> out.CalendarOut:
    """Running clocks follow, each with an entry in its case's timeline."""
    return _year(await centre.upkeep.import_calendar(who, given.content, year, given.format, replace=given.replace))


# Parked messages -----------------------------------------------------------------------------------------------------


@router.get(
    "/parked",
    tags=["parked"],
    responses=documented(401, 403, 422),
    operation_id="listParked",
    summary="搁置的消息 · Parked messages",
)
async def parked(centre: At, who: Who, after: Cursor = None, limit: Limit = 50) -> Listed[out.ParkedOut]:
    """Messages of offices that could not be applied, and why; each holds up only its own proceeding."""
    found = [each for each in await centre.upkeep.parked(who) if after is None or f"{each.id:019d}" > after]
    rows, following = page_of(found, limit, lambda each: f"{each.id:019d}")
    items = [
        out.ParkedOut(
            id=each.id,
            office=each.peer,
            event=each.event_id,
            kind=str(each.event.get("type", "")),
            subject=each.subject,
            reason=each.reason,
            at=each.at,
            replayable=each.body is not None,
        )
        for each in rows
    ]
    return Listed[out.ParkedOut](items=items, next=following)


@router.post(
    "/parked/{message}/replay",
    tags=["parked"],
    responses=documented(401, 403, 404, 409, 422),
    operation_id="replayParked",
    summary="重放搁置的消息 · Try a parked message once more",
)
async def replay(centre: At, who: Who, message: Annotated[int, Path(ge=1, le=(1 << 63) - 1)]) -> out.ReplayedOut:
    return out.ReplayedOut(result=(await centre.upkeep.replay(who, message)).value)
