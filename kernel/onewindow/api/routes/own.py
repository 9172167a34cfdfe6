"""A party's own acts by their code: adding material, nudging, withdrawing, rating, consenting, asking to reopen."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from onewindow.api import models_own as own_out
from onewindow.api.auth import At, ByCode
from onewindow.api.parts import PREFIX, Id, Key
from onewindow.api.problems import documented
from onewindow.routing.opinions import Score

router = APIRouter(prefix=PREFIX + "/tracking", tags=["tracking"])
ANSWERS = documented(401, 403, 404, 409, 413, 415, 422)
BARE = documented(401, 403, 404, 409, 422)


class Given(BaseModel):
    """What a person sends."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class MaterialRequest(Given):
    text: str = Field(min_length=1, max_length=5000)


class WithdrawRequest(Given):
    reason: str = Field("", max_length=500, description="nobody has to give one")


class RatingRequest(Given):
    score: Score
    reason: str = Field("", max_length=500)


class ConsentRequest(Given):
    agreed: bool


class ReopeningRequest(Given):
    reason: str = Field(min_length=2, max_length=2000)


@router.post(
    "/material",
    status_code=204,
    response_class=Response,
    responses=ANSWERS,
    operation_id="addMaterial",
    summary="补充材料 · Add to what one has brought",
)
async def add_material(centre: At, key: ByCode, given: MaterialRequest, command_key: Key) -> None:
    await centre.applicant.add_material(key, given.text, command_key=command_key)


@router.post(
    "/nudges",
    status_code=201,
    responses=BARE,
    operation_id="nudge",
    summary="催一催 · Nudge",
)
async def nudge(centre: At, key: ByCode) -> own_out.NudgedOut:
    """At most once in three working days for a case; its holder and the window see it."""
    return own_out.NudgedOut(again_on=await centre.applicant.nudge(key))


@router.post(
    "/withdrawal",
    status_code=201,
    responses=ANSWERS,
    operation_id="withdraw",
    summary="撤回 · Withdraw",
)
async def withdraw(centre: At, key: ByCode, given: WithdrawRequest) -> own_out.WithdrawalOut:
    """Revocable for five working days; then, once verified by somebody who does not handle the case, in force."""
    return own_out.WithdrawalOut.model_validate(await centre.applicant.withdraw(key, given.reason))


@router.delete(
    "/withdrawal",
    responses=BARE,
    operation_id="revokeWithdrawal",
    summary="取消撤回 · Take one's withdrawal back",
)
async def revoke(centre: At, key: ByCode) -> own_out.WithdrawalOut:
    return own_out.WithdrawalOut.model_validate(await centre.applicant.revoke(key))


@router.put(
    "/rating",
    status_code=204,
    response_class=Response,
    responses=ANSWERS,
    operation_id="rate",
    summary="评价 · Rate how it was handled",
)
async def rate(centre: At, key: ByCode, given: RatingRequest) -> None:
    """After an answer; it may be changed until the matter is closed."""
    await centre.applicant.rate(key, given.score, given.reason)


@router.put(
    "/consent",
    status_code=204,
    response_class=Response,
    responses=ANSWERS,
    operation_id="consentToElectronicService",
    summary="同意电子送达 · Agree to electronic service, or take it back",
)
async def consent(centre: At, key: ByCode, given: ConsentRequest) -> None:
    """Whoever agreed has received a document when they open it; paper stays to be had on request."""
    await centre.applicant.consent(key, agreed=given.agreed)


@router.post(
    "/documents/{document}/paper",
    status_code=204,
    response_class=Response,
    responses=BARE,
    operation_id="askForPaper",
    summary="索取纸质文书 · Ask for a document on paper",
)
async def ask_paper(centre: At, key: ByCode, document: Id) -> None:
    await centre.applicant.ask_paper(key, document)


@router.post(
    "/reopening",
    status_code=204,
    response_class=Response,
    responses=ANSWERS,
    operation_id="askForReopening",
    summary="申请重启 · Ask to have a closed matter taken up again",
)
async def ask_reopening(centre: At, key: ByCode, given: ReopeningRequest) -> None:
    """Only where the office's procedure says so; the director decides, and the answer is told."""
    await centre.applicant.ask_reopening(key, given.reason)
