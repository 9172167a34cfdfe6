"""申诉求决 (track C): its way to another organ or sixty days to an answer for each request, then the review above."""

from onewindow.office import (
    Answer,
    Ask,
    Context,
    Effects,
    Extend,
    Go,
    Happening,
    Issue,
    Note,
    PartyId,
    Phase,
    Procedure,
    Reason,
    Redress,
    Refusal,
    State,
    Stop,
    action,
    at,
    days,
    entering,
    guard,
    on,
    prefill,
    served,
    stated,
    superior,
    working_days,
)
from onewindow.office import Extension as Longer
from onewindow_petition import claim_forms as forms
from onewindow_petition import claim_words as words
from onewindow_petition import mediating, recusal, simple, ways
from onewindow_petition.claim_forms import Petition, Point
from onewindow_petition.ledger import REVIEW, prefilled, remember


class Claim(mediating.HearsOfIt, Procedure[Petition]):
    """申诉求决"""

    version = 1
    tracks = ("C",)
    reopens = True

    received = State("已收到", phase=Phase.IN_HAND, initial=True)
    refusing = State("不予受理，告知书待送达", phase=Phase.ENDED)
    refused = State("不予受理", phase=Phase.ENDED, final=True)
    redirecting = State("去向告知中", phase=Phase.REDIRECTED)
    redirected = State("已告知去向", phase=Phase.REDIRECTED, final=True)
    accepted = State("已受理", phase=Phase.IN_HAND)
    handling = State("办理中", phase=Phase.IN_HAND)
    suspended = State("中止", phase=Phase.SUSPENDED)
    drafted = State("答复待审签", phase=Phase.IN_HAND)
    replied = State("已答复", phase=Phase.ANSWERED)
    reviewing = State("复查中", phase=Phase.IN_HAND)
    reviewed = State("复查意见已作出", phase=Phase.ANSWERED)
    rechecking = State("复核中", phase=Phase.IN_HAND)
    redoing = State("重新办理", phase=Phase.IN_HAND)
    ended = State("已办结", phase=Phase.ENDED, final=True)

    # `accepted` and `redoing` are entered once each time that the sixty days begin; what comes back goes to `handling`.
    work = (accepted, handling, redoing)

    notice_by = ways.notice_by("C", "acceptance_notice", "refusal_notice", "redirect_notice")
    object_by = ways.object_by(accepted, refusing, refused, redirecting, redirected, reviewing)
    reply_by = ways.clock(
        "办理期限", days(60), "信访工作条例 第三十四条", entering(accepted, redoing), entering(replied),
        warn=days(12), extend=Longer(days(30), times=1, notice="extension_notice"),
    )  # fmt: skip
    review_right = ways.clock(
        "请求复查期限", days(30), "信访工作条例 第三十五条", served("reply"), entering(reviewing, ended)
    )
    file_by = ways.clock(
        "移送案卷期限",
        working_days(5),
        "信访工作条例 第三十五条",
        stated("review_requested_on"),
        served("review_transfer"),
    )
    recheck_right = ways.clock(
        "请求复核期限",
        days(30),
        "信访工作条例 第三十六条",
        stated("review_served_on"),
        entering(rechecking, redoing, ended),
    )

    simple_accept_by = simple.accept_by("acceptance_notice", "refusal_notice", "redirect_notice")
    simple_reply_by = simple.reply_by(replied)

    simplify = simple.simplify(received)
    ordinary = simple.ordinary(received, *work, suspended, drafted)
    step_aside = recusal.step_aside(received, *work, suspended, drafted, reviewing, reviewed)
    ask_aside = recusal.ask_aside(received, *work, suspended, drafted, reviewing, reviewed)
    recusal_decided, recusal_not_taken = recusal.decided(), recusal.not_taken()

    # 受理 - 不予受理 - 法定途径 - 异议

    @action("受理", received >> accepted, by="handler", form=forms.Accept)
    def accept(self, facts: Petition, form: forms.Accept, ctx: Context) -> Effects:
        """The five other ways come first; that a higher organ has the matter too changes nothing."""
        requests = [text.strip() for text in form.requests if len(text.strip()) > 1]
        if not form.no_other_way:
            return Refusal(
                "请先逐项判断是否属于其他法定途径", remedy="属于的，告知法定途径", rule="信访工作条例 第三十一条"
            )
        if not requests:
            return Refusal("没有写明诉求", remedy="逐项写明信访人的诉求", rule="信访工作条例 第三十二条")
        facts.points = [Point(request=text[:500]) for text in requests]
        facts.accepted_on, facts.also_open_at, facts.phone = ctx.today, form.also_open_at, form.phone
        facts.simple_accepted_on = ctx.today if facts.simple_from else None
        notice = Issue("acceptance_notice", text=words.acceptance(facts, form.hearing, ctx))
        above = f"{form.also_open_at}也在办理此事项，本机关照常受理" if form.also_open_at else ""
        return (
            notice if ways.reachable(ctx) else Stop("notice_by"),
            Note(above, readers="parties") if above else None,
        )

    @prefill(accept)
    def the_request(self, facts: Petition, ctx: Context) -> dict[str, object]:
        return {"requests": [ctx.case.request]} if ctx.case.request else {}

    @action("不予受理", received >> (refusing, refused), by="head", form=forms.Refuse)
    def refuse(self, facts: Petition, form: forms.Refuse, ctx: Context) -> Effects:
        """Only for a reason of the closed list, and with the place to go."""
        if form.ground == "rechecked" and not form.recheck_number:
            return Refusal("请填写复核意见书文号", rule="信访工作条例 第三十六条第三款")
        if form.ground == "not_ours":
            if refusal := form.no_door():
                return refusal
            remember(ctx, ctx.case.category, form)
        facts.refused_for, facts.goes_to = form.ground, form.organ
        if not ways.reachable(ctx):
            return Stop("notice_by"), Go(self.refused)
        return Issue("refusal_notice", text=words.refusal(form, ctx)), Go(self.refusing)

    @action("告知法定途径", received >> (redirecting, redirected), by="head", form=ways.Redirect)
    def redirect(self, facts: Petition, form: ways.Redirect, ctx: Context) -> Effects:
        return ways.redirect(facts, form, ctx)

    @prefill(refuse)
    def place_after_refusal(self, facts: Petition, ctx: Context) -> dict[str, str]:
        return prefilled(ctx, ctx.case.category)

    @prefill(redirect)
    def place_of_the_way(self, facts: Petition, ctx: Context) -> dict[str, str]:
        return prefilled(ctx, ctx.case.category)

    @action("登记接收回执", redirecting >> redirected, by="handler", form=ways.Receipt)
    def receipt(self, facts: Petition, form: ways.Receipt, ctx: Context) -> Effects:
        facts.receipt_no = form.receipt_no
        return None if ways.arrived(facts, ctx) else Go(self.redirecting)

    @on("served", of="refusal_notice", move=refusing >> refused)
    def refusal_served(self, facts: Petition, happening: Happening, ctx: Context) -> Effects:
        ways.told(facts, happening, ctx)
        return None

    @on("served", of="redirect_notice", move=redirecting >> redirected)
    def redirect_served(self, facts: Petition, happening: Happening, ctx: Context) -> Effects:
        ways.told(facts, happening, ctx)
        return None if ways.arrived(facts, ctx) else Go(self.redirecting)

    @action("提出异议", at(received), by="head", form=ways.Objection)
    def objection(self, facts: Petition, form: ways.Objection, ctx: Context) -> Effects:
        return ways.lodge(facts, form, ctx)

    @guard(objection)
    def once_and_in_time(self, facts: Petition, ctx: Context) -> Refusal | None:
        return ways.may_object(facts, ctx)

    # 办理: neither a suspension nor mediation stops the clock

    @action("中止", work >> suspended, by="head", form=forms.Suspend)
    def suspend(self, facts: Petition, form: forms.Suspend, ctx: Context) -> Effects:
        facts.suspended_for = form.cause
        why = "。".join(filter(None, (forms.PAUSES[form.cause], form.note)))
        return Note(f"中止办理：{why}。法定办理期限照常计算", readers="parties")

    @action("恢复办理", suspended >> handling, by=("handler", "head"))
    def resume(self, facts: Petition, ctx: Context) -> Effects:
        facts.suspended_for = ""
        return Note("恢复办理", readers="parties")

    @action("延期", at(*work, suspended, drafted), by="organ_head", form=forms.Extension)
    def extend(self, facts: Petition, form: forms.Extension, ctx: Context) -> Effects:
        """Once, at most thirty days; void unless its notice is served by the old due date."""
        facts.extension = "asked"
        notice = Issue("extension_notice", text=words.extension(facts, form, ctx))
        return notice, Extend("reply_by", amount=form.days, notice="extension_notice")

    @guard(extend)
    def once_and_before_the_end(self, facts: Petition, ctx: Context) -> Refusal | None:
        clock = ctx.clocks.get("reply_by")
        if facts.extension or (clock and clock.extended):
            return Refusal("只能延期一次", rule="信访工作条例 第三十四条")
        if clock and (end := clock.lawful_on or clock.early_on) and ctx.today > end:
            return Refusal("办理期限已届满，不能再延期", remedy="尽快答复", rule="信访工作条例 第三十四条")
        return None

    @on("extended", of="reply_by")
    def extended(self, facts: Petition, happening: Happening, ctx: Context) -> Effects:
        facts.extension = "effective" if happening.data.get("effective", True) else "void"
        return None

    @action("提请调解", at(*work), by="handler", form=mediating.Mediate)
    def mediate(self, facts: Petition, form: mediating.Mediate, ctx: Context) -> Effects:
        """The mediators ask each party alone; who declines loses nothing, and the sixty days run on."""
        asked = mediating.ask(form, ctx)
        if not isinstance(asked, Refusal):
            facts.mediation, facts.respondent_wish, facts.wishes_asked_on = "asked", form.respondent, form.asked_on
        return asked

    @guard(mediate)
    def may_be_mediated(self, facts: Petition, ctx: Context) -> Refusal | None:
        return mediating.may_ask(facts.mediation, ctx)

    @action("提出和解方案", at(*work), by="handler", form=forms.Settlement)
    def propose_settlement(self, facts: Petition, form: forms.Settlement, ctx: Context) -> Effects:
        facts.settlement, facts.agreed, facts.settled_on = form.terms, [], None
        return Note("已提出和解方案，请各方分别表示是否同意。不同意不影响办理", readers="parties")

    @action("同意和解", at(*work), by="party", form=forms.Consent)
    def agree(self, facts: Petition, form: forms.Consent, ctx: Context) -> Effects:
        party = ctx.actor.party_id or form.party
        everybody = {p.id for p in (*ctx.case.by_role("applicant"), *ctx.case.by_role("respondent"))}
        if party not in everybody:
            return Refusal("请选择是哪一方当事人", rule="信访工作条例 第三十三条")
        facts.agreed = sorted({*facts.agreed, PartyId(party or "")})
        if not everybody <= set(facts.agreed):
            return None
        facts.settled_on = ctx.today
        return Note("各方均已同意和解", readers="parties")

    @action("不同意和解", at(*work), by="party", form=forms.Consent)
    def decline(self, facts: Petition, form: forms.Consent, ctx: Context) -> Effects:
        facts.settlement, facts.agreed, facts.settled_on = "", [], None
        return None

    @guard(propose_settlement)
    def somebody_to_settle_with(self, facts: Petition, ctx: Context) -> Refusal | None:
        if not ctx.case.has("respondent"):
            return Refusal("没有对方当事人，不能和解", remedy="先登记对方当事人")
        return None

    @guard(agree, decline)
    def something_proposed(self, facts: Petition, ctx: Context) -> Refusal | None:
        return None if facts.settlement else Refusal("还没有和解方案")

    # 答复

    @action("拟写答复", at(*work), by="handler", form=forms.Draft)
    def draft(self, facts: Petition, form: forms.Draft, ctx: Context) -> Effects:
        if {point.request for point in facts.points} - {point.request for point in form.points}:
            return Refusal("受理的诉求不能删改，请逐项答复", remedy="重新打开表单", rule="信访工作条例 第三十二条")
        facts.findings, facts.evidence, facts.points = form.findings, form.evidence, form.points
        facts.tasks, facts.review_place = form.tasks, form.review_place
        remember(ctx, REVIEW, form.review_place)
        return None

    @prefill(draft)
    def what_we_have(self, facts: Petition, ctx: Context) -> dict[str, object]:
        known = facts.model_dump(mode="json", include=set(forms.Draft.model_fields))
        return known if facts.review_place.organ else {**known, "review_place": prefilled(ctx, REVIEW)}

    @action("送审", work >> drafted, by="handler")
    def submit(self, facts: Petition, ctx: Context) -> Effects:
        return None

    @action("退回修改", drafted >> handling, by="organ_head", form=Reason)
    def send_back(self, facts: Petition, form: Reason, ctx: Context) -> Effects:
        return Note(f"退回修改：{form.reason}")

    @action("签发", drafted >> replied, by="organ_head", form=forms.Approval)
    def approve(self, facts: Petition, form: forms.Approval, ctx: Context) -> Effects:
        facts.legal_note, facts.replied_on, facts.reply_served_on = form.legal_note, ctx.today, None
        answer = "\n".join(f"{forms.OPINIONS[p.opinion]}:{p.reason}" for p in facts.points)
        place = facts.review_place
        above = Redress(organ=place.organ, address=place.address, phone=place.phone, clock="review_right")
        return Issue("reply", text=words.reply(facts, ctx), redress=above), Answer(answer)

    @guard(submit, approve)
    def every_point_is_answered(self, facts: Petition, ctx: Context) -> Refusal | None:
        if not facts.points or not facts.findings:
            return Refusal("答复还没有写明查明的事实和诉求", remedy="先拟写答复", rule="信访工作条例 第三十二条")
        if not all(point.opinion and point.reason for point in facts.points):
            return Refusal("有诉求没有答复", remedy="逐项写明处理意见和理由", rule="信访工作条例 第三十二条")
        if not all(point.answered for point in facts.points):
            return Refusal("有答复没有引用依据", remedy="逐项写明法律法规和条款", rule="信访工作条例 第三十二条")
        if facts.review_place.no_door():
            return Refusal("没有写明复查机关", remedy="填写复查机关的名称和地址", rule="信访工作条例 第三十五条")
        return None

    @on("served", of="reply")
    def reply_served(self, facts: Petition, happening: Happening, ctx: Context) -> Effects:
        facts.reply_served_on = ways.served_on(happening, ctx)
        return None

    # 复查、复核: made above; here they are registered, the file goes up, and what was ordered is done

    @action("登记复查申请", (received, replied) >> reviewing, by=("party", "other", "handler"), form=forms.Request)
    def request_review(self, facts: Petition, form: forms.Request, ctx: Context) -> Effects:
        """A late one too: whether it is taken up is for the reviewing organ to say."""
        if form.requested_on > ctx.today:
            return Refusal("提出日期不能晚于今天")
        clock = ctx.clocks.get("review_right")
        facts.review_late = bool(clock and clock.lawful_on and form.requested_on > clock.lawful_on)
        facts.review_requested_on, facts.review_request = form.requested_on, form.request
        facts.file_sent_on = None
        return Note("已登记复查申请，案卷将移送上一级机关", readers="parties")

    @guard(request_review)
    def there_is_a_reply(self, facts: Petition, ctx: Context) -> Refusal | None:
        if facts.replied_on or ctx.case.issued("reply"):
            return None
        return Refusal("还没有处理意见书，不能请求复查", rule="信访工作条例 第三十五条")

    @action("移送案卷", at(reviewing), by="handler", form=forms.SendFile)
    def send_file(self, facts: Petition, form: forms.SendFile, ctx: Context) -> Effects:
        facts.file_sent_on = ctx.today
        transfer = Issue("review_transfer", to=(), text=words.transfer(facts, form, ctx))
        return transfer, Ask(superior(), purpose="review", enclose=("reply",))

    @prefill(send_file)
    def what_is_in_the_file(self, facts: Petition, ctx: Context) -> dict[str, object]:
        papers = [{"title": d.title, "number": d.number, "dated": d.issued_on} for d in ctx.case.documents]
        return {"organ": facts.review_place.organ or prefilled(ctx, REVIEW).get("organ", ""), "papers": papers}

    @action("登记复查意见", reviewing >> (redoing, reviewed), by=("handler", "other"), form=forms.Opinion)
    def review_result(self, facts: Petition, form: forms.Opinion, ctx: Context) -> Effects:
        facts.review_result, facts.review_number = form.result, form.number
        facts.review_decided_on, facts.review_served_on = form.decided_on, form.served_on
        return self.above_has_spoken(facts, form.result) or Go(self.reviewed)

    @action("登记复核申请", reviewed >> rechecking, by=("party", "other", "handler"), form=forms.Request)
    def request_recheck(self, facts: Petition, form: forms.Request, ctx: Context) -> Effects:
        if form.requested_on > ctx.today:
            return Refusal("提出日期不能晚于今天")
        facts.recheck_requested_on = form.requested_on
        return Note("已登记复核申请", readers="parties")

    @action("登记复核意见", rechecking >> (redoing, ended), by=("handler", "other"), form=forms.Opinion)
    def recheck_result(self, facts: Petition, form: forms.Opinion, ctx: Context) -> Effects:
        facts.recheck_result, facts.recheck_number = form.result, form.number
        facts.recheck_decided_on = form.decided_on
        return self.above_has_spoken(facts, form.result) or Go(self.ended)

    @action("办结", (replied, reviewed) >> ended, by="handler")
    def finish(self, facts: Petition, ctx: Context) -> Effects:
        return None

    @guard(finish)
    def the_persons_right_has_lapsed(self, facts: Petition, ctx: Context) -> Refusal | None:
        if not ways.reachable(ctx):
            return None
        rights = [ctx.clocks[key] for key in ("review_right", "recheck_right") if key in ctx.clocks]
        running = [clock for clock in rights if clock.status != "stopped"]
        if not running:
            return Refusal(
                "处理意见书还没有送达，复查期限没有开始", remedy="先登记送达", rule="信访工作条例 第三十五条"
            )
        if any(c.provisional or c.lawful_on is None or ctx.today <= c.lawful_on for c in running):
            return Refusal("信访人请求复查、复核的期限还没有届满", rule="信访工作条例 第三十五条")
        return None

    @on("due", of="review_right", move=replied >> ended)
    def review_right_lapsed(self, facts: Petition, happening: Happening, ctx: Context) -> Effects:
        """Ends by itself, unless the calendar of that year is still to come."""
        return Go(self.replied) if happening.data.get("provisional") else None

    @on("due", of="recheck_right", move=reviewed >> ended)
    def recheck_right_lapsed(self, facts: Petition, happening: Happening, ctx: Context) -> Effects:
        return Go(self.reviewed) if happening.data.get("provisional") else None

    def above_has_spoken(self, facts: Petition, result: str) -> Effects:
        """Revoked: the sixty days begin again, with an extension of their own."""
        if result != "revoked":
            return None
        facts.extension, facts.replied_on, facts.legal_note = "", None, ""
        return Note("上级机关撤销原处理意见，责令重新办理", readers="parties"), Go(self.redoing)
