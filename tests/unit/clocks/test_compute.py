"""When a clock is due, by the article: the real calendar of 2026."""

from datetime import UTC, datetime, time

import pytest

from onewindow.clocks.calendar import Calendar
from onewindow.clocks.compute import colour_at, compute, last_day
from onewindow.office.clocks import Span, days, hours, working_days
from tests.unit.clocks.helpers import at, day, midnight_after

# started, span, early, lawful
CASES_201_203 = [
    # 民法典 201: the day of the start is not counted.
    ("2026-03-02", days(15), "2026-03-17", "2026-03-17"),
    ("2026-03-02", working_days(1), "2026-03-03", "2026-03-03"),
    # 民法典 203: a last day off moves the lawful date, the early one stays.
    ("2026-03-06", days(15), "2026-03-21", "2026-03-23"),
    # Into the Spring Festival, 15 to 23 February.
    ("2026-01-31", days(15), "2026-02-15", "2026-02-24"),
    ("2026-02-02", days(15), "2026-02-17", "2026-02-24"),
    ("2026-02-08", days(15), "2026-02-23", "2026-02-24"),
    # Make-up days are working days, and no last day moves off them.
    ("2026-01-30", days(15), "2026-02-14", "2026-02-14"),
    ("2026-02-13", days(15), "2026-02-28", "2026-02-28"),
    ("2026-04-24", days(15), "2026-05-09", "2026-05-09"),
    ("2026-09-05", days(15), "2026-09-20", "2026-09-20"),
    ("2026-09-25", days(15), "2026-10-10", "2026-10-10"),
    ("2026-02-13", working_days(1), "2026-02-14", "2026-02-14"),
    ("2026-02-27", working_days(1), "2026-02-28", "2026-02-28"),
    ("2026-05-08", working_days(1), "2026-05-09", "2026-05-09"),
    ("2026-09-18", working_days(1), "2026-09-20", "2026-09-20"),
    ("2026-10-09", working_days(1), "2026-10-10", "2026-10-10"),
    # Over the National Day, 1 to 7 October.
    ("2026-09-30", working_days(1), "2026-10-08", "2026-10-08"),
    ("2026-09-28", working_days(5), "2026-10-10", "2026-10-10"),
    ("2026-09-16", days(15), "2026-10-01", "2026-10-08"),
    ("2026-08-03", days(60), "2026-10-02", "2026-10-08"),
]


@pytest.mark.parametrize(("started", "span", "early", "lawful"), CASES_201_203)
def test_minfadian_201_203_first_day_not_counted_last_day_moved(
    calendar: Calendar, started: str, span: Span, early: str, lawful: str
) -> None:
    due = compute(span, at(started), calendar)
    assert (due.early, due.lawful) == (day(early), day(lawful))
    assert due.final
    assert due.lawful_at == midnight_after(lawful)


def test_xinfang_22_fifteen_natural_days_are_not_working_days(calendar: Calendar) -> None:
    assert compute(days(15), day("2026-03-02"), calendar).early == day("2026-03-17")
    assert compute(working_days(15), day("2026-03-02"), calendar).early == day("2026-03-23")


def test_xinfang_34_sixty_days_and_thirty_more_are_ninety_from_the_old_date_and_not_from_today(
    calendar: Calendar,
) -> None:
    due = compute(days(60), at("2026-03-02"), calendar)
    assert (due.early, due.lawful) == (day("2026-05-01"), day("2026-05-06"))
    longer = compute(days(60), at("2026-03-02"), calendar, extended=30)
    # From 1 May, not from 6 May to which the holiday had moved it.
    assert (longer.early, longer.lawful) == (day("2026-05-31"), day("2026-06-01"))


def test_an_extension_may_count_other_days_than_its_clock(calendar: Calendar) -> None:
    due = compute(days(7), at("2026-09-18"), calendar, extended=2, extended_unit="working_days")
    # 25 September is a holiday; two working days after it are Monday and Tuesday.
    assert due.early == day("2026-09-29")


