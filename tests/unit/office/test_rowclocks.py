"""Clocks for each row of a table: they follow the rows through the steps, and a wrong declaration is refused."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewindow.office import (
    Clock,
    Context,
    DeclarationError,
    Effects,
    Facts,
    Form,
    Phase,
    Procedure,
    Row,
    Start,
    State,
    Stop,
    action,
    at,
    days,
    entering,
    field,
    stated,
)
from onewindow.office.rowclocks import clock_fault, row_effects
from onewindow.testing import Walk

DAY = date(2026, 3, 9)


class Promise(Row):
    key: str = field("序号")
    due_on: date | None = field("期限", default=None)
    done_on: date | None = field("完成日期", default=None)


class Promises(Facts):
    rows: list[Promise] = field("事项", default_factory=list)


class Rows(Form):
    rows: list[Promise] = field("事项", default_factory=list)


class Keeping(Procedure[Promises]):
    """履行"""

    drafted = State("拟定", phase=Phase.IN_HAND, initial=True)
    running = State("履行中", phase=Phase.ANSWERED)
    over = State("结束", phase=Phase.ENDED, final=True)

    keep_by = Clock(
        "履行期限", per="rows", until="due_on", starts=entering(running), stops=stated("done_on"), source="约定"
    )

    @action("写明", at(drafted, running), by="handler", form=Rows)
    def write(self, facts: Promises, form: Rows, ctx: Context) -> Effects:
        facts.rows = form.rows
        return None

    @action("生效", drafted >> running, by="handler")
    def begin(self, facts: Promises, ctx: Context) -> Effects:
        return None

    @action("结束", running >> over, by="handler")
    def finish(self, facts: Promises, ctx: Context) -> Effects:
        return None


def rows(*given: tuple[str, date | None, date | None]) -> dict[str, Any]:
    return {"rows": [{"key": key, "due_on": due, "done_on": done} for key, due, done in given]}


def test_no_clock_runs_before_the_state_that_starts_it_and_each_row_with_a_day_gets_one_then() -> None:
    walk = Walk(Keeping()).do("write", rows(("1", DAY, None), ("2", None, None), ("3", date(2026, 4, 1), None)))
    assert not walk.effects
    walk.do("begin")
    assert walk.effects == (Start("keep_by", row="1", until=DAY), Start("keep_by", row="3", until=date(2026, 4, 1)))


def test_a_row_that_is_done_stops_its_own_clock_and_one_with_another_day_begins_anew() -> None:
    walk = Walk(Keeping()).do("write", rows(("1", DAY, None), ("2", DAY, None))).do("begin")
    walk.do("write", rows(("1", DAY, DAY), ("2", date(2026, 5, 1), None)))
    assert set(walk.effects) == {
        Stop("keep_by", row="1"), Stop("keep_by", row="2"), Start("keep_by", row="2", until=date(2026, 5, 1)),
    }  # fmt: skip


def test_the_end_of_the_proceeding_stops_what_still_runs() -> None:
    walk = Walk(Keeping()).do("write", rows(("1", DAY, None), ("2", DAY, DAY))).do("begin").do("finish")
    assert walk.effects == (Stop("keep_by", row="1"),)


ROWS = st.dictionaries(
    st.sampled_from("1234"), st.tuples(st.sampled_from([None, DAY, date(2026, 4, 1)]), st.booleans())
)


@given(st.lists(st.tuples(st.sampled_from(["drafted", "running", "over"]), ROWS), min_size=1, max_size=8))
def test_whatever_happens_to_the_rows_the_clocks_that_run_are_those_of_the_last_step(steps: list[Any]) -> None:
    running: dict[str, date] = {}
    before = ("drafted", Promises())
    for state, given_rows in steps:
        made = [Promise(key=k, due_on=due, done_on=DAY if done else None) for k, (due, done) in given_rows.items()]
        facts = Promises(rows=made)
        for effect in row_effects(Keeping(), *before, state, facts):
            if isinstance(effect, Start):
                assert effect.row is not None and effect.until is not None and effect.row not in running
                running[effect.row] = effect.until
            else:
                assert isinstance(effect, Stop) and effect.row is not None
                del running[effect.row]
        before = (state, facts)
    state, facts = before
    assert running == {r.key: r.due_on for r in facts.rows if state == "running" and r.due_on and not r.done_on}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"per": "points"}, "no table of rows"),
        ({"until": "ends_on"}, "no field ends_on"),
        ({"until": ""}, "no span, but `until`"),
        ({"span": days(3)}, "no span"),
        ({"stops": stated("finished_on")}, "no field finished_on"),
        ({"starts": stated("done_on")}, "starts with entering"),
        ({"per": "", "until": ""}, "has a span"),
    ],
)
def test_a_clock_that_cannot_follow_its_rows_says_why(changes: dict[str, Any], says: str) -> None:
    good: dict[str, Any] = {
        "per": "rows", "until": "due_on", "starts": entering(Keeping.running), "stops": stated("done_on"),
    }  # fmt: skip
    assert clock_fault(Clock("期限", source="约定", **good), Promises) == ""
    assert says in clock_fault(Clock("期限", source="约定", **{**good, **changes}), Promises)


def test_a_procedure_with_such_a_clock_is_refused_where_it_is_declared() -> None:
    with pytest.raises(DeclarationError, match=r"Careless.keep_by: a clock has a span"):

        class Careless(Keeping):
            """粗心"""

            keep_by = Clock("期限", starts=entering(Keeping.running), stops=stated("done_on"), source="约定")
