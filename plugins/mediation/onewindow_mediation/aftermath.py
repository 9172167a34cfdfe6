"""After the agreement: promises are followed to their day, the court may confirm it, somebody asks how it went."""

from onewindow.office import (
    Answer,
    Ask,
    Context,
    Effects,
    Go,
    Happening,
    Issue,
    Note,
    Refusal,
    action,
    at,
    guard,
    on,
    options,
)
from onewindow_mediation import forms, words
from onewindow_mediation.agreement import Agreement
from onewindow_mediation.course import Course
from onewindow_mediation.facts import Dispute, Promise, Visit
from onewindow_mediation.opening import BOTH
from onewindow_mediation.parties import in_past, sides, speaker

CONFIRM = "人民调解法 第三十三条"


class Aftermath(Course):
    """Performance, judicial confirmation, the police, follow-up, the end."""

    # 履行

    @on("near", of="perform_by", move=at(Course.performing))
    def day_comes(self, facts: Dispute, happening: Happening, ctx: Context) -> Effects:
        return Note("有一项履行期限即将届满，请按约定履行", readers="everybody")

    @on("due", of="perform_by", move=at(Course.performing))
    def day_is_over(self, facts: Dispute, happening: Happening, ctx: Context) -> Effects:
        return Note("有一项履行期限已届满，请核实履行情况")

    @action("登记已履行", at(Course.performing), by=("handler", "other"), form=forms.Kept)
    def kept(self, facts: Dispute, form: forms.Kept, ctx: Context) -> Effects:
        promise = _open(facts, form.promise)
        if promise is None:
            return Refusal("没有这项待履行的内容", remedy="从列表中选择")
        if refusal := in_past(form.on, ctx):
            return refusal
        promise.kept_on = form.on
        return None

    @action("登记未履行", at(Course.performing), by=("handler", "other"), form=forms.Broken)
    def not_kept(self, facts: Dispute, form: forms.Broken, ctx: Context) -> Effects:
        """Told what is open now: enforcement where the court has confirmed it, else a suit about the agreement."""
        promise = _open(facts, form.promise)
        if promise is None:
            return Refusal("没有这项待履行的内容", remedy="从列表中选择")
        if promise.due_on is not None and ctx.today <= promise.due_on:
            return Refusal("履行期限还没有届满", remedy="期限届满后再核实", rule="人民调解法 第三十一条")
        promise.broken_on = ctx.today
        return Issue("breach_notice", to=BOTH, text=words.breach(facts, promise, form.what)), Note(
            "有一项内容没有按期履行，已告知可以采取的途径", readers="everybody"
        )

    @options(kept, "promise")
    def still_open(self, facts: Dispute, ctx: Context) -> dict[str, str]:
        return words.titles([promise for promise in facts.promises if promise.open])

    @options(not_kept, "promise")
    def overdue(self, facts: Dispute, ctx: Context) -> dict[str, str]:
        late = [p for p in facts.promises if p.open and (p.due_on is None or p.due_on < ctx.today)]
        return words.titles(late)

    @options(Agreement.postpone, "promise")
    def to_postpone(self, facts: Dispute, ctx: Context) -> dict[str, str]:
        return words.titles([promise for promise in facts.promises if promise.open])

    # 司法确认: both parties jointly, within thirty days of the effect

    @action("申请司法确认", at(Course.performing), by="party", form=forms.AskCourt)
    def ask_court(self, facts: Dispute, form: forms.AskCourt, ctx: Context) -> Effects:
        who = speaker(form, ctx)
        if isinstance(who, Refusal):
            return who
        if not form.true:
            return Refusal("请先作出承诺", rule=CONFIRM)
        facts.confirm_asked = sorted({*facts.confirm_asked, who})
        if not sides(ctx) <= set(facts.confirm_asked):
            return None
        paper = Issue("confirmation_application", to=BOTH, text=words.confirmation(facts, ctx))
        return paper, Note("各方均申请司法确认，请在申请书上签名后提交人民法院", readers="everybody")

    @action("登记提交司法确认", at(Course.performing), by=("handler", "other"), form=forms.Submitted)
    def submitted(self, facts: Dispute, form: forms.Submitted, ctx: Context) -> Effects:
        """A late one too: whether it is taken up is for the court to say."""
        if not sides(ctx) <= set(facts.confirm_asked):
            return Refusal("司法确认须由各方共同申请", remedy="由各方分别表示申请", rule=CONFIRM)
        if refusal := in_past(form.on, ctx):
            return refusal
        clock = ctx.clocks.get("confirm_by")
        facts.confirm_late = bool(clock and clock.lawful_on and form.on > clock.lawful_on)
        facts.confirm_court, facts.confirm_submitted_on = form.court, form.on
        return Note("已向人民法院提交司法确认申请", readers="everybody")

    @guard(ask_court, submitted)
    def court_may_confirm(self, facts: Dispute, ctx: Context) -> Refusal | None:
        if facts.excluded:
            return Refusal("这类协议依法不能司法确认", rule="最高人民法院关于人民调解协议司法确认程序的若干规定 第四条")
        if facts.confirm_submitted_on:
            return Refusal("已经提交司法确认申请")
        return None

    @action("登记法院裁定", at(Course.performing), by=("handler", "other"), form=forms.CourtSaid)
    def court_said(self, facts: Dispute, form: forms.CourtSaid, ctx: Context) -> Effects:
        if form.result != "withdrawn" and not form.number:
            return Refusal("请填写裁定书文号")
        if refusal := in_past(form.on, ctx):
            return refusal
        facts.confirm_result, facts.confirm_number, facts.confirm_decided_on = form.result, form.number, form.on
        said = {
            "valid": "人民法院裁定协议有效，不履行的可以申请强制执行",
            "refused": "人民法院驳回司法确认申请，可以变更协议，或者向人民法院起诉",
            "withdrawn": "司法确认申请已撤回",
        }
        return Note(said[form.result], readers="everybody")

    @guard(court_said)
    def the_court_was_asked(self, facts: Dispute, ctx: Context) -> Refusal | None:
        if not facts.confirm_submitted_on:
            return Refusal("还没有提交司法确认申请")
        return Refusal("已经登记法院裁定") if facts.confirm_result else None

    # 警调对接 (治安管理处罚法 第九条第四款): agreed, kept, and asked for in writing

    @action("出具和解书面申请", at(Course.performing), by="handler", form=forms.ForPolice)
    def for_police(self, facts: Dispute, form: forms.ForPolice, ctx: Context) -> Effects:
        facts.settled_for_police = True
        return (
            Issue("settlement_application", to=BOTH, text=words.settlement(facts, ctx)),
            Ask(unit=form.unit, purpose="settlement") if form.unit else None,
        )

    @guard(for_police)
    def agreed_and_kept(self, facts: Dispute, ctx: Context) -> Refusal | None:
        rule = "治安管理处罚法 第九条"
        if not facts.public_order:
            return Refusal("本纠纷不涉及治安案件", rule=rule)
        if any(promise.kept_on is None for promise in facts.promises):
            return Refusal("协议还没有全部履行", remedy="履行后再出具", rule=rule)
        return None

    # 回访, 办结

    @action("回访", at(Course.performing), by="other", form=forms.FollowUp)
    def follow_up(self, facts: Dispute, form: forms.FollowUp, ctx: Context) -> Effects:
        """By somebody who did not handle it; somebody who is not satisfied has not thereby lost anything."""
        if refusal := in_past(form.on, ctx):
            return refusal
        facts.visits = [*facts.visits, Visit(on=form.on, kept=form.kept, satisfied=form.satisfied)]
        return Issue("followup_record", to=(), text=words.follow_up(facts, form, ctx))

    @action("办结", Course.performing >> (Course.performed, Course.broken), by="handler")
    def finish(self, facts: Dispute, ctx: Context) -> Effects:
        if any(promise.broken_on for promise in facts.promises):
            return Go(self.broken), Answer("调解协议没有全部履行，已告知可以采取的途径", result="broken")
        return Go(self.performed), Answer("调解协议已全部履行", result="performed")

    @guard(finish)
    def nothing_is_open(self, facts: Dispute, ctx: Context) -> Refusal | None:
        if any(promise.open for promise in facts.promises):
            return Refusal("还有履行事项没有结果", remedy="登记已履行或者未履行", rule="人民调解法 第三十一条")
        if facts.confirm_submitted_on and not facts.confirm_result:
            return Refusal("司法确认还没有结果", remedy="登记法院裁定")
        return None


def _open(facts: Dispute, key: str) -> Promise | None:
    return next((promise for promise in facts.promises if promise.key == key and promise.open), None)
