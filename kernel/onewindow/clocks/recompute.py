"""Recomputing running clocks when a year's calendar is published, page by page and each page once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, false, or_, select, update

from onewindow.clocks.book import CalendarBook
from onewindow.clocks.calendar import Calendar
from onewindow.clocks.compute import calmer, colour_at, day_start
from onewindow.clocks.rows import COLUMNS, ClockRow, due_values, of_rows, pauses_of
from onewindow.clocks.service import store
from onewindow.clocks.tables import CALENDAR, CLOCK
from onewindow.store import Tx, for_update

# What belongs into a case's timeline when it changes; the day of the warning does not.
TOLD = ("early_at", "lawful_at", "provisional", "pending_calendar")


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A clock whose dates changed, or became final, because a calendar was published."""

    before: ClockRow
    clock: ClockRow


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a recomputation stands: the last clock that it has looked at."""

    status: str
    early_at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Page:
    """What one page of a recomputation changed, and where the next begins; None after the last."""

    changed: tuple[Recomputed, ...]
    after: Cursor | None


def recompute(
    tx: Tx, calendar: Calendar, year: int, *, now: datetime, after: Cursor | None = None, limit: int = 200
) -> Page:
    """Compute a page of the running and paused clocks again that end in this year or later.

    Those whose date is provisional or pending because of the year are among them: their early date reaches it.
    """
    status = after.status if after else "paused"
    # A period that ends shortly before New Year may be moved into the year, so look back a little.
    reach = and_(CLOCK.c.status == status, CLOCK.c.early_at >= day_start(date(year - 1, 12, 15)))
    if after:
        beyond = or_(CLOCK.c.early_at > after.early_at, and_(CLOCK.c.early_at == after.early_at, CLOCK.c.id > after.id))
        reach = and_(reach, CLOCK.c.early_at >= after.early_at, beyond)
    page = select(*COLUMNS).where(reach, CLOCK.c.started_at < day_start(date(year + 1, 1, 1)))
    rows = of_rows(tx.execute(for_update(page.order_by(CLOCK.c.early_at, CLOCK.c.id).limit(limit))))
    pauses = pauses_of(tx, [row.id for row in rows])
    changes: list[Recomputed] = []
    for row in rows:
        due = row.due(pauses[row.id], calendar)
        values = due_values(due)
        if all(getattr(row, name) == value for name, value in values.items()):
            continue
        colour = calmer(row.colour, colour_at(now, due.warn_at, due.lawful_at))
        clock = store(tx, row, colour=colour, **values)
        if any(getattr(row, name) != values[name] for name in TOLD):
            changes.append(Recomputed(row, clock))
    if len(rows) == limit:
        return Page(tuple(changes), Cursor(status, rows[-1].early_at, rows[-1].id))
    if status == "paused":
        return Page(tuple(changes), Cursor("running", day_start(date(year - 1, 12, 1)), ""))
    return Page(tuple(changes), None)


class CalendarJob:
    """Carries published years through the running clocks: a job of the scheduler that survives a restart half-way.

    `on_changed` runs in the transaction of each change and writes the entry into the case's timeline.
    """

    def __init__(self, book: CalendarBook, on_changed: Callable[[Tx, Recomputed], None], *, limit: int = 200) -> None:
        self._book = book
        self._on_changed = on_changed
        self._limit = limit

    def __call__(self, tx: Tx, now: datetime) -> int:
        """Do one page of the earliest year that is not through; says whether there was one."""
        waiting = (
            select(CALENDAR).where(CALENDAR.c.applied == false(), CALENDAR.c.apply_at <= now).order_by(CALENDAR.c.year)
        )
        # Also what brings a year that another process replaced into this one's memory.
        calendar = self._book.current(tx)
        # Another replica that holds the row is doing this page.
        row = tx.execute(for_update(waiting.limit(1), skip_locked=True)).one_or_none()
        if row is None:
            return 0
        after = _load(row.apply_after)
        page = recompute(tx, calendar, row.year, now=now, after=after, limit=self._limit)
        for change in page.changed:
            self._on_changed(tx, change)
        done = {"applied": page.after is None, "apply_after": _dump(page.after)}
        tx.execute(update(CALENDAR).where(CALENDAR.c.year == row.year).values(**done))
        return 1


def _dump(cursor: Cursor | None) -> dict[str, str] | None:
    if cursor is None:
        return None
    return {"status": cursor.status, "early_at": cursor.early_at.isoformat(), "id": cursor.id}


def _load(data: dict[str, Any] | None) -> Cursor | None:
    if data is None:
        return None
    return Cursor(data["status"], datetime.fromisoformat(data["early_at"]), data["id"])
