"""Consumer disputes: accepted within seven working days, mediated within forty-five, else ended with the way left.

A whole office in one file. Put into a package with an entry point it is installed like any other
(docs/integrators.md); its notices would lie beside it in `documents/`.
"""

from onewindow.office import (
    Answer,
    Ask,
    Clock,
    Context,
    Effects,
    Facts,
    Form,
    Issue,
    Office,
    Phase,
    Procedure,
    Refusal,
    State,
    action,
    entering,
    field,
    guard,
    hookimpl,
    registered,
    working_days,
)

RULES = "市场监督管理投诉举报处理暂行办法"
WAYS = {"arbitration": "仲裁", "court": "诉讼"}


class Dispute(Facts):
    trader: str = field("经营者名称", default="")
    terms: str = field("调解结果", default="", personal="答复投诉人", keep="case")
    way: str = field("其他途径", choices=WAYS, default="", listed=True)


class Accept(Form):
    trader: str = field("经营者名称", max_length=100)


class Settle(Form):
    terms: str = field("调解结果", multiline=True, max_length=2000, personal="答复投诉人", keep="case")
    confirm: bool = field("双方要求司法确认", default=False)


class End(Form):
    reason: str = field("终止理由", multiline=True, max_length=2000, personal="答复投诉人", keep="case")
    way: str = field("其他途径", choices=WAYS)


class ConsumerDispute(Procedure[Dispute]):
    """消费纠纷"""

    version = 1

    received = State("已收到", phase=Phase.IN_HAND, initial=True)
    mediating = State("调解中", phase=Phase.IN_HAND)
    settled = State("已达成协议", phase=Phase.ANSWERED, final=True)
    ended = State("已终止", phase=Phase.ENDED, final=True)

    accept_by = Clock(
        "受理期限",
        working_days(7),
        starts=registered(),
        stops=entering(mediating, ended),
        source=f"{RULES} 第十四条",
    )
    settle_by = Clock(
        "调解期限",
        working_days(45),
        starts=entering(mediating),
        stops=entering(settled, ended),
        source=f"{RULES} 第二十一条",
    )

    @action("受理", received >> mediating, by="handler", form=Accept)
    def accept(self, facts: Dispute, form: Accept, ctx: Context) -> Effects:
        facts.trader = form.trader
        return Issue("acceptance_notice")

    @action("达成协议", mediating >> settled, by="handler", form=Settle)
    def settle(self, facts: Dispute, form: Settle, ctx: Context) -> Effects:
        facts.terms = form.terms
        confirm = Ask("court", purpose="judicial_confirmation") if form.confirm else None
        return Issue("agreement", terms=form.terms), Answer(form.terms), confirm

    @guard(settle)
    def both_sides_known(self, facts: Dispute, ctx: Context) -> Refusal | None:
        if ctx.case.has("respondent"):
            return None
        return Refusal("没有被投诉的经营者，不能达成协议", remedy="先登记被投诉的经营者")

    @action("终止", (received, mediating) >> ended, by="handler", form=End)
    def end(self, facts: Dispute, form: End, ctx: Context) -> Effects:
        facts.way = form.way
        return Issue("termination_notice", reason=form.reason, way=form.way), Answer(form.reason)


office = Office(id="consumer", title="市场监管所", handles={"0801", "0802", "0803"}, procedures=[ConsumerDispute])


@hookimpl
def onewindow_office() -> Office:
    return office
