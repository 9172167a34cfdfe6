"""The calendar that is in force: the data package's years and the imported ones, read again when it matters."""

from collections.abc import Callable, Hashable
from datetime import date

from sqlalchemy import Connection, select

from onewindow.clocks.calendar import Calendar, YearPlan, published
from onewindow.clocks.compute import Due
from onewindow.clocks.tables import CALENDAR
from onewindow.store import Tx

MOST_KNOWN = 10_000


def read_plans(conn: Connection) -> list[YearPlan]:
    """The imported years."""
    query = select(CALENDAR.c.year, CALENDAR.c.rest_days, CALENDAR.c.work_days).where(CALENDAR.c.rest_days.is_not(None))
    return [YearPlan(year, _days(rest), _days(work)) for year, rest, work in conn.execute(query)]


def _days(texts: list[str] | None) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts or ())


class CalendarBook:
    """The calendar in force, kept in memory.

    A clock that ends in known years is computed from memory; one that meets an unknown year first looks whether that
    year has been imported meanwhile, here or by another process.
    """

    def __init__(self, base: Calendar | None = None) -> None:
        self.base = base if base is not None else published()
        self._calendar = self.base
        self._known: dict[Hashable, Due] = {}

    @property
    def calendar(self) -> Calendar:
        """The calendar as last read."""
        return self._calendar

    def current(self, tx: Tx) -> Calendar:
        """The calendar as this transaction sees it; kept in memory once the transaction has committed."""
        calendar = self.base.with_plans(read_plans(tx.conn))
        if calendar != self._calendar:
            tx.on_commit(lambda: self._keep(calendar))
        return calendar

    def refresh(self, conn: Connection) -> Calendar:
        """Read the committed calendar again."""
        self._keep(self.base.with_plans(read_plans(conn)))
        return self._calendar

    def due(self, tx: Tx, when: Callable[[Calendar], Due], key: Hashable = None) -> Due:
        """What `when` computes from the calendar in force; with a `key` that says all else that it depends on, the
        clocks that start on one day are computed once."""
        known, calendar = self._known, self._calendar
        if key is not None and (due := known.get(key)) is not None:
            return due
        due = when(calendar)
        if not due.final:
            return when(self.current(tx))
        if key is not None and len(known) < MOST_KNOWN:
            known[key] = due
        return due

    def _keep(self, calendar: Calendar) -> None:
        self._calendar, self._known = calendar, {}
