"""What a case shows is a pure function of its assignments: phase, holder, and whether anything is left to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewindow.office.types import AssignmentRole, AssignmentState, Phase
from onewindow.routing.assignments import OPEN, derive

ROW = st.tuples(
    st.sampled_from([str(role) for role in AssignmentRole]),
    st.sampled_from([str(state) for state in AssignmentState]),
    st.none() | st.sampled_from([str(phase) for phase in Phase]),
    st.sampled_from(["u1", "u2", None]),
)
ROWS = st.lists(ROW, max_size=6)
Row = tuple[str, str, str | None, str | None]


def derived(rows: list[Row]) -> tuple[Phase, str | None, bool]:
    alive = [(role, unit) for role, state, _phase, unit in rows if state in OPEN]
    return derive([(role, state, phase) for role, state, phase, _unit in rows], alive)


@given(ROWS)
def test_a_case_is_over_exactly_when_something_was_done_and_nothing_is_open(rows: list[Row]) -> None:
    states = {state for _role, state, _phase, _unit in rows}
    done = any(state == "done" and phase for _role, state, phase, _unit in rows)
    assert derived(rows)[2] == (done and not states & set(OPEN))


@given(ROWS)
def test_whoever_holds_a_case_has_an_open_assignment_in_it_and_a_lead_comes_first(rows: list[Row]) -> None:
    alive = [(role, unit) for role, state, _phase, unit in rows if state in OPEN]
    _phase, holder, over = derived(rows)
    assert holder in {unit for _role, unit in alive} | {None}
    leads = [unit for role, unit in alive if role == "lead"]
    if leads:
        assert holder == leads[0]
    if over or not alive:
        assert holder is None


@given(ROWS)
def test_the_phase_is_one_that_an_assignment_is_in_and_a_joint_one_never_hides_the_lead(rows: list[Row]) -> None:
    phase, _holder, _over = derived(rows)
    counted = [row for row in rows if row[1] in OPEN or row[1] == "done"]
    assert phase in {Phase(row[2]) for row in counted if row[2]} | {Phase.IN_HAND}
    leads = {Phase(row[2]) for row in rows if row[1] in OPEN and row[0] == "lead" and row[2]}
    if leads:
        assert phase in leads


@given(ROWS, ROWS)
def test_what_was_recalled_or_returned_changes_nothing(rows: list[Row], gone: list[Row]) -> None:
    taken_back = [(role, "recalled", phase, unit) for role, _state, phase, unit in gone]
    assert derived(rows) == derived([*rows, *taken_back]) == derived([*taken_back, *rows])


@given(ROWS)
def test_somebody_who_has_to_act_is_shown_before_everything_else(rows: list[Row]) -> None:
    waiting: Row = ("lead", "received", "waiting_for_you", "u1")
    assert derived([*rows, waiting])[0] is Phase.WAITING_FOR_YOU


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], (Phase.IN_HAND, None, False)),
        ([("lead", "sent", "in_hand", "u1")], (Phase.IN_HAND, "u1", False)),
        ([("lead", "recalled", "in_hand", "u1")], (Phase.IN_HAND, None, False)),
        ([("lead", "done", "ended", "u1")], (Phase.ENDED, None, True)),
        ([("lead", "done", "answered", "u1"), ("lead", "sent", "in_hand", "u2")], (Phase.IN_HAND, "u2", False)),
        ([("lead", "received", "answered", "u1"), ("joint", "sent", "in_hand", "u2")], (Phase.ANSWERED, "u1", False)),
    ],
)
def test_examples(rows: list[Row], expected: tuple[Phase, str | None, bool]) -> None:
    assert derived(rows) == expected
