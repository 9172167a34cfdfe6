"""检举控告 (track E, sealed, 第三十条): a designated person hands it straight to the competent organ."""

from onewindow.office import (
    Ask,
    Context,
    Effects,
    Go,
    Happening,
    Issue,
    Phase,
    Procedure,
    Refusal,
    Seal,
    State,
    Stop,
    UnitId,
    action,
    field,
    on,
    prefill,
    superior,
)
from onewindow_petition import recusal, ways
from onewindow_petition.ledger import DISCIPLINE, Place, prefilled, remember

RULE = "信访工作条例 第三十条"


class HandedOver(ways.OnItsWay):
    """What is kept of an accusation: where it went, and the receipt."""

    unit: UnitId | None = field("接收单位", default=None)
    leaders: bool = field("反映中心或镇街负责人", default=False)


class HandOver(Place):
    leaders: bool = field("反映的是中心或镇街负责人", default=False, hint="是的，直接报区")
    unit: UnitId | None = field("接收单位（本系统内）", default=None)
    independent: bool = field("已核对：接收机关不是被反映的单位，也不受被反映人管理", default=False)
    papers: list[str] = field("移送材料", default_factory=list)


class Accusation(Procedure[HandedOver]):
    """检举控告"""

    version = 1
    tracks = ("E",)

    received = State("已收到", phase=Phase.IN_HAND, initial=True)
    handing = State("移送中", phase=Phase.REDIRECTED)
    handed = State("已移送", phase=Phase.REDIRECTED, final=True)

    notice_by = ways.notice_by("E", "redirect_notice")

    step_aside = recusal.step_aside(received, handing, by=("designated",))
    ask_aside = recusal.ask_aside(received, handing, by=("party",))
    recusal_decided, recusal_not_taken = recusal.decided(), recusal.not_taken()

    @action("移送有权机关", (received, handing) >> handing, by="designated", form=HandOver)
    def hand_over(self, facts: HandedOver, form: HandOver, ctx: Context) -> Effects:
        """Again where the organ sends it back; about leaders of the centre or the township: to the district at once."""
        if refusal := form.no_door() or self.to_the_accused(form, ctx):
            return refusal
        if not form.leaders:
            remember(ctx, DISCIPLINE, form)
        first = not facts.goes_to
        facts.goes_to, facts.unit, facts.leaders = form.organ, form.unit, form.leaders
        facts.way, facts.transferred, facts.receipt_no, facts.told_on = "other", True, "", None
        reason = "检举控告类事项，按照管理权限移送有权处理的机关。"  # untranslated: for the letter
        notice = {"mode": "transfer", "accusation": True, "article": f"《{RULE.replace(' ', '》')}", "reason": reason}
        ask: Ask | None = None
        if form.leaders:
            ask = Ask(superior(), purpose="accusation")
        elif form.unit:
            ask = Ask(unit=form.unit, purpose="accusation")
        return (
            None if ctx.case.sealed else Seal("检举控告，依法保密"),
            ask,
            Issue("transfer_letter", to=(), text={"to": form.organ, "reason": reason, "files": form.papers}),
            Issue("redirect_notice", text={**notice, "to": form.words()}) if ways.reachable(ctx) else None,
            Stop("notice_by") if first and not ways.reachable(ctx) else None,
        )

    @prefill(hand_over)
    def known_place(self, facts: HandedOver, ctx: Context) -> dict[str, str]:
        return prefilled(ctx, DISCIPLINE)

    @staticmethod
    def to_the_accused(form: HandOver, ctx: Context) -> Refusal | None:
        accused = ctx.case.by_role("respondent")
        names = {party.name for party in accused if party.name}
        if form.organ in names or (form.unit and form.unit in {party.unit_id for party in accused}):
            return Refusal("不得把检举控告材料转给被反映的单位或个人", remedy="移送其上级机关", rule=RULE)
        if not form.independent:
            return Refusal("请先核对接收机关与被反映人无隶属关系", rule=RULE)
        return None

    @action("登记接收回执", handing >> handed, by="designated", form=ways.Receipt)
    def receipt(self, facts: HandedOver, form: ways.Receipt, ctx: Context) -> Effects:
        facts.receipt_no = form.receipt_no
        return None if ways.arrived(facts, ctx) else Go("handing")

    @on("served", of="redirect_notice", move=handing >> handed)
    def notice_served(self, facts: HandedOver, happening: Happening, ctx: Context) -> Effects:
        ways.told(facts, happening, ctx)
        return None if ways.arrived(facts, ctx) else Go("handing")
