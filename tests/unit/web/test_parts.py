"""Dates, charts, the menu and our own files."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewindow.access.actions import Action
from onewindow.office.types import AssignmentRole, AssignmentState, PartyRole, Phase, Track
from onewindow.web import charts, formatting, nav
from onewindow.web.labels import LABELS, label
from onewindow.web.statics import Statics, folder

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


def test_a_day_is_that_of_shanghai_in_both_languages() -> None:
    late = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    assert formatting.day(late) == "2026年11月23日"
    assert formatting.day(late, "en") == "23 Nov 2026"
    assert formatting.moment(late) == "2026年11月23日 00:30"
    assert formatting.moment(late, "en") == "23 Nov 2026, 00:30"
    assert formatting.day("2026-11-23") == "2026年11月23日"


def test_a_deadline_that_ends_at_midnight_ends_on_the_day_before() -> None:
    end = datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert formatting.due(end) == "2026年11月23日"
    assert formatting.due(end.isoformat()) == "2026年11月23日"
    assert formatting.due(datetime(2026, 11, 23, 8, tzinfo=UTC)) == "2026年11月23日 16:00"
    assert formatting.due(date(2026, 11, 23)) == "2026年11月23日"


@pytest.mark.parametrize(("day", "words"), [(20, "已过 3 天"), (23, "今天到期"), (24, "明天到期"), (30, "还有 7 天")])
def test_what_is_left_is_said_in_days(day: int, words: str) -> None:
    assert formatting.left(datetime(2026, 11, day, 16, tzinfo=UTC), NOW) == words


def test_nothing_is_shown_for_nothing() -> None:
    assert [formatting.day(None), formatting.moment(""), formatting.due(None), formatting.left(None, NOW)] == [""] * 4
    assert formatting.cell(None) == formatting.cell([]) == "—"


def test_a_code_is_shown_in_groups_once() -> None:
    assert formatting.code_groups("7K3M9QW2X4TB") == "7K3M 9QW2 X4TB"
    assert formatting.code_groups("7K3M-9QW2-X4TB") == "7K3M-9QW2-X4TB"


@given(st.lists(st.floats(0, 1e9), max_size=40), st.sampled_from(["bar", "line"]), st.sampled_from(["wide", "narrow"]))
def test_a_chart_stays_inside_its_frame(values: list[float], form: charts.Form, size: charts.Size) -> None:
    drawing = charts.draw([f"{n}月" for n in range(len(values))], values, form, size)
    for bar in drawing.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= drawing.width + 0.2
        assert bar.y >= 0
        assert bar.y + bar.height <= drawing.height
    assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in drawing.points)
    assert len(drawing.bars) + len(drawing.points) == len(values)


def test_a_narrow_chart_leaves_out_labels_that_would_run_together() -> None:
    labels = [f"2026年{n}月" for n in range(1, 13)]
    wide, narrow = (charts.draw(labels, [1.0] * 12, "bar", size) for size in ("wide", "narrow"))
    assert len(narrow.texts) < len(wide.texts)


def test_the_menu_shows_what_a_person_may_open() -> None:
    assert [place.path for place in nav.menu("/", None)] == ["/file", "/track"]
    found = nav.menu("/desk/x", lambda action: action is Action.CASE_LIST)
    assert [(place.path, place.current) for place in found] == [("/desk", True), ("/search", False)]


def test_every_word_of_the_closed_sets_has_a_label() -> None:
    for family, words in (
        ("phase", Phase),
        ("track", Track),
        ("party_role", PartyRole),
        ("assignment_role", AssignmentRole),
        ("assignment", AssignmentState),
    ):
        assert {word.value for word in words} <= set(LABELS[family])
    assert label(Phase.IN_HAND, "phase") == "办理中"
    assert label("unheard-of", "phase") == "unheard-of"


def test_a_file_of_our_own_carries_its_content_in_its_address() -> None:
    statics = Statics()
    for entry in folder().iterdir():
        assert statics.url(entry.name).startswith(f"/static/{entry.name}?v=")
    with pytest.raises(FileNotFoundError):
        statics.url("absent.css")
