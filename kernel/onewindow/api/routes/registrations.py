"""What becomes of a registration later: another track, or void."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from onewindow.api.auth import At, Who
from onewindow.api.models import Out
from onewindow.api.parts import PREFIX, Number
from onewindow.api.problems import documented
from onewindow.office.types import Track
from onewindow.routing.retrack import Change

router = APIRouter(prefix=f"{PREFIX}/cases", tags=["cases"])


class TrackChange(BaseModel):
    """Another track, and why. `about` names units or staff of ours that the matter complains about."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    track: Track
    category: str | None = Field(None, max_length=4)
    reason: str = Field(min_length=2, max_length=200)
    about: list[Annotated[str, Field(max_length=36)]] = Field(default_factory=list, max_length=20)
    about_leader: bool = False


class TrackChanged(Out):
    """The case's number from now on; none where it is sealed and you are not named in it."""

    number: str | None


class Mistaken(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=2, max_length=200, examples=["同一事项登记了两次"])


@router.post(
    "/{number}/track",
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="changeTrack",
    summary="变更事项轨 · Change the track of a case",
)
async def change_track(centre: At, who: Who, number: Number, given: TrackChange) -> TrackChanged:
    """Let a case take another track: open assignments are taken back, the case is routed anew, and its clocks run from
    the moment at which it was received. One that becomes sealed gets another number; the old one stays void."""
    change = Change(given.track, given.reason, given.category, tuple(given.about), given.about_leader)
    return TrackChanged(number=await centre.handling.change_track(who, number, change))


@router.post(
    "/{number}/void",
    status_code=204,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="voidCase",
    summary="作废误登记 · Make a mistaken registration void",
)
async def void(centre: At, who: Who, number: Number, given: Mistaken) -> None:
    """Only before somebody has signed for it, and by somebody else than who registered it. The number stays used, and
    the person reads the reason by their code."""
    await centre.handling.void(who, number, given.reason)
