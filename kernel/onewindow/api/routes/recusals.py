"""Recusals (回避): what waits for a decision, and the decision; asking is an action of the office's procedure."""

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from onewindow.api.auth import At, Who
from onewindow.api.models import Listed, Out
from onewindow.api.parts import PREFIX, Id, Number
from onewindow.api.problems import documented

router = APIRouter(prefix=PREFIX, tags=["assignments"])


class RecusalOut(Out):
    """Somebody who is to step aside, who asked, and why."""

    id: str
    assignment_id: str
    staff_id: str
    asked_by: str
    asked_at: AwareDatetime
    ground: str
    reason: str


class RecusalDecision(BaseModel):
    """Granted, the person knows no more of the case; `officer` of the same unit has it then, or whoever it chooses."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    granted: bool
    reason: str = Field(min_length=2, max_length=200)
    officer: str | None = Field(None, max_length=36)


@router.get(
    "/cases/{number}/recusals",
    responses=documented(401, 403, 404, 422),
    operation_id="listRecusals",
    summary="待决定的回避 · Recusals that wait for a decision",
)
async def recusals(centre: At, who: Who, number: Number) -> Listed[RecusalOut]:
    found = await centre.handling.recusals(await centre.desk.open(who, number))
    return Listed[RecusalOut](items=[RecusalOut.model_validate(row) for row in found])


@router.post(
    "/recusals/{recusal}/decision",
    status_code=204,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="decideRecusal",
    summary="决定回避 · Decide on a recusal",
)
async def decide(centre: At, who: Who, recusal: Id, given: RecusalDecision) -> None:
    """By the head of the unit, never by the person whom it is about. The clocks run on."""
    await centre.handling.decide_recusal(
        who, recusal, granted=given.granted, reason=given.reason, officer=given.officer
    )
