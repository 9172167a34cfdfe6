"""建议意见 (track D, 第二十九条): studied, and answered whether it is adopted; no sixty days run."""

from datetime import date

from onewindow.office import (
    Answer,
    Context,
    Effects,
    Form,
    Go,
    Happening,
    Issue,
    Phase,
    Procedure,
    Refusal,
    State,
    Stop,
    action,
    at,
    field,
    guard,
    on,
    prefill,
)
from onewindow_petition import recusal, ways
from onewindow_petition.ledger import prefilled

RESULTS = {"adopted": "采纳", "partly": "部分采纳", "noted": "解释说明"}


class Study(ways.OnItsWay):
    """What is known of a suggestion."""

    phone: str = field("承办人联系电话", default="")
    result: str = field("采纳情况", choices=RESULTS, default="", listed=True)
    study: str = field("研究情况", default="", personal="答复信访人", keep="case")
    opinion: str = field("答复意见", default="", personal="答复信访人", keep="case")
    replied_on: date | None = field("答复日期", default=None, listed=True)


class TakeUp(Form):
    phone: str = field("承办人联系电话", max_length=60)


class Reply(Form):
    result: str = field("采纳情况", choices=RESULTS)
    study: str = field("研究情况", multiline=True, min_length=2, max_length=5000, personal="答复信访人", keep="case")
    opinion: str = field("答复意见", multiline=True, min_length=2, max_length=5000, personal="答复信访人", keep="case")


class Suggestion(Procedure[Study]):
    """建议意见"""

    version = 1
    tracks = ("D",)

    received = State("已收到", phase=Phase.IN_HAND, initial=True)
    studied = State("研究中", phase=Phase.IN_HAND)
    replying = State("答复待送达", phase=Phase.IN_HAND)
    replied = State("已答复", phase=Phase.ANSWERED, final=True)
    redirecting = State("去向告知中", phase=Phase.REDIRECTED)
    redirected = State("已告知去向", phase=Phase.REDIRECTED, final=True)

    notice_by = ways.notice_by("D", "suggestion_notice", "suggestion_reply", "redirect_notice")
    object_by = ways.object_by(studied, redirecting, redirected)

    step_aside = recusal.step_aside(received, studied)
    ask_aside = recusal.ask_aside(received, studied)
    recusal_decided, recusal_not_taken = recusal.decided(), recusal.not_taken()

    @action("开展研究", received >> studied, by="handler", form=TakeUp)
    def take_up(self, facts: Study, form: TakeUp, ctx: Context) -> Effects:
        facts.phone = form.phone
        if not ways.reachable(ctx):
            return Stop("notice_by")
        return Issue("suggestion_notice", contact={"name": ctx.actor.name, "phone": form.phone})

    @action("告知去向", received >> (redirecting, redirected), by="head", form=ways.Redirect)
    def redirect(self, facts: Study, form: ways.Redirect, ctx: Context) -> Effects:
        return ways.redirect(facts, form, ctx)

    @prefill(redirect)
    def known_place(self, facts: Study, ctx: Context) -> dict[str, str]:
        return prefilled(ctx, ctx.case.category)

    @action("登记接收回执", redirecting >> redirected, by="handler", form=ways.Receipt)
    def receipt(self, facts: Study, form: ways.Receipt, ctx: Context) -> Effects:
        facts.receipt_no = form.receipt_no
        return None if ways.arrived(facts, ctx) else Go("redirecting")

    @action("提出异议", at(received), by="head", form=ways.Objection)
    def objection(self, facts: Study, form: ways.Objection, ctx: Context) -> Effects:
        return ways.lodge(facts, form, ctx)

    @guard(objection)
    def once_and_in_time(self, facts: Study, ctx: Context) -> Refusal | None:
        return ways.may_object(facts, ctx)

    @action("答复", studied >> (replying, replied), by=("head", "organ_head"), form=Reply)
    def reply(self, facts: Study, form: Reply, ctx: Context) -> Effects:
        facts.result, facts.study, facts.opinion, facts.replied_on = form.result, form.study, form.opinion, ctx.today
        words = {"suggestion": ctx.case.request or ctx.case.text, "study": form.study, "opinion": form.opinion}
        contact = {"name": ctx.actor.name, "phone": facts.phone}
        return (
            Issue("suggestion_reply", text=words, result=form.result, contact=contact),
            Answer(form.opinion),
            Go("replying" if ways.reachable(ctx) else "replied"),
        )

    @on("served", of="suggestion_reply", move=replying >> replied)
    def reply_served(self, facts: Study, happening: Happening, ctx: Context) -> Effects:
        return None

    @on("served", of="redirect_notice", move=redirecting >> redirected)
    def redirect_served(self, facts: Study, happening: Happening, ctx: Context) -> Effects:
        ways.told(facts, happening, ctx)
        return None if ways.arrived(facts, ctx) else Go("redirecting")
