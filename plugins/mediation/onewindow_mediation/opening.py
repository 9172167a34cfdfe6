"""From the application to acceptance: each party is asked alone, and one refusal ends it and costs nobody anything."""

from onewindow.office import (
    Admit,
    Answer,
    Ask,
    Context,
    Effects,
    Go,
    Issue,
    Note,
    Refusal,
    Start,
    action,
    at,
    guard,
    prefill,
)
from onewindow_mediation import forms, matters, words
from onewindow_mediation.course import Course
from onewindow_mediation.facts import Consent, Dispute
from onewindow_mediation.parties import in_past, said_on, sides, speaker

BOTH = ("applicant", "respondent")
FREE = "人民调解法 第十七条"


class Opening(Course):
    """Application, consent, acceptance."""

    @action("登记法院委派、委托", at(Course.applied), by="handler", form=forms.Commission)
    def commission(self, facts: Dispute, form: forms.Commission, ctx: Context) -> Effects:
        """The court's own periods run from the day on which its commission came."""
        if refusal := in_past(form.commissioned_on, ctx):
            return refusal
        if facts.court_kind:
            return Refusal("已经登记过法院委派、委托")
        facts.source, facts.court_kind = "court", form.kind
        facts.court, facts.court_case = form.court, form.court_case
        return Start("court_accept_by", on=form.commissioned_on)

    @action("登记申请，征询对方意见", Course.applied >> Course.consenting, by="handler", form=forms.Invite)
    def invite(self, facts: Dispute, form: forms.Invite, ctx: Context) -> Effects:
        """The other side hears of it only when the applicant wants to mediate and says so."""
        if not form.willing:
            return Refusal("申请人没有同意调解，不得通知对方", remedy="先征得申请人本人同意", rule=FREE)
        if not form.told:
            return Refusal("请先告知申请人权利义务", rule="人民调解法 第二十三条")
        facts.source = facts.source or form.source
        facts.subject, facts.claims = form.subject, [text.strip() for text in form.claims if text.strip()]
        return (
            Issue("application", to=("applicant",), about=("respondent",), text=words.application(facts)),
            Admit("respondent"),
            Issue("invitation", to=BOTH, text=words.invitation(facts)),
            Start("court_consult_by") if facts.court_kind else None,
            Note("已征询各方是否愿意调解。调解自愿、免费，不同意不影响任何权利", readers="everybody"),
        )

    @prefill(invite)
    def as_registered(self, facts: Dispute, ctx: Context) -> dict[str, object]:
        asked = ctx.assignment.purpose == "mediation"
        return {
            "source": facts.source or ("petition" if asked else "application"),
            "subject": ctx.case.text,
            "claims": [ctx.case.request] if ctx.case.request else [],
        }

    @guard(invite)
    def may_be_mediated(self, facts: Dispute, ctx: Context) -> Refusal | None:
        if refusal := matters.barred(ctx):
            return refusal
        if not ctx.case.has("respondent"):
            return Refusal("没有对方当事人，不能调解", remedy="登记时写明对方当事人")
        return None

    @action("不能调解，告知去向", (Course.applied, Course.consenting) >> Course.unfit,
            by=("handler", "head", "designated"), form=forms.Unfit)  # fmt: skip
    def cannot(self, facts: Dispute, form: forms.Unfit, ctx: Context) -> Effects:
        facts.unfit_for, facts.ending = form.ground, "unfit"
        text = words.ending(facts, ctx.case.category, note=form.note)
        return Issue("termination_notice", text=text), Answer("不能调解，已告知其他途径", result="unfit")

    @action("同意调解", at(Course.consenting), by="party", form=forms.Say)
    def consent(self, facts: Dispute, form: forms.Say, ctx: Context) -> Effects:
        """Each for themselves; what one says the other is not told before all have spoken."""
        who = speaker(form, ctx)
        if isinstance(who, Refusal):
            return who
        way = "code" if ctx.actor.is_party else "paper"
        said = Consent(party=who, on=said_on(form, ctx), way=way)
        facts.consents = [*(c for c in facts.consents if c.party != who), said]
        return Note("各方均已同意调解", readers="everybody") if self._all_agree(facts, ctx) else None

    @action("不同意调解", Course.consenting >> Course.declined, by="party", form=forms.Say)
    def decline(self, facts: Dispute, form: forms.Say, ctx: Context) -> Effects:
        """It needs no reason, costs nothing and touches no other clock; the notice does not say whose word it was."""
        who = speaker(form, ctx)
        if isinstance(who, Refusal):
            return who
        facts.ending = "declined"
        return (
            Issue("termination_notice", to=BOTH, text=words.ending(facts, ctx.case.category)),
            Answer("有当事人不同意调解，调解没有开始，已告知其他途径", result="declined"),
            Note("调解没有开始，已告知其他途径。不同意调解不影响任何权利", readers="everybody"),
        )

    @action("受理", Course.consenting >> Course.accepted, by="handler", form=forms.Accept)
    def accept(self, facts: Dispute, form: forms.Accept, ctx: Context) -> Effects:
        facts.accepted_on, facts.in_public = ctx.today, form.in_public
        facts.period = matters.period(ctx.case.category, facts.court_kind)
        registration = Issue("acceptance", to=BOTH, text=words.acceptance(facts, ctx))
        return Start(facts.period), registration, Note("已受理，开始计算调解期限", readers="everybody")

    @guard(accept)
    def everybody_agreed(self, facts: Dispute, ctx: Context) -> Refusal | None:
        if self._all_agree(facts, ctx):
            return None
        return Refusal("还有当事人没有表示同意", remedy="由本人凭查询码表示，或者书面表示后由他人录入", rule=FREE)

    @staticmethod
    def _all_agree(facts: Dispute, ctx: Context) -> bool:
        return sides(ctx) <= {consent.party for consent in facts.consents}

    @action(
        "报告公安机关",
        at(Course.applied, Course.consenting, Course.accepted, Course.in_session, Course.appraising, Course.signing),
        by=("handler", "head"),
        form=forms.Police,
    )
    def tell_police(self, facts: Dispute, form: forms.Police, ctx: Context) -> Effects:
        """What may turn into violence is reported at once; what was said between the parties stays here."""
        if refusal := in_past(form.told_on, ctx):
            return refusal
        facts.police_told_on, facts.police_receipt = form.told_on, form.receipt
        return Ask(unit=form.unit, purpose="public_security", note=form.what) if form.unit else None


__all__ = ["BOTH", "Go", "Opening"]
