"""Starting, stopping, pausing and resuming clocks, in the transaction of what causes it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import bindparam, update

from onewindow.clocks.book import CalendarBook
from onewindow.clocks.compute import calmer, colour_at, compute, day_start
from onewindow.clocks.rows import ClockRow, due_values, hold, lock, pauses_of, read, release
from onewindow.clocks.tables import CLOCK, PAUSE
from onewindow.errors import BadInput, Conflict, Refused
from onewindow.i18n import _
from onewindow.office.clocks import Span
from onewindow.office.manifest import ClockSpec
from onewindow.office.types import AssignmentId, CaseId, OfficeId, TownshipCode, law_day, new_id, utc
from onewindow.store import Tx
from onewindow.store.fixed import Fixed

_CHANGE = Fixed(update(CLOCK).where(CLOCK.c.id == bindparam("this")), writes=True)


@dataclass(frozen=True, slots=True)
class Owner:
    """What a clock belongs to: a case, and where the clock is an office's, the assignment and perhaps a row of it."""

    case_id: CaseId
    township: TownshipCode
    sealed: bool = False
    assignment_id: AssignmentId | None = None
    office: OfficeId | None = None
    row_key: str | None = None


def start(
    tx: Tx,
    spec: ClockSpec,
    owner: Owner,
    *,
    started: datetime | date,
    book: CalendarBook,
    until: date | None = None,
    closes_at: time | None = None,
) -> ClockRow:
    """Start a clock from the legal fact; with `until` it runs to the end of that day whatever its span is.

    It starts green, however long ago the fact is: the scheduler turns it, so that each turn is reported once.
    """
    if until is None and spec.span is None:
        raise Refused(_("这项时限须写明到期日"), rule=spec.source)
    span = Span(spec.span.amount, spec.span.unit) if until is None and spec.span else None
    warn = Span(spec.warn.amount, spec.warn.unit) if spec.warn else None
    begun = _instant(started) if until is None else day_start(until)
    # Only hours know the time of day; all other clocks that start on one day end together.
    timed = span is not None and span.unit == "hours"
    first = begun if timed else until or law_day(begun)
    key = None if timed else (span, first, warn, closes_at)
    due = book.due(tx, lambda calendar: compute(span, first, calendar, warn=warn, closes_at=closes_at), key)
    row: dict[str, Any] = {
        "id": new_id(),
        "case_id": owner.case_id,
        "assignment_id": owner.assignment_id,
        "office": owner.office,
        "key": spec.key,
        "title": spec.title,
        "source": spec.source,
        "effective_from": spec.since,
        "protects": spec.protects,
        "span_amount": span.amount if span else 0,
        "span_unit": span.unit if span else None,
        "warn_amount": warn.amount if warn else None,
        "warn_unit": warn.unit if warn else None,
        "closes_at": closes_at.isoformat("minutes") if closes_at else None,
        "started_at": begun,
        **due_values(due),
        "extended_days": 0,
        "extend_limit": spec.extend.model_dump(mode="json") if spec.extend else None,
        "status": "running",
        "colour": "green",
        "stopped_at": None,
        "row_key": owner.row_key,
        "township": owner.township,
        "sealed": owner.sealed,
    }
    tx.insert(CLOCK, row)
    begun_row = ClockRow(**row)
    hold(tx, begun_row)
    return begun_row


def stop(tx: Tx, clock_id: str, at: datetime, book: CalendarBook) -> ClockRow:
    """Stop a clock at the legal fact; `late` of the result says whether that was after the law's last instant.

    Stopping twice changes nothing. The colour becomes the one of that instant, whichever message came first.
    """
    at = utc(at)
    row = lock(tx, clock_id)
    if row.status == "stopped":
        return row
    if row.status == "paused":
        row = _close_pause(tx, row, at, book)
    return store(tx, row, status="stopped", stopped_at=at, colour=colour_at(at, row.warn_at, row.lawful_at))


