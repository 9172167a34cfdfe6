"""What goes with a case besides its words, what is added to it later, and whether it may be there already."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from onewindow.api import models as out
from onewindow.api.auth import At, Who
from onewindow.api.parts import PREFIX, Key, Number, Show
from onewindow.api.problems import documented
from onewindow.registry.intake import Emergency, External, PartyInput

router = APIRouter(prefix=PREFIX + "/cases", tags=["cases"])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class LikelyRequest(_Body):
    """A matter as it is about to be registered, without anybody in it."""

    township: str = Field(max_length=12)
    category: str = Field("9900", max_length=4)
    text: str = Field(min_length=1, max_length=20_000)
    place: str = Field("", max_length=200)


class RelatedRequest(_Body):
    """Numbers of related matters, and numbers that this one has elsewhere."""

    related: list[Annotated[str, Field(max_length=64)]] = Field(default_factory=list, max_length=10)
    external: list[External] = Field(default_factory=list, max_length=10)


class JoinRequest(_Body):
    """Others who bring the same matter, as somebody of the staff says after asking them."""

    parties: list[PartyInput] = Field(min_length=1, max_length=50)


@router.post(
    "/likely",
    responses=documented(401, 403, 413, 415, 422),
    operation_id="askLikely",
    summary="可能已登记 · Whether a matter like this may be there already",
)
async def likely(centre: At, who: Who, given: LikelyRequest) -> out.LikelyOut:
    """Yes or no, from place, category and words of open matters; nothing of any of them, and never by a person."""
    words = {"text": given.text, "place": given.place}
    return out.LikelyOut(may_be_registered=await centre.likely.already(who, given.township, given.category, words))


@router.get(
    "/{number}/circumstances",
    responses=documented(401, 403, 404, 422),
    operation_id="getCircumstances",
    summary="登记情况 · What goes with a case besides its words",
)
async def circumstances(centre: At, who: Who, show: Show, number: Number) -> out.CircumstancesOut:
    """Group, secrecy, danger, proceedings and numbers elsewhere; related matters as far as you may see them."""
    file = await centre.desk.read(who, number)
    assert who is not None
    told, related = await centre.supplement.told(who, file)
    return show.circumstances(told, related)


@router.post(
    "/{number}/emergency",
    responses=documented(401, 403, 404, 413, 415, 422),
    operation_id="flagEmergency",
    summary="标记紧急情况 · Say that there is danger",
)
async def emergency(centre: At, who: Who, number: Number, given: Emergency) -> out.VersionOut:
    """Danger to persons or the public, or harm to a minor; with the calls that were made and the first report."""
    return out.VersionOut(number=number, version=await centre.supplement.emergency(who, number, given))


@router.post(
    "/{number}/related",
    responses=documented(401, 403, 404, 413, 415, 422),
    operation_id="addRelated",
    summary="补充相关编号 · Add related matters and numbers elsewhere",
)
async def related(centre: At, who: Who, number: Number, given: RelatedRequest) -> out.VersionOut:
    """A matter that you may not see is answered as one that does not exist. The same again changes nothing."""
    version = await centre.supplement.relate(who, number, related=given.related, external=given.external)
    return out.VersionOut(number=number, version=version)


@router.post(
    "/{number}/parties",
    status_code=201,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="joinCase",
    summary="添加来访人 · Let others join a matter",
)
async def join(centre: At, who: Who, number: Number, given: JoinRequest, key: Key) -> out.JoinedOut:
    """Each gets a code of their own, shown here and nowhere else, and reads only what concerns them."""
    return out.JoinedOut(number=number, codes=await centre.supplement.join(who, number, given.parties, key=key))
