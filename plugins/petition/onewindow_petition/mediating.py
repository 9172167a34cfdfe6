"""Handing a claim to the mediators and hearing of it again (第三十三条): of free will, and no clock waits for it."""

from datetime import date
from typing import TYPE_CHECKING

from onewindow.office import Ask, Context, Effects, Form, Happening, Note, Refusal, field, on

if TYPE_CHECKING:
    from onewindow_petition.claim_forms import Petition

FOR = "提请调解"
NOTHING = "调解没有达成协议，本事项继续办理"
OUTCOMES = {
    "asked": "已提请",
    "agreed": "已达成协议",
    "performed": "协议已履行",
    "broken": "协议没有全部履行",
    "declined": "有当事人不同意",
    "failed": "没有达成协议",
    "timeout": "期限届满没有达成协议",
    "unfit": "不能调解",
    "returned": "没有接收",
}
# What becomes of the claim is for its own procedure to say; an agreement ends a request for mediation, not the claim.
OPEN = frozenset({"asked", "agreed"})
WISHES = {"yes": "愿意", "unknown": "还没有问"}
# Violence at home, harm to minors, unlawful acts: straight to who is responsible, and nothing to the other side.
NEVER = frozenset({"0104", "1305", "2001", "2002"})


class Mediate(Form):
    """The parties' wishes as they said them here; the mediators ask each of them again, alone."""

    reason: str = field("理由", multiline=True, min_length=2, max_length=2000, personal=FOR, keep="case")
    applicant: bool = field("信访人本人愿意调解，并同意通知对方", default=False)
    respondent: str = field("对方是否愿意", choices=WISHES, default="unknown")
    asked_on: date = field("询问日期")


def ask(form: Mediate, ctx: Context) -> Effects:
    if not form.applicant:
        return Refusal("信访人没有同意调解", remedy="先征得本人同意", rule="信访工作条例 第三十三条")
    if form.asked_on > ctx.today:
        return Refusal("询问日期不能晚于今天")
    return Ask("mediation", purpose="mediation", note=form.reason), Note(
        "已提请调解。调解须各方自愿，不同意不影响办理，办理期限照常计算", readers="parties"
    )


def may_ask(state: str, ctx: Context) -> Refusal | None:
    """Why there can be no mediation of this now, if so."""
    if ctx.case.sealed or ctx.case.category in NEVER:
        return Refusal("这类事项不得调解", rule="信访工作条例 第三十三条")
    if not ctx.case.has("respondent"):
        return Refusal("没有对方当事人，不能调解", remedy="先登记对方当事人")
    return Refusal("已经提请调解，还没有结束") if state in OPEN else None


def outcome(happening: Happening) -> str:
    """What the mediators' answer says; an answer that says nothing more has at least ended it."""
    result = str(happening.data.get("result") or "failed")
    return result if result in OUTCOMES else "failed"


class HearsOfIt:
    """What a claim does when the mediators answer, or do not take the matter."""

    @on("answered", of="mediation")
    def mediators_answered(self, facts: "Petition", happening: Happening, ctx: Context) -> Effects:
        facts.mediation = outcome(happening)
        if facts.mediation == "agreed":
            return Note("调解达成协议并已生效", readers="parties")
        if facts.mediation == "performed":
            return Note("调解协议已全部履行", readers="parties")
        if facts.mediation == "broken":
            return Note("调解协议没有全部履行，本事项继续办理", readers="parties")
        return Note(NOTHING, readers="parties")

    @on("returned", of="mediation")
    def mediation_returned(self, facts: "Petition", happening: Happening, ctx: Context) -> Effects:
        facts.mediation = "returned"
        return Note(NOTHING, readers="parties")

    @on("recalled", of="mediation")
    def mediation_recalled(self, facts: "Petition", happening: Happening, ctx: Context) -> Effects:
        facts.mediation = "returned"
        return Note(NOTHING, readers="parties")

    @on("refused", of=("office-disabled", "no-receiver"))
    def nobody_mediates_here(self, facts: "Petition", happening: Happening, ctx: Context) -> Effects:
        if facts.mediation == "asked":
            facts.mediation = "returned"
        return None