def pause(tx: Tx, clock_id: str, at: datetime, reason: str) -> ClockRow:
    """Let a running clock stand still.

    Raises:
        Conflict: if it stands still already or was stopped.
        Refused: if its time is up; what is over cannot be suspended.
        BadInput: if it had not begun by then.
    """
    at = utc(at)
    row = lock(tx, clock_id)
    if row.status != "running":
        raise Conflict(_("时限已暂停或已停止"))
    if row.lawful_at is not None and at >= row.lawful_at:
        raise Refused(_("期限已届满，不能再暂停"), rule=row.source)
    if law_day(at) < law_day(row.started_at):
        raise BadInput(_("暂停日期早于时限的起算日"), field="at", remedy=_("核对暂停的日期"))
    tx.insert(PAUSE, {"id": new_id(), "clock_id": row.id, "from_at": at, "to_at": None, "reason": reason})
    return store(tx, row, status="paused")


def resume(tx: Tx, clock_id: str, at: datetime, book: CalendarBook) -> ClockRow:
    """Let a paused clock run again; both dates move by the days that it stood still.

    Raises:
        Conflict: if it does not stand still.
        BadInput: if `at` is before the pause.
    """
    at = utc(at)
    row = lock(tx, clock_id)
    if row.status != "paused":
        raise Conflict(_("时限没有暂停"))
    begun = next(begin for begin, end in pauses_of(tx, [row.id])[row.id] if end is None)
    if at < begun:
        raise BadInput(_("恢复时间早于暂停时间"), field="at", remedy=_("核对恢复的时间"))
    row = _close_pause(tx, row, at, book)
    return store(tx, row, status="running", colour=calmer(row.colour, colour_at(at, row.warn_at, row.lawful_at)))


def restart(tx: Tx, clock_id: str, started: date, at: datetime, book: CalendarBook) -> ClockRow:
    """Put a clock right that began from a wrong date; the pauses and extensions that it had stay."""
    row = lock(tx, clock_id)
    begun = replace(row, started_at=day_start(started))
    pauses = pauses_of(tx, [row.id])[row.id]
    due = book.due(tx, lambda calendar: begun.due(pauses, calendar))
    colour = calmer(row.colour, colour_at(utc(at), due.warn_at, due.lawful_at))
    return store(tx, row, started_at=begun.started_at, colour=colour, **due_values(due))


def unstop(tx: Tx, clock_id: str) -> ClockRow:
    """Let a clock run on whose stop was a mistake; the scheduler gives it its colour."""
    row = lock(tx, clock_id)
    return store(tx, row, status="running", stopped_at=None, colour="green")


def seal(tx: Tx, case_id: str) -> None:
    """Mark the clocks of a case that has been sealed."""
    tx.execute(update(CLOCK).where(CLOCK.c.case_id == case_id).values(sealed=True))
    release(tx, case_id)


def store(tx: Tx, row: ClockRow, **values: Any) -> ClockRow:
    """Write these columns of a locked clock, and the clock as it is then."""
    _CHANGE.change(tx, {"this": row.id, **values})
    changed = replace(row, **values)
    hold(tx, changed)
    return changed


def _close_pause(tx: Tx, row: ClockRow, at: datetime, book: CalendarBook) -> ClockRow:
    """End the open pause, and compute the dates with it."""
    pauses = [(begin, end or max(at, begin)) for begin, end in pauses_of(tx, [row.id])[row.id]]
    open_ones = update(PAUSE).where(PAUSE.c.clock_id == row.id, PAUSE.c.to_at.is_(None))
    begun = max(begin for begin, _end in pauses)
    tx.execute(open_ones.values(to_at=max(at, begun)))
    return store(tx, row, **due_values(book.due(tx, lambda calendar: row.due(pauses, calendar))))


def _instant(started: datetime | date) -> datetime:
    """The legal fact as an instant: days need only its date, hours that start on a date run from its first moment."""
    return utc(started) if isinstance(started, datetime) else day_start(started)


__all__ = ["Owner", "pause", "read", "restart", "resume", "seal", "start", "stop", "unstop"]