def test_minfadian_201_hours_run_from_the_instant_through_holidays(calendar: Calendar) -> None:
    due = compute(hours(24), at("2026-10-01", "09:30"), calendar)
    assert due.lawful_at == due.early_at == at("2026-10-02", "09:30")
    assert due.warn_at == at("2026-10-02", "03:30")
    assert due.final


def test_hours_cannot_start_on_a_date(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="instant"):
        compute(hours(24), day("2026-10-01"), calendar)
    with pytest.raises(ValueError, match="extended by days"):
        compute(days(1), day("2026-10-01"), calendar, extended=1, extended_unit="hours")


def test_an_instant_at_22_utc_is_already_the_next_day_for_the_law(calendar: Calendar) -> None:
    evening = datetime(2026, 3, 2, 22, tzinfo=UTC)
    assert compute(days(15), evening, calendar).early == day("2026-03-18")
    assert compute(days(15), datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC), calendar).early == day("2026-03-17")
    assert compute(days(15), datetime(2026, 3, 2, 16, tzinfo=UTC), calendar).early == day("2026-03-18")


def test_due_today_is_not_red_until_24_oclock(calendar: Calendar) -> None:
    due = compute(days(15), at("2026-03-02"), calendar)
    assert colour_at(at("2026-03-17", "23:59:59"), due.warn_at, due.lawful_at) == "amber"
    assert colour_at(at("2026-03-18", "00:00"), due.warn_at, due.lawful_at) == "red"
    assert due.lawful_at is not None
    assert last_day(due.lawful_at) == day("2026-03-17")


def test_minfadian_203_a_period_may_end_when_business_closes(calendar: Calendar) -> None:
    due = compute(days(15), at("2026-03-02"), calendar, closes_at=time(17, 30))
    assert due.lawful_at == at("2026-03-17", "17:30")
    assert last_day(due.lawful_at) == day("2026-03-17")


@pytest.mark.parametrize(
    ("started", "early", "lawful"),
    [
        ("2026-11-23", "2027-01-22", "2027-01-22"),
        ("2026-11-24", "2027-01-23", "2027-01-25"),
        ("2026-11-02", "2027-01-01", "2027-01-04"),
    ],
)
def test_sixty_days_from_late_november_are_provisional_and_count_weekends_and_fixed_holidays(
    calendar: Calendar, started: str, early: str, lawful: str
) -> None:
    due = compute(days(60), at(started), calendar)
    assert (due.early, due.lawful) == (day(early), day(lawful))
    assert due.provisional
    assert not due.pending_calendar
    assert not due.final


def test_the_moon_is_not_guessed_a_spring_festival_day_of_2027_is_not_moved_yet(calendar: Calendar) -> None:
    due = compute(days(15), day("2027-01-25"), calendar)
    assert due.lawful == day("2027-02-09")
    assert due.provisional


def test_a_last_day_that_moves_over_the_end_of_the_known_years_is_provisional(calendar: Calendar) -> None:
    due = compute(days(15), day("2023-12-15"), calendar.until(2023))
    assert due.early == day("2023-12-30")
    assert due.lawful == day("2024-01-02")
    assert due.provisional


def test_working_days_that_reach_an_unknown_year_wait_for_its_calendar(calendar: Calendar) -> None:
    due = compute(working_days(5), day("2026-12-29"), calendar)
    assert due.pending_calendar
    assert due.lawful is None
    assert due.lawful_at is None
    # Monday to Friday all counted: 30, 31 December, 1, 4 and 5 January.
    assert due.early == day("2027-01-05")
    assert due.warn_at == at("2027-01-05", "00:00")
    assert colour_at(at("2027-06-01"), due.warn_at, due.lawful_at) == "amber"
    assert colour_at(at("2027-01-04", "23:59"), due.warn_at, due.lawful_at) == "green"


def test_years_before_the_first_known_one_are_not_guessed_either(calendar: Calendar) -> None:
    assert compute(working_days(5), day("2003-03-03"), calendar).pending_calendar
    assert compute(days(5), day("2003-03-03"), calendar).provisional


