"""Working days that give a person time: a day that nobody knows yet counts only if it is not a likely day off."""

from datetime import date, datetime

from onewindow.clocks.calendar import ONE_DAY, Calendar, assumed_rest
from onewindow.clocks.compute import day_end, day_start
from onewindow.office.types import law_day


def worked(day: date, calendar: Calendar) -> bool:
    """Whether a day is counted; of a year without a calendar weekends and the fixed holidays are not."""
    kind = calendar.kind(day)
    return not assumed_rest(day) if kind == "unknown" else kind == "work"


def last_of(start: date, amount: int, calendar: Calendar) -> tuple[date, bool]:
    """The `amount`-th working day after `start`, which does not count (民法典 201); whether it is provisional."""
    day, left, provisional = start, amount, False
    while left:
        day += ONE_DAY
        provisional = provisional or calendar.kind(day) == "unknown"
        left -= worked(day, calendar)
    return day, provisional


def end_of(at: datetime, amount: int, calendar: Calendar) -> datetime:
    """When a period of so many working days that began at this moment is over: its last day at 24:00."""
    return day_end(last_of(law_day(at), amount, calendar)[0])


def again_from(at: datetime, amount: int, calendar: Calendar) -> datetime:
    """From when something may be done again that may be done once in so many working days."""
    return day_start(last_of(law_day(at), amount, calendar)[0])
