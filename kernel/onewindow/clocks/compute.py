"""When a clock is due: pure functions over a span, its start, the calendar, pauses and extensions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from onewindow.clocks.calendar import (
    ONE_DAY,
    Calendar,
    add_working_days,
    assumed_rest,
    is_worked,
)
from onewindow.office.clocks import Span, Unit
from onewindow.office.types import SHANGHAI, law_day, utc

Colour = Literal["green", "amber", "red"]
Pause = tuple[datetime, datetime | None]
Ranges = Sequence[tuple[date, date]]
COLOURS: tuple[Colour, ...] = ("green", "amber", "red")


@dataclass(frozen=True, slots=True)
class Due:
    """When a clock is due: `early` warns the authority, `lawful` is the latest that the law allows.

    The days are those of Asia/Shanghai; the instants are their ends, in UTC. A `provisional` lawful date rests on a
    year whose calendar is not published; with `pending_calendar` there is none at all, and `early` is the earliest
    that it can be.
    """

    early: date
    lawful: date | None
    early_at: datetime
    lawful_at: datetime | None
    warn_at: datetime
    provisional: bool = False
    pending_calendar: bool = False

    @property
    def final(self) -> bool:
        """Whether the lawful date will stay as it is, whatever calendar is published."""
        return not (self.provisional or self.pending_calendar)


def day_start(day: date) -> datetime:
    """The first instant of a day in Asia/Shanghai, as UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def day_end(day: date, closes_at: time | None = None) -> datetime:
    """When a period that ends on this day is over (民法典 203): at 24:00, or when business closes."""
    if closes_at is None:
        return day_start(day + ONE_DAY)
    return datetime.combine(day, closes_at, SHANGHAI).astimezone(UTC)


def last_day(end: datetime) -> date:
    """The day that a deadline stored as an instant ends: 24:00 still belongs to the day before."""
    return law_day(end - timedelta(microseconds=1))


def colour_at(now: datetime, warn_at: datetime, lawful_at: datetime | None) -> Colour:
    """The colour of a running clock; without a lawful date it is never red."""
    if lawful_at is not None and now >= lawful_at:
        return "red"
    return "amber" if now >= warn_at else "green"


def calmer(one: Colour, other: Colour) -> Colour:
    """The less urgent of two colours."""
    return min(one, other, key=COLOURS.index)


def compute(
    span: Span | None,
    started: datetime | date,
    calendar: Calendar,
    paused: Sequence[Pause] = (),
    extended: int = 0,
    warn: Span | None = None,
    *,
    extended_unit: Unit | None = None,
    closes_at: time | None = None,
) -> Due:
    """When a clock is due.

    The day of the start is not counted (民法典 201). A last day off moves the lawful date to the next working day
    (203), the early date stays. A pause takes the days after its first, up to its last, out of the count; an open one
    takes none yet. An extension is counted from the old early date, before it was moved. Without a span the clock
    runs until the end of the day `started`, a date that was set or agreed.

    Raises:
        ValueError: for hours that start on a date without a time, or days extended by hours.
    """
    unit = extended_unit or (span.unit if span else "days")
    if span is not None and span.unit == "hours":
        if not isinstance(started, datetime):
            raise ValueError("hours count from an instant, not from a date")
        return _hours(span, utc(started), paused, timedelta(hours=extended if unit == "hours" else 24 * extended), warn)
    if unit == "hours" and extended:
        raise ValueError("a period of days is extended by days")

    ranges = _ranges(paused)
    first = law_day(started) if isinstance(started, datetime) else started
    if span is None:
        early, unknown = _until(first, calendar, ranges), False
    else:
        early, unknown = _count(first, span.amount, span.unit, calendar, ranges)
    if extended:
        early, more = _count(early, extended, unit, calendar, ranges)
        unknown = unknown or more
    early_at = day_end(early, closes_at)
    if unknown:
        return Due(early, None, early_at, None, day_start(early), pending_calendar=True)
    lawful, provisional = _rolled(early, calendar, ranges)
    warn_at = _warn_at(early, early_at, warn, calendar)
    if span is not None:
        warn_at = max(warn_at, day_start(first + ONE_DAY))
    return Due(early, lawful, early_at, day_end(lawful, closes_at), min(warn_at, early_at), provisional)


def _ranges(paused: Sequence[Pause]) -> Ranges:
    """The days between which each closed pause lies."""
    return [(law_day(start), law_day(end)) for start, end in paused if end is not None]


def _skipped(day: date, ranges: Ranges) -> bool:
    """Whether a day is taken out of the count; what remained when a pause began remains when it ends."""
    return any(start < day <= end for start, end in ranges)


def _count(day: date, amount: int, unit: Unit, calendar: Calendar, ranges: Ranges) -> tuple[date, bool]:
    """The `amount`-th counted day after `day`, and whether a working-day count met a day that nobody knows."""
    if unit == "days" and not ranges:
        return day + timedelta(days=amount), False
    unknown = False
    while amount:
        day += ONE_DAY
        if _skipped(day, ranges):
            continue
        if unit == "working_days":
            unknown = unknown or calendar.kind(day) == "unknown"
            if not is_worked(day, calendar):
                continue
        amount -= 1
    return day, unknown


def _until(day: date, calendar: Calendar, ranges: Ranges) -> date:
    """A date that was set, moved by the days that its clock stood still before it."""
    start = min([day, *(begin for begin, _end in ranges)])
    return _count(start, (day - start).days, "days", calendar, ranges)[0]


def _rolled(day: date, calendar: Calendar, ranges: Ranges) -> tuple[date, bool]:
    """The first day from `day` on that is neither off nor paused, and whether an unknown day was judged on the way."""
    provisional = False
    while True:
        kind = calendar.kind(day)
        provisional = provisional or kind == "unknown"
        off = assumed_rest(day) if kind == "unknown" else kind == "rest"
        if not off and not _skipped(day, ranges):
            return day, provisional
        day += ONE_DAY


def _warn_at(early: date, early_at: datetime, warn: Span | None, calendar: Calendar) -> datetime:
    """One working day before the early date where nothing else was declared (督办: 黄=到期前1WD)."""
    if warn is None:
        return day_start(add_working_days(early, -1, calendar))
    if warn.unit == "hours":
        return early_at - timedelta(hours=warn.amount)
    if warn.unit == "working_days":
        return day_start(add_working_days(early, -warn.amount, calendar))
    return day_start(early - timedelta(days=warn.amount))


def _hours(span: Span, started: datetime, paused: Sequence[Pause], extended: timedelta, warn: Span | None) -> Due:
    """Hours run from the instant through nights and holidays; only a pause stops them."""
    length = timedelta(hours=span.amount) + extended
    due, seen = started + length, started
    for begin, end in sorted((utc(begin), utc(end)) for begin, end in paused if end is not None):
        begin = max(begin, seen)
        if begin < due and end > begin:
            due += end - begin
            seen = end
    if warn is None:
        # One working day before would be before the start: the last quarter warns instead.
        ahead = length / 4
    else:
        ahead = timedelta(hours=warn.amount) if warn.unit == "hours" else timedelta(days=warn.amount)
    day = last_day(due)
    return Due(day, day, due, due, max(due - ahead, started))
