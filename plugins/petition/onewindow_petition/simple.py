"""简易办理: three working days to accept a simple matter and ten to answer it, where the district has chosen so.

The periods are not confirmed from the text (信访事项简易办理办法(试行), 2016): the district checks them first.
"""

from datetime import date
from typing import Any

from onewindow.office import (
    Clock,
    Context,
    Effects,
    Form,
    Note,
    Reason,
    Refusal,
    State,
    Stop,
    action,
    at,
    entering,
    field,
    guard,
    law_day,
    served,
    stated,
    working_days,
)

PROFILE = "simplified"
SOURCE = "信访事项简易办理办法（试行）（2016），可配置"
SINCE = date(2016, 7, 1)


# As with a step of somebody else's: a page does not show what nobody here may ever do.
OFF = Refusal("本区没有启用简易办理", remedy="由区核对期限后启用", rule="by")


class Simple(Form):
    """Why a petition can be dealt with by the short way."""

    reason: str = field(
        "适用简易办理的理由",
        multiline=True,
        min_length=2,
        max_length=500,
        hint="事实清楚、责任明确、争议不大、易于解决",
    )


def accept_by(*decided: str) -> Clock:
    """Three working days from receipt to say whether it is accepted, served on paper like any other notice."""
    return Clock(
        "简易办理受理期限", working_days(3), starts=stated("simple_from"), stops=served(*decided),
        protects="person", source=SOURCE, profile=PROFILE, since=SINCE,
    )  # fmt: skip


def reply_by(replied: State) -> Clock:
    """Ten working days from acceptance to the reply; the sixty days of the regulation run beside it."""
    return Clock(
        "简易办理答复期限", working_days(10), starts=stated("simple_accepted_on"), stops=entering(replied),
        protects="person", source=SOURCE, profile=PROFILE, since=SINCE,
    )  # fmt: skip


def simplify(received: State) -> Any:
    """The action by which the short way is chosen."""

    @action("适用简易办理", at(received), by=("handler", "head"), form=Simple)
    def simplify(self: Any, facts: Any, form: Simple, ctx: Context) -> Effects:
        facts.simple_from = law_day(ctx.case.received_at) if ctx.case.received_at else ctx.today
        return Note(f"适用简易办理：{form.reason}。法定期限照常计算", readers="parties")

    guard(simplify)(_chosen_here)
    return simplify


def ordinary(*states: State) -> Any:
    """The action by which it turns out not to be simple after all; the statutory clocks have run all the while."""

    @action("转为普通程序", at(*states), by="head", form=Reason)
    def ordinary(self: Any, facts: Any, form: Reason, ctx: Context) -> Effects:
        running = [Stop(key) for key in ("simple_accept_by", "simple_reply_by") if _runs(ctx, key)]
        facts.simple_from = facts.simple_accepted_on = None
        return (*running, Note(f"转为普通程序：{form.reason}", readers="parties"))

    guard(ordinary)(_is_simple)
    return ordinary


def _runs(ctx: Context, key: str) -> bool:
    clock = ctx.clocks.get(key)
    return clock is not None and clock.status != "stopped"


def _is_simple(self: Any, facts: Any, ctx: Context) -> Refusal | None:
    if PROFILE not in ctx.case.profiles:
        return OFF
    return None if facts.simple_from else Refusal("没有适用简易办理")


def _chosen_here(self: Any, facts: Any, ctx: Context) -> Refusal | None:
    if PROFILE not in ctx.case.profiles:
        return OFF
    return Refusal("已经适用简易办理") if facts.simple_from else None
