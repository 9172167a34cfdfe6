"""回避 (第二十八条): who has an interest in a petition declares it, or a party asks; the kernel does the rest."""

from typing import Any

from onewindow.office import Context, Effects, Form, Happening, Recuse, Refusal, State, action, at, field, guard, on
from onewindow_petition.ways import OnItsWay

RULE = "信访工作条例 第二十八条第三款"
GROUNDS = {
    "kin": "是当事人或者其近亲属",
    "interest": "与信访事项有直接利害关系",
    "other": "与信访人或者信访事项有其他关系，可能影响公正处理",
}


class StepAside(Form):
    """Why somebody should not handle this petition."""

    ground: str = field("回避事由", choices=GROUNDS)
    reason: str = field("具体情况", multiline=True, min_length=2, max_length=1000, personal="决定是否回避", keep="case")


def step_aside(*states: State, by: tuple[str, ...] = ("handler", "head", "organ_head")) -> Any:
    """The action by which somebody declares their own interest."""

    @action("申报回避", at(*states), by=by, form=StepAside)
    def step_aside(self: Any, facts: OnItsWay, form: StepAside, ctx: Context) -> Effects:
        """Until the head has decided, whoever declares takes no further step; the clocks run on."""
        facts.recusal = "asked"
        return Recuse(form.reason, ground=form.ground, declared=True)

    guard(step_aside)(_one_at_a_time)
    return step_aside


def ask_aside(*states: State, by: tuple[str, ...] = ("party", "other")) -> Any:
    """The action by which a party asks that the officer step aside: by their code, or on paper at the window."""

    @action("申请承办人回避", at(*states), by=by, form=StepAside)
    def ask_aside(self: Any, facts: OnItsWay, form: StepAside, ctx: Context) -> Effects:
        facts.recusal = "asked"
        return Recuse(form.reason, ground=form.ground)

    guard(ask_aside)(_somebody_handles_it)
    guard(ask_aside)(_one_at_a_time)
    return ask_aside


def decided() -> Any:
    """What becomes known of the decision."""

    @on("recused")
    def decided(self: Any, facts: OnItsWay, happening: Happening, ctx: Context) -> Effects:
        facts.recusal = "granted" if happening.data.get("granted") else "refused"
        return None

    return decided


def not_taken() -> Any:
    """The kernel did not take it: nothing waits for a decision."""

    @on("refused", of="recusal")
    def not_taken(self: Any, facts: OnItsWay, happening: Happening, ctx: Context) -> Effects:
        facts.recusal = ""
        return None

    return not_taken


def _one_at_a_time(self: Any, facts: OnItsWay, ctx: Context) -> Refusal | None:
    return Refusal("回避申请正在决定", remedy="等待单位负责人决定", rule=RULE) if facts.recusal == "asked" else None


def _somebody_handles_it(self: Any, facts: OnItsWay, ctx: Context) -> Refusal | None:
    return None if ctx.assignment.officer else Refusal("还没有确定承办人", remedy="确定承办人以后再申请", rule=RULE)
