"""Assignments: signing, recalling, the actions of the office's procedure, units on paper, objections."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from onewindow.access.guard import require_staff
from onewindow.api import models as out
from onewindow.api.auth import At, Who
from onewindow.api.language import language
from onewindow.api.parts import PREFIX, Id, Key, Number, Show
from onewindow.api.problems import documented, of_fault
from onewindow.routing import window
from onewindow.routing.commands import Outcome

router = APIRouter(prefix=PREFIX, tags=["assignments"])
ONE = "/cases/{number}/assignments/{assignment}"


class ActionRequest(BaseModel):
    """The form of an action. `expect`: the version of the proceeding that it is based on."""

    model_config = ConfigDict(extra="forbid")

    form: dict[str, Any] = Field(default_factory=dict)
    expect: int | None = Field(None, ge=0, le=1_000_000)


class Because(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=2, max_length=200)


UNCONFIRMED: dict[int | str, dict[str, Any]] = {
    202: {
        "model": out.OutcomeOut,
        "description": "sent, and no reply in time: Location says where to ask what became of it",
        "headers": {"Location": {"schema": {"type": "string"}}},
    }
}


def answered(outcome: Outcome, request: Request, office: str, commands: str) -> Response:
    """The three outcomes of a command as HTTP: 200 done, 409 or 422 refused, 202 unconfirmed."""
    if outcome.fault is not None:
        return of_fault(outcome.fault, language(request.scope), office=office).response()
    # The key belongs to whoever sent it: they know it without the name before it.
    key = outcome.key.partition(":")[2] or outcome.key
    body = out.OutcomeOut(outcome=outcome.kind, key=key).model_dump()
    if outcome.done:
        return JSONResponse(body)
    return JSONResponse(body, 202, {"Location": f"{commands}/{key}"})


@router.get(
    "/cases/{number}/actions",
    responses=documented(401, 403, 404, 422),
    operation_id="listActions",
    summary="可办理的操作 · What may be done with a case",
)
async def actions(centre: At, who: Who, show: Show, number: Number) -> out.Listed[out.OffersOut]:
    """For each assignment that is open: its state, the actions offered with their forms, and the office's blocks."""
    file = await centre.desk.open(who, number)
    principal = require_staff(who)
    found = []
    for row in file.assignments:
        if row["state"] in ("sent", "received"):
            found.append(show.offers(row, await centre.handling.describe(principal, file, row["id"])))
    return out.Listed[out.OffersOut](items=found)


@router.post(
    ONE + "/actions/{action}",
    response_model=out.OutcomeOut,
    responses={**documented(401, 403, 404, 409, 413, 415, 422), **UNCONFIRMED},
    operation_id="takeAction",
    summary="办理 · Take an action of the office's procedure",
)
async def act(
    centre: At, who: Who, request: Request, number: Number, assignment: Id, action: Id, given: ActionRequest, key: Key
) -> Any:
    """Take an action as the office's manifest declares it. The same Idempotency-Key asks for one effect, however often
    it is sent."""
    outcome = await centre.handling.act(who, number, assignment, action, given.form, key=key, expect=given.expect)
    office = await centre.handling.office_of(assignment) if outcome.fault is not None else ""
    return answered(outcome, request, office, "/api/v1/commands")


@router.get(
    "/commands/{key}",
    responses=documented(401, 403, 404, 422),
    operation_id="getCommand",
    summary="操作结果 · What became of an unconfirmed command",
)
async def command(centre: At, who: Who, key: Id) -> out.OutcomeOut:
    """Of one of your own commands that got no reply in time."""
    return out.OutcomeOut(outcome=await centre.handling.command(who, key), key=key)


@router.post(
    ONE + "/signature",
    status_code=204,
    responses=documented(401, 403, 404, 409, 422),
    operation_id="signAssignment",
    summary="签收 · Sign for an assignment",
)
async def sign(centre: At, who: Who, number: Number, assignment: Id) -> None:
    """A person signs for the case; from then on the unit has it."""
    await centre.handling.sign(who, number, assignment)


@router.post(
    ONE + "/recall",
    status_code=204,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="recallAssignment",
    summary="撤回交办 · Recall an assignment before it was signed for",
)
async def recall(centre: At, who: Who, number: Number, assignment: Id, given: Because) -> None:
    await centre.handling.recall(who, number, assignment, given.reason)


@router.post(
    ONE + "/paper/letter",
    status_code=201,
    responses=documented(401, 403, 404, 409, 422),
    operation_id="printLetter",
    summary="打印转办单 · Print the letter to a unit on paper",
)
async def print_letter(centre: At, who: Who, number: Number, assignment: Id, key: Key) -> out.DocumentMade:
    return out.DocumentMade(document=await centre.handling.print_letter(who, number, assignment, key=key))


class Slip(BaseModel):
    """The return slip."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    signed_for: str = Field(min_length=1, max_length=100, description="the name on the slip")


@router.post(
    ONE + "/paper/receipt",
    status_code=204,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="enterPaperReceipt",
    summary="登记纸质签收 · Enter the return slip of a unit on paper",
)
async def paper_receipt(centre: At, who: Who, number: Number, assignment: Id, given: Slip) -> None:
    await centre.handling.paper_receipt(who, number, assignment, given.signed_for)


class PaperAnswer(BaseModel):
    """The answer of a unit on paper."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    answer: str = Field(min_length=1, max_length=20_000)
    answered_on: date


@router.post(
    ONE + "/paper/answer",
    status_code=204,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="enterPaperAnswer",
    summary="录入纸质答复 · Enter the answer of a unit on paper",
)
async def paper_answer(centre: At, who: Who, number: Number, assignment: Id, given: PaperAnswer) -> None:
    await centre.handling.paper_answer(who, number, assignment, given.answer, given.answered_on)


class PaperObjection(BaseModel):
    """The objection of a unit on paper; the day is the one on the paper."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=2, max_length=2_000)
    basis: str = Field(min_length=2, max_length=300, description="the item of the duty list")
    objected_on: date
    suggest_unit: str | None = Field(None, max_length=36)


class ObjectionMade(out.Out):
    objection: str


@router.post(
    ONE + "/paper/objection",
    status_code=201,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="enterPaperObjection",
    summary="录入纸质异议 · Enter the objection of a unit on paper",
)
async def paper_objection(centre: At, who: Who, number: Number, assignment: Id, given: PaperObjection) -> ObjectionMade:
    """It waits for a ruling like an office's; until then the unit keeps the case, and every clock runs on."""
    entered = window.PaperObjection(given.reason, given.basis, given.objected_on, given.suggest_unit)
    return ObjectionMade(objection=await centre.handling.paper_objection(who, number, assignment, entered))


class Ruling(BaseModel):
    """Upheld, the case comes back to the window; refused, the unit keeps it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    uphold: bool
    reason: str = Field(min_length=2, max_length=200)


@router.post(
    "/objections/{objection}/ruling",
    status_code=204,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="ruleObjection",
    summary="裁定退回异议 · Rule on an objection",
)
async def rule(centre: At, who: Who, objection: Id, given: Ruling) -> None:
    await centre.handling.rule_objection(who, objection, uphold=given.uphold, reason=given.reason)
