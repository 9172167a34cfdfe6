"""Mediators, sessions and time: chosen by the parties, recused when one of them asks, as many sessions as it takes."""

from onewindow.office import (
    Answer,
    Context,
    Effects,
    Entrust,
    Extend,
    Happening,
    Issue,
    Note,
    Refusal,
    StaffId,
    action,
    at,
    guard,
    on,
    options,
)
from onewindow_mediation import forms, roster, words
from onewindow_mediation.course import EXTENDABLE, TERMS, Course
from onewindow_mediation.facts import Dispute, Session, Wish
from onewindow_mediation.opening import BOTH
from onewindow_mediation.parties import sides, speaker

TALKING = (Course.accepted, Course.in_session)
UNDER_WAY = (*TALKING, Course.appraising)


class Talks(Course):
    """Choice and recusal of mediators, sessions, extension, the end without an agreement."""

    # 调解员

    @action("登记入调解员名册", at(Course.applied, Course.consenting, *TALKING), by="head", form=roster.Enrol)
    def enrol(self, facts: Dispute, form: roster.Enrol, ctx: Context) -> Effects:
        return roster.enrol(ctx, form)

    @action("调解员离任", at(Course.applied, Course.consenting, *TALKING), by="head", form=roster.Leave)
    def leave(self, facts: Dispute, form: roster.Leave, ctx: Context) -> Effects:
        return roster.leave(ctx, form.mediator)

    @action("选择调解员", at(Course.accepted), by="party", form=forms.Choose)
    def choose(self, facts: Dispute, form: forms.Choose, ctx: Context) -> Effects:
        who = speaker(form, ctx)
        if isinstance(who, Refusal):
            return who
        if form.mediator not in roster.choices(ctx, facts.recused):
            return Refusal("名册上没有这位调解员", remedy="从名册中选择")
        wish = Wish(party=who, mediator=form.mediator)
        facts.wishes = [*(w for w in facts.wishes if w.party != who), wish]
        return None

    @action("指定调解员", at(Course.accepted), by="head", form=forms.Appoint)
    def appoint(self, facts: Dispute, form: forms.Appoint, ctx: Context) -> Effects:
        """Whom all parties chose goes first; else the committee appoints (人民调解法 第十九条)."""
        found = roster.on_duty(ctx).get(form.mediator)
        if found is None or form.mediator in facts.recused:
            return Refusal("名册上没有这位调解员，或者已经回避", remedy="从名册中选择")
        wished = {wish.mediator for wish in facts.wishes}
        agreed = wished.pop() if len(wished) == 1 and len(facts.wishes) == len(sides(ctx)) else form.mediator
        if agreed != form.mediator and agreed in roster.choices(ctx, facts.recused):
            return Refusal("各方已共同选择另一位调解员", remedy="指定各方选择的调解员", rule="人民调解法 第十九条")
        facts.mediator, facts.mediator_name = StaffId(form.mediator), found.shown_name
        return (
            Entrust(form.mediator),
            Note("已确定调解员。认为调解员与纠纷有利害关系的，可以要求其回避", readers="everybody"),
        )

    @options(leave, "mediator")
    def all_on_duty(self, facts: Dispute, ctx: Context) -> dict[str, str]:
        return roster.choices(ctx, [])

    @options(choose, "mediator")
    def free_to_mediate(self, facts: Dispute, ctx: Context) -> dict[str, str]:
        return roster.choices(ctx, facts.recused)

    @options(appoint, "mediator")
    def whom_to_appoint(self, facts: Dispute, ctx: Context) -> dict[str, str]:
        return roster.choices(ctx, facts.recused)

    @action("要求调解员回避", TALKING >> Course.accepted, by="party", form=forms.Say)
    def object_to(self, facts: Dispute, form: forms.Say, ctx: Context) -> Effects:
        who = speaker(form, ctx)
        return who if isinstance(who, Refusal) else self._replace(facts)

    @action("调解员自行回避", TALKING >> Course.accepted, by="handler")
    def step_down(self, facts: Dispute, ctx: Context) -> Effects:
        return self._replace(facts)

    @guard(object_to, step_down)
    def there_is_one(self, facts: Dispute, ctx: Context) -> Refusal | None:
        return None if facts.mediator else Refusal("还没有确定调解员")

    @staticmethod
    def _replace(facts: Dispute) -> Effects:
        assert facts.mediator is not None
        facts.recused = [*facts.recused, facts.mediator]
        facts.wishes = [wish for wish in facts.wishes if wish.mediator != facts.mediator]
        facts.mediator, facts.mediator_name = None, ""
        return Note("调解员已回避，将另行确定调解员", readers="everybody")

    # 调解

    @action("开展调解", TALKING >> Course.in_session, by="handler", form=forms.Hold)
    def hold(self, facts: Dispute, form: forms.Hold, ctx: Context) -> Effects:
        """What nobody disputes is written down apart: it need not be gone over again, whatever comes of it."""
        if form.held_at > ctx.now:
            return Refusal("日期不能晚于今天", remedy="核对日期")
        if not form.told:
            return Refusal("请先告知权利义务，并询问是否申请回避", rule="人民调解法 第二十三条")
        if form.invited and not form.invited_agreed:
            return Refusal("邀请他人参与调解，须经双方同意", rule="人民调解法 第二十条")
        outcome = Session(held_on=form.held_at.date(), place=form.place, outcome=form.outcome)
        facts.sessions = [*facts.sessions, outcome]
        return Issue("record", to=BOTH, text=words.record(facts, form))

    @guard(hold)
    def by_the_mediator(self, facts: Dispute, ctx: Context) -> Refusal | None:
        return self.mediator_acts(facts, ctx)

    @staticmethod
    def mediator_acts(facts: Dispute, ctx: Context) -> Refusal | None:
        """Whoever was recused, or never chosen, does not mediate."""
        if facts.mediator is None:
            return Refusal("还没有确定调解员", remedy="由调解室负责人指定", rule="人民调解法 第十九条")
        if ctx.actor.staff_id != facts.mediator:
            return Refusal("只能由确定的调解员办理", rule="人民调解法 第十九条")
        return None

    @action("等待鉴定", Course.in_session >> Course.appraising, by="handler", form=forms.Appraisal)
    def wait_for_appraisal(self, facts: Dispute, form: forms.Appraisal, ctx: Context) -> Effects:
        facts.appraised_for = form.what
        return Note("等待鉴定", readers="everybody")

    @action("鉴定完成，恢复调解", Course.appraising >> Course.in_session, by="handler")
    def appraised(self, facts: Dispute, ctx: Context) -> Effects:
        return Note("鉴定完成，恢复调解", readers="everybody")

    # 延长: only with everybody's consent

    @action("提议延长期限", at(*UNDER_WAY, Course.signing), by="handler", form=forms.Longer)
    def propose_longer(self, facts: Dispute, form: forms.Longer, ctx: Context) -> Effects:
        facts.extra_days, facts.extension_agreed = form.days, []
        return Note("调解员提议延长调解期限，请各方分别表示是否同意", readers="everybody")

    @guard(propose_longer)
    def may_be_longer(self, facts: Dispute, ctx: Context) -> Refusal | None:
        if facts.period not in EXTENDABLE:
            return Refusal("这类纠纷的调解期限不能延长", rule="劳动争议调解仲裁法 第十四条")
        return None

    @action("同意延长期限", at(*UNDER_WAY, Course.signing), by="party", form=forms.Say)
    def agree_longer(self, facts: Dispute, form: forms.Say, ctx: Context) -> Effects:
        who = speaker(form, ctx)
        if isinstance(who, Refusal):
            return who
        facts.extension_agreed = sorted({*facts.extension_agreed, who})
        if not sides(ctx) <= set(facts.extension_agreed):
            return None
        amount, facts.extra_days, facts.extension_agreed = facts.extra_days or 1, None, []
        return Extend(facts.period, amount=amount), Note("各方同意延长调解期限", readers="everybody")

    @guard(agree_longer)
    def something_proposed(self, facts: Dispute, ctx: Context) -> Refusal | None:
        return None if facts.extra_days else Refusal("还没有提议延长期限")

    # 终止: with the other ways to go (第二十六条)

    @action("要求终止调解", (*UNDER_WAY, Course.signing) >> Course.failed, by="party", form=forms.Say)
    def stop(self, facts: Dispute, form: forms.Say, ctx: Context) -> Effects:
        """At any moment and without a reason (第二十三条)."""
        who = speaker(form, ctx)
        return who if isinstance(who, Refusal) else self.end(facts, "stopped", ctx.case.category)

    @action("调解不成，终止", (*UNDER_WAY, Course.signing) >> Course.failed, by="handler")
    def fail(self, facts: Dispute, ctx: Context) -> Effects:
        return self.end(facts, "failed", ctx.case.category)

    @on("due", of=TERMS, move=UNDER_WAY >> Course.timed_out)
    def time_is_up(self, facts: Dispute, happening: Happening, ctx: Context) -> Effects:
        """Ends by itself, unless the calendar of that year is still to come."""
        if happening.data.get("provisional"):
            return Refusal("该年的放假安排还没有公布")
        return self.end(facts, "timeout", ctx.case.category)

    @on("due", of=TERMS, move=at(Course.signing))
    def time_is_up_while_signing(self, facts: Dispute, happening: Happening, ctx: Context) -> Effects:
        return Note("调解期限已届满，协议还没有生效。请尽快签章，或者终止调解", readers="everybody")

    @staticmethod
    def end(facts: Dispute, why: str, category: str) -> Effects:
        facts.ending = why
        return (
            Issue("termination_notice", to=BOTH, text=words.ending(facts, category)),
            Answer("调解没有达成协议，已告知其他途径", result="timeout" if why == "timeout" else "failed"),
            Note("调解已终止，可以依法通过仲裁、行政、司法途径解决", readers="everybody"),
        )
