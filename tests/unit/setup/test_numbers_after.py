"""After a restore every series goes on past what may have been drawn since the backup."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from onewindow.setup.backup.after import LEAST, Lost, moved

TAKEN = datetime(2026, 3, 2, 2, tzinfo=UTC)
COUNTERS = {
    "case:990100001:2026": 610,
    "sealed:990100001:2026": 2,
    "doc:990100001:受告:2026": 300,
    "doc:990100001:受告:2026:sealed": 1,
    "case:990100001:2025": 4000,
    "something else": 7,
}


def lost(days: float, *, skip: int | None = None, townships: tuple[str, ...] = ("990100001", "990100002")) -> Lost:
    return Lost(TAKEN, TAKEN + timedelta(days=days), skip, townships)


def test_a_series_goes_on_a_thousand_further_at_least() -> None:
    found = {one.key: one for one in moved(COUNTERS, lost(0.5))}
    assert (found["case:990100001:2026"].first, found["case:990100001:2026"].last) == (611, 610 + LEAST)


def test_a_busy_series_that_lost_many_days_goes_further() -> None:
    # 61 days into the year, ten a day; two hundred days lost at three times that.
    found = {one.key: one for one in moved(COUNTERS, lost(200))}
    assert found["case:990100001:2026"].last == 610 + 6000


def test_a_series_that_nobody_had_drawn_from_yet_moves_too() -> None:
    keys = {one.key for one in moved(COUNTERS, lost(1))}
    assert {"case:990100002:2026", "sealed:990100002:2026", "doc:990100002:受告:2026"} <= keys


def test_last_years_series_stay_and_next_years_move_where_the_year_turned() -> None:
    assert "case:990100001:2025" not in {one.key for one in moved(COUNTERS, lost(1))}
    assert "case:990100001:2027" in {one.key for one in moved(COUNTERS, lost(310))}


def test_whoever_moves_to_another_machine_can_say_that_nothing_was_drawn() -> None:
    assert moved(COUNTERS, lost(1, skip=0)) == []
    found = {one.key: one for one in moved(COUNTERS, lost(1, skip=50))}
    assert found["case:990100001:2026"].last == 660


@given(st.integers(0, 100_000), st.floats(0.01, 700))
def test_no_series_ever_goes_back(value: int, days: float) -> None:
    for one in moved({"case:1:2026": value}, lost(days, townships=("1",))):
        assert one.last - one.first + 1 >= LEAST
        assert one.first == (value if one.key.endswith("2026") and one.key.startswith("case") else 0) + 1