@pytest.mark.parametrize(
    ("started", "span", "warned"),
    [
        ("2026-03-02", days(15), "2026-03-16"),
        # The early date is a Saturday: one working day before is Friday.
        ("2026-03-06", days(15), "2026-03-20"),
        # In the Spring Festival: before it, on the make-up Saturday.
        ("2026-01-31", days(15), "2026-02-14"),
        # Not before the first counted day.
        ("2026-03-02", working_days(1), "2026-03-03"),
    ],
)
def test_amber_comes_one_working_day_before_the_early_date(
    calendar: Calendar, started: str, span: Span, warned: str
) -> None:
    assert compute(span, at(started), calendar).warn_at == at(warned, "00:00")


def test_a_declared_warning_is_kept(calendar: Calendar) -> None:
    started = at("2026-03-02")
    assert compute(days(60), started, calendar, warn=days(12)).warn_at == at("2026-04-19", "00:00")
    assert compute(days(60), started, calendar, warn=working_days(3)).warn_at == at("2026-04-28", "00:00")
    assert compute(days(60), started, calendar, warn=hours(24)).warn_at == at("2026-05-01", "00:00")
    assert compute(hours(24), started, calendar, warn=hours(2)).warn_at == at("2026-03-03", "08:00")
    assert compute(hours(24), started, calendar, warn=days(3)).warn_at == started


def test_in_an_unknown_year_the_warning_takes_monday_to_friday_as_worked(calendar: Calendar) -> None:
    assert compute(days(60), at("2026-11-05"), calendar).warn_at == at("2027-01-01", "00:00")


def test_a_pause_moves_both_dates_by_the_days_that_it_lasted(calendar: Calendar) -> None:
    pause = (at("2026-03-05"), at("2026-03-09"))
    due = compute(days(15), at("2026-03-02"), calendar, [pause])
    assert (due.early, due.lawful) == (day("2026-03-21"), day("2026-03-23"))
    # Of those four days two were a weekend.
    assert compute(working_days(5), at("2026-03-02"), calendar, [pause]).early == day("2026-03-11")


def test_pauses_that_overlap_count_once_and_an_open_one_not_yet(calendar: Calendar) -> None:
    long = (at("2026-03-05"), at("2026-03-09"))
    assert compute(days(15), at("2026-03-02"), calendar, [long, (at("2026-03-06"), at("2026-03-08"))]) == compute(
        days(15), at("2026-03-02"), calendar, [long]
    )
    assert compute(days(15), at("2026-03-02"), calendar, [(at("2026-03-05"), None)]) == compute(
        days(15), at("2026-03-02"), calendar
    )
    both = [
        (at("2026-03-02", "12:00"), at("2026-03-02", "14:00")),
        (at("2026-03-02", "13:00"), at("2026-03-02", "15:00")),
    ]
    assert compute(hours(24), at("2026-03-02"), calendar, both).lawful_at == at("2026-03-03", "13:00")


def test_a_pause_on_the_days_off_to_which_the_last_day_fell_moves_the_lawful_date(calendar: Calendar) -> None:
    # Early on Saturday 21 March, lawful on Monday; paused from Sunday to Wednesday.
    due = compute(days(15), at("2026-03-06"), calendar, [(at("2026-03-22"), at("2026-03-25"))])
    assert (due.early, due.lawful) == (day("2026-03-21"), day("2026-03-26"))


def test_a_pause_after_the_lawful_date_revives_nothing(calendar: Calendar) -> None:
    late = (at("2026-03-20"), at("2026-03-30"))
    assert compute(days(15), at("2026-03-02"), calendar, [late]) == compute(days(15), at("2026-03-02"), calendar)


def test_a_date_that_was_set_ends_with_that_day_and_moves_off_a_holiday(calendar: Calendar) -> None:
    due = compute(None, day("2026-10-03"), calendar)
    assert (due.early, due.lawful) == (day("2026-10-03"), day("2026-10-08"))
    paused = compute(None, day("2026-10-14"), calendar, [(at("2026-10-09"), at("2026-10-11"))])
    assert paused.early == day("2026-10-16")
