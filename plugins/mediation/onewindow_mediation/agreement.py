"""The agreement and the moment at which it takes effect: on paper with the last sign under it, by word when reached."""

from datetime import date
from decimal import Decimal

from onewindow.office import Answer, Context, Effects, Go, Issue, Note, Refusal, action, at, guard, prefill
from onewindow_mediation import forms, matters, money, words
from onewindow_mediation.course import Course
from onewindow_mediation.facts import Dispute, Signature
from onewindow_mediation.opening import BOTH
from onewindow_mediation.parties import in_past, sides
from onewindow_mediation.talks import Talks

PAPER_ONLY = "电子签名法 第三条"
IN_FORCE = "人民调解法 第二十九条"


class Agreement(Course):
    """Written or oral; signatures; effect."""

    @action("达成书面协议", Course.in_session >> Course.signing, by="handler", form=forms.AgreeWritten)
    def agree_written(self, facts: Dispute, form: forms.AgreeWritten, ctx: Context) -> Effects:
        """Not in force yet: the parties', the mediator's and the committee's signs are still missing."""
        if refusal := _keep(facts, form, "written", ctx):
            return refusal
        facts.signatures, facts.mediator_signed_on, facts.stamped_on = [], None, None
        return Issue("agreement", to=BOTH, text=words.agreement(facts, form, form.copies)), Note(
            "已拟成调解协议书，各方签章、调解员签名并加盖调委会印章后生效", readers="everybody"
        )

    @action("达成口头协议", Course.in_session >> Course.performing, by="handler", form=forms.AgreeOrally)
    def agree_orally(self, facts: Dispute, form: forms.AgreeOrally, ctx: Context) -> Effects:
        """In force when it was reached; the mediator writes down what it says (第二十八条、第三十条)."""
        if not form.none_wants_paper:
            return Refusal("有当事人要求书面协议", remedy="办理“达成书面协议”", rule="人民调解法 第二十八条")
        if form.excluded == "identity" or ctx.case.category in matters.IDENTITY:
            return Refusal("涉及身份关系的，须制作纸质协议书", remedy="办理“达成书面协议”", rule=PAPER_ONLY)
        if refusal := in_past(form.reached_on, ctx) or _keep(facts, form, "oral", ctx):
            return refusal
        record = Issue("oral_agreement", to=BOTH, text=words.oral(facts, form))
        return record, *in_force(facts, form.reached_on)

    @guard(agree_written, agree_orally)
    def by_the_mediator_too(self, facts: Dispute, ctx: Context) -> Refusal | None:
        return Talks.mediator_acts(facts, ctx)

    @prefill(agree_written)
    def what_the_category_says(self, facts: Dispute, ctx: Context) -> dict[str, object]:
        category = ctx.case.category
        return {
            "excluded": "identity" if category in matters.IDENTITY else "",
            "public_order": category in matters.PUBLIC_ORDER,
        }

    @action("退回修改协议", Course.signing >> Course.in_session, by="handler")
    def redraft(self, facts: Dispute, ctx: Context) -> Effects:
        facts.signatures, facts.mediator_signed_on, facts.stamped_on = [], None, None
        return Note("协议退回修改，已有的签章作废", readers="everybody")

    @action("登记当事人签章", Course.signing >> (Course.signing, Course.performing), by="handler", form=forms.Signs)
    def party_signs(self, facts: Dispute, form: forms.Signs, ctx: Context) -> Effects:
        if form.party not in sides(ctx):
            return Refusal("请选择是哪一方当事人", rule=IN_FORCE)
        if form.how == "electronic" and facts.excluded == "identity":
            return Refusal("涉及身份关系的协议须在纸质文本上签名", remedy="改用纸质签名", rule=PAPER_ONLY)
        if refusal := in_past(form.on, ctx):
            return refusal
        signed = Signature(party=form.party, how=form.how, on=form.on)
        facts.signatures = [*(s for s in facts.signatures if s.party != form.party), signed]
        return self._signed(facts, ctx)

    @action("登记调解员签名", Course.signing >> (Course.signing, Course.performing), by="handler", form=forms.On)
    def mediator_signs(self, facts: Dispute, form: forms.On, ctx: Context) -> Effects:
        if refusal := in_past(form.on, ctx):
            return refusal
        facts.mediator_signed_on = form.on
        return self._signed(facts, ctx)

    @guard(mediator_signs)
    def with_their_own_hand(self, facts: Dispute, ctx: Context) -> Refusal | None:
        return Talks.mediator_acts(facts, ctx)

    @action("加盖调委会印章", Course.signing >> (Course.signing, Course.performing), by="head", form=forms.On)
    def stamp(self, facts: Dispute, form: forms.On, ctx: Context) -> Effects:
        if refusal := in_past(form.on, ctx):
            return refusal
        facts.stamped_on = form.on
        return self._signed(facts, ctx)

    def _signed(self, facts: Dispute, ctx: Context) -> Effects:
        """In force from the day of the last of them, and not before all are there (第二十九条)."""
        missing = sides(ctx) - {signature.party for signature in facts.signatures}
        if missing or facts.mediator_signed_on is None or facts.stamped_on is None:
            return Go(self.signing)
        last = max(*(s.on for s in facts.signatures), facts.mediator_signed_on, facts.stamped_on)
        return Go(self.performing), *in_force(facts, last)

    @action("更正履行期限", at(Course.performing), by="handler", form=forms.Kept)
    def postpone(self, facts: Dispute, form: forms.Kept, ctx: Context) -> Effects:
        """The parties may agree on another day; the clock of that row follows it."""
        for promise in facts.promises:
            if promise.key == form.promise and promise.open:
                promise.due_on = form.on
                return Note("各方商定了新的履行期限", readers="everybody")
        return Refusal("没有这项待履行的内容", remedy="从列表中选择")


def _keep(facts: Dispute, form: forms.Agree, kind: str, ctx: Context) -> Refusal | None:
    """Keep what was agreed, each promise with a key of its own."""
    promises = [promise.model_copy(update={"key": str(n)}) for n, promise in enumerate(form.promises, 1)]
    for promise in promises:
        if promise.amount >= money.MOST or promise.amount != promise.amount.quantize(Decimal("0.01")):
            return Refusal("金额最多两位小数", remedy="核对金额")
    facts.form, facts.terms, facts.promises = kind, form.terms, promises
    facts.excluded = "identity" if ctx.case.category in matters.IDENTITY else form.excluded
    facts.public_order = form.public_order or ctx.case.category in matters.PUBLIC_ORDER
    return None


def in_force(facts: Dispute, day: date) -> tuple[Answer, Note]:
    """From here on the promises run, and the thirty days to the court where it may confirm."""
    facts.effective_on = day
    facts.confirmable_from = None if facts.excluded else day
    note = "协议已生效。可以自生效之日起三十日内共同向人民法院申请司法确认"
    if facts.excluded:
        note = "协议已生效。依法不能申请司法确认"
    return Answer("已达成调解协议并生效", result="agreed"), Note(note, readers="everybody")
