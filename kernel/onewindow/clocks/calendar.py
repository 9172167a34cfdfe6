"""The working calendar: which days are worked, which are not, and which nobody can know yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from chinese_calendar.constants import holidays as published_holidays
from chinese_calendar.constants import workdays as published_workdays

Kind = Literal["work", "rest", "unknown"]

ONE_DAY = timedelta(days=1)
SATURDAY = 5
# 全国年节及纪念日放假办法 (2024-11-10): the holidays whose date does not depend on the moon. They are the only ones
# that may be counted for a year whose arrangement has not been published.
FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
# The New Year arrangement of a year reaches back into these days of December (2018-12-29 was worked, 2018-12-31 not).
REACHES_BACK_TO = (12, 28)


@dataclass(frozen=True, slots=True)
class YearPlan:
    """The arrangement of one year: days off beside or on the weekend, and weekend days that are worked (调休)."""

    year: int
    rest_days: frozenset[date]
    work_days: frozenset[date]

    @property
    def first_day(self) -> date:
        """The first day that this arrangement may decide: New Year reaches back into December."""
        return date(self.year - 1, *REACHES_BACK_TO)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known about each day; a year without a published arrangement stays unknown, before as after."""

    plans: Mapping[int, YearPlan] = field(default_factory=dict)

    def knows(self, year: int) -> bool:
        """Whether the arrangement of this year has been published."""
        return year in self.plans

    def kind(self, day: date) -> Kind:
        """Whether the day is worked; "unknown" where its year's arrangement is not published."""
        plan = self.plans.get(day.year)
        if plan is None:
            return "unknown"
        plans = [plan]
        if (day.month, day.day) >= REACHES_BACK_TO and (following := self.plans.get(day.year + 1)) is not None:
            plans = [following, plan]
        for each in plans:
            if day in each.work_days:
                return "work"
            if day in each.rest_days:
                return "rest"
        return "rest" if day.weekday() >= SATURDAY else "work"

    def with_plans(self, plans: Iterable[YearPlan]) -> "Calendar":
        """The calendar with these years added; they replace what was known about them."""
        return Calendar({**self.plans, **{plan.year: plan for plan in plans}})

    def until(self, year: int) -> "Calendar":
        """The calendar as it stood when nothing after `year` had been published."""
        return Calendar({known: plan for known, plan in self.plans.items() if known <= year})


def assumed_rest(day: date) -> bool:
    """Whether an unknown day is taken as a day off for a provisional date: weekends and the fixed holidays."""
    return day.weekday() >= SATURDAY or (day.month, day.day) in FIXED_HOLIDAYS


def is_worked(day: date, calendar: Calendar) -> bool:
    """Whether a working-day count takes this day; an unknown day counts from Monday to Friday."""
    kind = calendar.kind(day)
    return day.weekday() < SATURDAY if kind == "unknown" else kind == "work"


def add_working_days(day: date, amount: int, calendar: Calendar) -> date:
    """The day that is `amount` working days after `day`; negative amounts go back."""
    step = ONE_DAY if amount > 0 else -ONE_DAY
    left = abs(amount)
    while left:
        day += step
        left -= is_worked(day, calendar)
    return day


@lru_cache(maxsize=1)
def published() -> Calendar:
    """The calendar of the years that the installed data package knows."""
    # A year between the first and the last that has no entry at all is not known either, only not written about.
    years = {day.year for day in published_holidays}
    return Calendar(
        {
            year: YearPlan(
                year,
                frozenset(day for day in published_holidays if day.year == year),
                frozenset(day for day in published_workdays if day.year == year),
            )
            for year in sorted(years)
        }
    )
