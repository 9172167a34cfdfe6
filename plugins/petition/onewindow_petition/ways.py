"""What the three kinds of petition share: the fifteen days, the lawful way to another organ, the objection."""

from datetime import date
from typing import Any

from onewindow.office import (
    Clock,
    Context,
    Effects,
    Facts,
    Form,
    Go,
    Happening,
    Issue,
    Moment,
    Refusal,
    Return,
    Span,
    State,
    Stop,
    UnitId,
    assigned,
    entering,
    field,
    received,
    served,
    working_days,
)
from onewindow.office import days as natural_days
from onewindow_petition.ledger import Place, remember

IN_FORCE = date(2022, 5, 1)
# 信访工作条例 第三十一条: five ways come before its sixth, the petition procedure itself.
WAYS = {
    "1": "诉讼、检察监督或者公安机关的法律程序（第三十一条第（一）项）",
    "2": "仲裁（第三十一条第（二）项）",
    "3": "申诉、申请复审等程序（第三十一条第（三）项）",
    "4": "行政复议、裁决、确认、许可、处罚等行政程序（第三十一条第（四）项）",
    "5": "申请查处违法行为、履行保护合法权益职责（第三十一条第（五）项）",
    "other": "属于其他机关职权（第二十三条）",
}
RECUSAL = {"": "没有申请", "asked": "正在决定", "granted": "已回避", "refused": "不予回避"}
MODES = {"inform": "告知向其提出", "transfer": "转送并告知去向"}


def clock(title: str, span: Span, article: str, starts: Moment, stops: Moment, **more: Any) -> Clock:
    """A deadline of 信访工作条例 that protects the person, unless it says otherwise."""
    more = {"protects": "person", "since": IN_FORCE, **more}
    return Clock(title, span, source=article, starts=starts, stops=stops, **more)


def notice_by(track: str, *documents: str) -> Clock:
    """XF-03: whoever brought the matter is told in writing what becomes of it."""
    return clock(
        "书面告知期限", natural_days(15), "信访工作条例 第二十三条", received(), served(*documents), tracks=(track,)
    )


def object_by(*decided: State) -> Clock:
    """XF-05: an objection to the hand-over comes within five working days, or not at all."""
    span = working_days(5)
    return clock(
        "异议期限", span, "信访工作条例 第二十三条第三款", assigned(), entering(*decided), protects="authority"
    )


class OnItsWay(Facts):
    """What is known of a matter that goes to another organ, or that was handed to us by mistake."""

    way: str = field("法定途径", choices=WAYS, default="", listed=True)
    goes_to: str = field("去向机关", default="")
    transferred: bool = field("材料已转送", default=False)
    receipt_no: str = field("接收回执号", default="")
    told_on: date | None = field("告知书送达日期", default=None, listed=True)
    objected_on: date | None = field("提出异议日期", default=None, listed=True)
    recusal: str = field("回避", choices=RECUSAL, default="", listed=True)


class Redirect(Place):
    """Where the matter belongs, and whether its papers go there or the person does."""

    way: str = field("法定途径", choices=WAYS)
    mode: str = field("方式", choices=MODES, default="inform")
    reason: str = field("理由", multiline=True, min_length=2, max_length=2000, personal="答复信访人", keep="case")
    time_limit: str = field("该途径的期限提示", default="", max_length=300)
    papers: list[str] = field("材料", default_factory=list, hint="随转的材料，或者提醒本人携带的材料")


class Receipt(Form):
    """The receipt of the organ to which something was sent."""

    receipt_no: str = field("接收回执号", min_length=1, max_length=100)
    received_on: date = field("接收日期")


class Objection(Form):
    """Not our duty: why, under which item of the duty list, and whose it is."""

    reason: str = field("理由", multiline=True, min_length=2, max_length=2000)
    duty: str = field("职责清单条目", min_length=2, max_length=300, hint="引用三定规定或者权责清单的条文")
    unit: UnitId | None = field("建议改交的单位", default=None)


def reachable(ctx: Context) -> bool:
    """Whether anybody can be served (第二十三条: not where name or address are unclear)."""
    return any(not party.anonymous for party in ctx.case.by_role("applicant"))


def redirect(facts: OnItsWay, form: Redirect, ctx: Context) -> Effects:
    """Tell where the matter belongs; a transferred one is gone only with the other organ's receipt."""
    if refusal := form.no_door():
        return refusal
    remember(ctx, ctx.case.category, form)
    facts.way, facts.goes_to, facts.transferred = form.way, form.organ, form.mode == "transfer"
    papers = {"materials" if facts.transferred else "bring": form.papers}
    notice: dict[str, Any] = {
        "to": form.words(),
        "mode": form.mode,
        "reason": form.reason,
        "time_limit": form.time_limit,
        **papers,
    }
    if form.way != "other":
        notice["way"] = int(form.way)
    matter = ctx.case.request or ctx.case.text
    letter = {"to": form.organ, "matter": matter, "reason": form.reason, "files": form.papers}
    return (
        Issue("redirect_notice", text=notice) if reachable(ctx) else Stop("notice_by"),
        Issue("transfer_letter", to=(), text=letter) if facts.transferred else None,
        Go("redirecting" if reachable(ctx) or facts.transferred else "redirected"),
    )


def told(facts: OnItsWay, happening: Happening, ctx: Context) -> None:
    facts.told_on = served_on(happening, ctx)


def arrived(facts: OnItsWay, ctx: Context) -> bool:
    """Whether the person has been told and, where papers were sent, the other organ has signed for them."""
    return bool((facts.told_on or not reachable(ctx)) and (facts.receipt_no or not facts.transferred))


def lodge(facts: OnItsWay, form: Objection, ctx: Context) -> Effects:
    """Lodge the objection; until it is ruled the matter stays here and its clocks run."""
    facts.objected_on = ctx.today
    return Return(form.reason, basis=form.duty, suggest_unit=form.unit), Stop("object_by")


def may_object(facts: OnItsWay, ctx: Context) -> Refusal | None:
    if facts.objected_on:
        return Refusal("已经提出过异议，维持交办的不得再退", rule="信访工作条例 第二十三条第三款")
    if (clock := ctx.clocks.get("object_by")) and clock.lawful_on and ctx.today > clock.lawful_on:
        return Refusal("已超过提出异议的五个工作日", remedy="受理，或者告知法定途径", rule="信访工作条例 第二十三条")
    return None


def served_on(happening: Happening, ctx: Context) -> date:
    """The legal day of a service: the one that was recorded, else today."""
    recorded = happening.data.get("served_on")
    return date.fromisoformat(str(recorded)[:10]) if recorded else ctx.today
