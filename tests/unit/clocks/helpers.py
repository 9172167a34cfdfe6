"""Short ways to write what the clocks' tests are about."""

from datetime import UTC, date, datetime, time

from onewindow.clocks.calendar import YearPlan
from onewindow.clocks.service import Owner
from onewindow.office.clocks import Clock, Extension, Span, days, entering, received
from onewindow.office.manifest import ClockSpec, clock_spec
from onewindow.office.types import SHANGHAI, CaseId, TownshipCode, new_id


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str, clock: str = "10:00") -> datetime:
    """A moment in Shanghai, as UTC."""
    return datetime.combine(date.fromisoformat(text), time.fromisoformat(clock), SHANGHAI).astimezone(UTC)


def midnight_after(text: str) -> datetime:
    """24:00 of a day in Shanghai is 16:00 of the same day in UTC."""
    return datetime.combine(date.fromisoformat(text), time(16), UTC)


def spec(span: Span, *, extend: Extension | None = None, warn: Span | None = None) -> ClockSpec:
    clock = Clock(
        "办理期限",
        span,
        source="信访工作条例 第三十四条",
        starts=received(),
        stops=entering(),
        extend=extend,
        warn=warn,
    )
    return clock_spec("reply_by", clock)


SIXTY = spec(days(60), extend=Extension(days(30), times=1, notice="extension_notice"))


def owner() -> Owner:
    return Owner(CaseId(new_id()), TownshipCode("370100001"))


# An arrangement for 2027 as the State Council might publish it; only the fixed holidays of it are certain today.
PLAN_2027 = """date,kind
2027-01-01,rest
2027-01-02,rest
2027-01-03,rest
2027-01-30,work
2027-02-05,rest
2027-02-06,rest
2027-02-07,rest
2027-02-08,rest
2027-02-09,rest
2027-02-10,rest
2027-02-11,rest
2027-02-12,rest
2027-02-13,rest
2027-02-20,work
2027-04-03,rest
2027-04-04,rest
2027-04-05,rest
2027-05-01,rest
2027-05-02,rest
2027-05-03,rest
2027-05-04,rest
2027-05-05,rest
2027-05-08,work
2027-06-09,rest
2027-09-15,rest
2027-10-01,rest
2027-10-02,rest
2027-10-03,rest
2027-10-04,rest
2027-10-05,rest
2027-10-06,rest
2027-10-07,rest
2027-09-26,work
2027-10-09,work
"""


def days_of(year: int, *texts: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(f"{year}-{text}") for text in texts)


def plan(year: int, rest: tuple[str, ...] = (), work: tuple[str, ...] = ()) -> YearPlan:
    return YearPlan(year, days_of(year, *rest), days_of(year, *work))
