"""The counter: lost codes, written withdrawals and consents, and what is decided about the parties' wishes."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from onewindow.api import models as out
from onewindow.api import models_own as own_out
from onewindow.api.auth import At, Who
from onewindow.api.parts import PREFIX, Id, Number, Show
from onewindow.api.problems import documented
from onewindow.routing.lostcodes import Shown

router = APIRouter(prefix=PREFIX + "/cases", tags=["cases"])
lost = APIRouter(prefix=PREFIX + "/lost-codes", tags=["cases"])
ANSWERS = documented(401, 403, 404, 409, 413, 415, 422)


class Given(BaseModel):
    """What the window enters."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class RenewRequest(Given):
    """What the clerk has compared; no number is kept."""

    shown: Shown
    last_digits: str = Field("", max_length=4, description="of the document's number, where one is registered")
    matches: bool = Field(description="the document is this person's, and its name the one that is registered")


class WrittenWithdrawal(Given):
    asked_on: date
    reason: str = Field("", max_length=500)


class Verification(Given):
    own_will: bool
    told: str = Field(min_length=2, max_length=200)
    ex_officio: bool = Field(False, description="a minor's protection or a suspected crime: the matter goes on")


class PaperConsent(Given):
    agreed: bool


class ReopeningDecision(Given):
    granted: bool
    reason: str = Field(min_length=2, max_length=200)


@lost.get(
    "",
    responses=documented(401, 403, 422),
    operation_id="findForLostCode",
    summary="按地点、类别、日期找事项 · Find the case of somebody who lost code and number",
)
async def find(
    centre: At,
    who: Who,
    township: Annotated[str, Query(max_length=12)],
    category: Annotated[str, Query(max_length=4)],
    registered_from: date,
    registered_to: date,
    place: Annotated[str, Query(max_length=50)] = "",
) -> out.Listed[own_out.FoundCase]:
    """Unsealed cases by category, day of registration and place; never by a person."""
    found = await centre.counter.find(
        who,
        township=township,
        category=category,
        registered_from=registered_from,
        registered_to=registered_to,
        place=place.strip(),
    )
    return out.Listed[own_out.FoundCase](items=[own_out.FoundCase.model_validate(row) for row in found])


@lost.get(
    "/{number}",
    responses=documented(401, 403, 404, 422),
    operation_id="getCodeHolders",
    summary="核对持码人 · The parties of a case who have a code",
)
async def holders(centre: At, who: Who, number: Number, show: Show) -> own_out.HoldersOut:
    """Masked, to compare with the person's document; the look is logged."""
    return show.holders(await centre.counter.holders(who, number))


@router.post(
    "/{number}/parties/{party}/code",
    status_code=201,
    responses=ANSWERS,
    operation_id="renewCode",
    summary="补发查询码 · Replace a lost code against the person's document",
)
async def renew(centre: At, who: Who, number: Number, party: Id, given: RenewRequest) -> own_out.RenewedOut:
    """The old code is void at once; the new one is in the answer and nowhere else."""
    done = await centre.counter.renew_code(
        who, number, party, shown=given.shown, last_digits=given.last_digits, matches=given.matches
    )
    return own_out.RenewedOut.model_validate(done)


@router.get(
    "/{number}/wishes",
    responses=documented(401, 403, 404, 422),
    operation_id="getWishes",
    summary="当事人的意愿 · Withdrawals, consents, nudges and wishes to reopen",
)
async def wishes(centre: At, who: Who, number: Number) -> own_out.WishesOut:
    found = await centre.counter.wishes(who, await centre.desk.open(who, number))
    return own_out.WishesOut(
        withdrawals=[own_out.WithdrawalOut.model_validate(each) for each in found.withdrawals],
        consents=sorted(found.consents),
        nudged_until=found.nudged_until,
        reopening_asked=found.reopening is not None,
        ratings={party: own_out.RatedOut.model_validate(rated) for party, rated in found.ratings.items()},
    )


@router.post(
    "/{number}/parties/{party}/withdrawal",
    status_code=201,
    responses=ANSWERS,
    operation_id="enterWithdrawal",
    summary="登记书面撤回 · Enter a signed withdrawal",
)
async def withdraw(centre: At, who: Who, number: Number, party: Id, given: WrittenWithdrawal) -> own_out.WithdrawalOut:
    """Handed to somebody who does not handle the case."""
    done = await centre.counter.withdraw(who, number, party, asked_on=given.asked_on, reason=given.reason)
    return own_out.WithdrawalOut.model_validate(done)


@router.delete(
    "/{number}/parties/{party}/withdrawal",
    responses=documented(401, 403, 404, 409, 422),
    operation_id="enterRevocation",
    summary="登记取消撤回 · Enter that a withdrawal is taken back",
)
async def revoke(centre: At, who: Who, number: Number, party: Id) -> own_out.WithdrawalOut:
    return own_out.WithdrawalOut.model_validate(await centre.counter.revoke(who, number, party))


@router.post(
    "/{number}/parties/{party}/withdrawal/verification",
    responses=ANSWERS,
    operation_id="verifyWithdrawal",
    summary="核实撤回 · Record the call back about a withdrawal",
)
async def verify(centre: At, who: Who, number: Number, party: Id, given: Verification) -> own_out.WithdrawalOut:
    done = await centre.counter.verify_withdrawal(
        who, number, party, own_will=given.own_will, told=given.told, ex_officio=given.ex_officio
    )
    return own_out.WithdrawalOut.model_validate(done)


@router.put(
    "/{number}/parties/{party}/consent",
    status_code=204,
    response_class=Response,
    responses=ANSWERS,
    operation_id="enterConsent",
    summary="登记电子送达同意书 · Enter a signed consent to electronic service",
)
async def consent(centre: At, who: Who, number: Number, party: Id, given: PaperConsent) -> None:
    await centre.counter.consent(who, number, party, agreed=given.agreed)


@router.post(
    "/{number}/reopening",
    status_code=204,
    response_class=Response,
    responses=ANSWERS,
    operation_id="decideReopening",
    summary="决定是否重启 · Decide on a wish to take the matter up again",
)
async def decide(centre: At, who: Who, number: Number, given: ReopeningDecision) -> None:
    await centre.counter.decide_reopening(who, number, granted=given.granted, reason=given.reason)
