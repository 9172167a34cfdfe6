"""What holds for every clock, whatever its span, start, pauses and extension."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from onewindow.clocks.calendar import add_working_days, published
from onewindow.clocks.compute import Pause, colour_at, compute
from onewindow.office.clocks import Span
from onewindow.office.types import law_day

CALENDAR = published().until(2026)
FULL = CALENDAR.until(2025)

known_days = st.dates(date(2005, 1, 1), date(2025, 6, 30))
any_days = st.dates(date(2002, 1, 1), date(2029, 12, 31))
units = st.sampled_from(["days", "working_days"])
spans = st.builds(Span, st.integers(1, 90), units)
lengths = st.one_of(spans, st.builds(Span, st.integers(1, 200), st.just("hours")))
instants = st.datetimes(datetime(2004, 6, 1), datetime(2028, 12, 31), timezones=st.just(UTC))


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    found: list[Pause] = []
    for begin in draw(st.lists(instants, max_size=3)):
        found.append((begin, begin + timedelta(hours=draw(st.integers(0, 2000)))))
    return found


@given(lengths, instants, pauses(), st.integers(0, 60))
def test_the_lawful_date_is_never_before_the_early_one(
    span: Span, started: datetime, paused: list[Pause], more: int
) -> None:
    due = compute(span, started, CALENDAR, paused, more)
    if due.lawful is not None and due.lawful_at is not None:
        assert due.lawful >= due.early
        assert due.lawful_at >= due.early_at
    assert due.warn_at <= due.early_at
    assert due.early_at > started


@given(spans, known_days)
def test_the_last_lawful_day_is_worked_where_the_calendar_is_known(span: Span, started: date) -> None:
    due = compute(span, started, CALENDAR)
    assert due.final
    assert due.lawful is not None
    assert CALENDAR.kind(due.lawful) == "work"


@given(st.integers(1, 60), any_days)
def test_working_days_added_one_by_one_are_those_added_at_once(amount: int, started: date) -> None:
    one_by_one = started
    for _ in range(amount):
        one_by_one = add_working_days(one_by_one, 1, CALENDAR)
    assert one_by_one == add_working_days(started, amount, CALENDAR)
    assert one_by_one == compute(Span(amount, "working_days"), started, CALENDAR).early


@given(lengths, instants, instants)
def test_a_pause_without_length_changes_nothing(span: Span, started: datetime, moment: datetime) -> None:
    assert compute(span, started, CALENDAR, [(moment, moment)]) == compute(span, started, CALENDAR)


@given(lengths, instants, pauses())
def test_a_pause_never_brings_a_date_forward(span: Span, started: datetime, paused: list[Pause]) -> None:
    plain, delayed = compute(span, started, CALENDAR), compute(span, started, CALENDAR, paused)
    assert delayed.early >= plain.early
    if plain.lawful is not None and delayed.lawful is not None:
        assert delayed.lawful >= plain.lawful


@given(st.integers(1, 60), known_days, st.integers(0, 59), st.integers(0, 40))
def test_what_remained_when_a_pause_began_remains_when_it_ends(
    amount: int, started: date, after: int, lasted: int
) -> None:
    begin = datetime(started.year, started.month, started.day, 4, tzinfo=UTC) + timedelta(days=min(after, amount - 1))
    end = begin + timedelta(days=lasted)
    plain = compute(Span(amount, "days"), started, CALENDAR)
    delayed = compute(Span(amount, "days"), started, CALENDAR, [(begin, end)])
    assert plain.early - law_day(begin) == delayed.early - law_day(end)


@given(lengths, instants, pauses(), st.integers(0, 40), st.integers(0, 40))
def test_a_longer_extension_never_ends_earlier(
    span: Span, started: datetime, paused: list[Pause], less: int, more: int
) -> None:
    less, more = sorted((less, more))
    short, long = (compute(span, started, CALENDAR, paused, extended) for extended in (less, more))
    assert long.early_at >= short.early_at
    if short.lawful_at is not None and long.lawful_at is not None:
        assert long.lawful_at >= short.lawful_at


@given(spans, any_days, st.integers(0, 60))
def test_a_date_in_a_year_without_a_calendar_is_never_presented_as_final(span: Span, started: date, more: int) -> None:
    due = compute(span, started, CALENDAR, extended=more)
    years = {(started + timedelta(days=n)).year for n in range(1, (due.early - started).days + 1)}
    if span.unit == "working_days":
        assert due.pending_calendar == any(not CALENDAR.knows(year) for year in years)
        assert (due.lawful is None) == due.pending_calendar
    else:
        assert due.lawful is not None
        assert due.provisional == any(not CALENDAR.knows(each.year) for each in (due.early, due.lawful))
    assert due.final == (not due.provisional and not due.pending_calendar)


@given(spans, any_days, st.integers(0, 400))
def test_without_a_lawful_date_a_clock_is_never_red(span: Span, started: date, later: int) -> None:
    due = compute(span, started, CALENDAR)
    moment = due.early_at + timedelta(days=later)
    if due.pending_calendar:
        assert colour_at(moment, due.warn_at, due.lawful_at) == "amber"


@given(st.integers(1, 60), st.dates(date(2025, 10, 1), date(2025, 12, 31)))
def test_a_published_year_never_makes_a_pending_date_earlier_than_was_warned_unless_weekends_are_worked(
    amount: int, started: date
) -> None:
    span = Span(amount, "working_days")
    before, after = compute(span, started, FULL), compute(span, started, CALENDAR)
    worked_weekends = sum(d.weekday() >= 5 for d in CALENDAR.plans[2026].work_days if started < d <= after.early)
    assert after.early >= before.early - timedelta(days=3 * worked_weekends)
    assert after.final
