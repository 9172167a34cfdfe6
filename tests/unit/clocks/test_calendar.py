"""The working calendar."""

from datetime import date, timedelta

import pytest

from onewindow.clocks.calendar import Calendar, add_working_days, published
from tests.unit.clocks.helpers import day, plan


@pytest.mark.parametrize("text", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"])
def test_a_make_up_day_of_2026_is_worked_though_it_is_a_weekend(calendar: Calendar, text: str) -> None:
    assert day(text).weekday() >= 5
    assert calendar.kind(day(text)) == "work"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-01-01", "2026-01-03"),
        ("2026-02-15", "2026-02-23"),
        ("2026-04-04", "2026-04-06"),
        ("2026-05-01", "2026-05-05"),
        ("2026-06-19", "2026-06-21"),
        ("2026-09-25", "2026-09-27"),
        ("2026-10-01", "2026-10-07"),
    ],
)
def test_each_holiday_of_2026_is_off_from_its_first_to_its_last_day(calendar: Calendar, first: str, last: str) -> None:
    current = day(first)
    while current <= day(last):
        assert calendar.kind(current) == "rest"
        current += timedelta(days=1)


def test_2026_has_248_working_days(calendar: Calendar) -> None:
    days = (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    assert sum(calendar.kind(each) == "work" for each in days) == 248


@pytest.mark.parametrize("text", ["2027-01-01", "2027-01-04", "2027-10-01", "2003-05-06", "1999-10-01"])
def test_a_year_that_is_not_published_is_unknown_even_on_its_fixed_holidays(calendar: Calendar, text: str) -> None:
    assert calendar.kind(day(text)) == "unknown"


def test_the_package_knows_every_year_from_2004_to_2026_and_none_before() -> None:
    known = published()
    assert all(known.knows(year) for year in range(2004, 2027))
    assert not known.knows(2003)


def test_the_new_year_arrangement_reaches_back_into_december() -> None:
    calendar = Calendar().with_plans([plan(2030), plan(2031)])
    assert calendar.kind(day("2030-12-31")) == "work"
    following = plan(2031)
    following = type(following)(2031, frozenset({day("2030-12-31")}), frozenset({day("2030-12-29")}))
    calendar = calendar.with_plans([following])
    assert calendar.kind(day("2030-12-31")) == "rest"
    assert calendar.kind(day("2030-12-29")) == "work"


def test_an_imported_year_replaces_the_packages(calendar: Calendar) -> None:
    assert calendar.with_plans([plan(2026)]).kind(day("2026-10-01")) == "work"
    assert calendar.kind(day("2026-10-01")) == "rest"


def test_working_days_are_counted_over_the_spring_festival_in_both_directions(calendar: Calendar) -> None:
    assert add_working_days(day("2026-02-13"), 2, calendar) == day("2026-02-24")
    assert add_working_days(day("2026-02-24"), -2, calendar) == day("2026-02-13")
