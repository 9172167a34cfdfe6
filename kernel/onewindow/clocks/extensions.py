"""Extending a clock: asked for in time, and in force only when its notice was served in time (延期)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, select, update

from onewindow.clocks.book import CalendarBook
from onewindow.clocks.compute import calmer, colour_at, day_start
from onewindow.clocks.rows import ClockRow, due_values, lock, pauses_of
from onewindow.clocks.service import store
from onewindow.clocks.tables import EXTENSION
from onewindow.errors import BadInput, Conflict, NotFound, Refused
from onewindow.i18n import Message, _
from onewindow.office.clocks import Unit
from onewindow.office.types import law_day, new_id, utc
from onewindow.store import Tx, for_update

TOO_LONG: dict[Unit, Message] = {
    "days": _("每次延期不得超过{most}日"),
    "working_days": _("每次延期不得超过{most}个工作日"),
    "hours": _("每次延期不得超过{most}小时"),
}


class Outcome(StrEnum):
    """What recording a service did to an extension."""

    EFFECTIVE = "effective"
    # Served in time, recorded after the old due date: the clock is put right, with an entry.
    CORRECTED = "corrected"
    # Dated after the old due date: the extension never took effect, the clock is red from the old date on.
    TOO_LATE = "too_late"
    # Recorded after the old due date, without proof or by the handler: somebody else has to record it.
    NEEDS_PROOF = "needs_proof"
    NEEDS_ANOTHER = "needs_another"
    ALREADY = "already"


@dataclass(frozen=True, slots=True)
class ExtensionOutcome:
    """What recording a service did: the outcome, and the clock before and after it."""

    outcome: Outcome
    extension_id: str
    days: int
    before: ClockRow
    clock: ClockRow

    @property
    def took_effect(self) -> bool:
        return self.outcome in (Outcome.EFFECTIVE, Outcome.CORRECTED)


def request_extension(
    tx: Tx, clock_id: str, amount: int, *, document_id: str | None, requested_at: datetime, requested_by: str
) -> str:
    """Ask for an extension and return its id; the clock does not move before the notice is served.

    Raises:
        Refused: if the clock allows none, not so long a one, not another one, or its time is up.
        Conflict: if the clock has stopped.
    """
    requested_at = utc(requested_at)
    clock = lock(tx, clock_id)
    limit = clock.limit
    if clock.status == "stopped":
        raise Conflict(_("时限已停止，不能延期"))
    if limit is None:
        raise Refused(_("此时限不得延期"), rule=clock.source)
    if not 1 <= amount <= limit.at_most.amount:
        raise Refused(TOO_LONG[limit.at_most.unit], rule=clock.source, most=limit.at_most.amount)
    if _over(clock, requested_at):
        raise Refused(_("期限已届满，不能再延期"), rule=clock.source)
    states = select(func.count()).where(EXTENSION.c.clock_id == clock_id, EXTENSION.c.state != "refused")
    if tx.execute(states).scalar_one() >= limit.times:
        raise Refused(_("延期次数已用完（至多{times}次）"), rule=clock.source, times=limit.times)
    extension_id = new_id()
    row: dict[str, Any] = dict.fromkeys(column.name for column in EXTENSION.columns)
    tx.insert(
        EXTENSION,
        row
        | {
            "id": extension_id,
            "clock_id": clock_id,
            "days": amount,
            "document_id": document_id,
            "requested_at": requested_at,
            "requested_by": requested_by,
            "state": "pending",
        },
    )
    return extension_id


def agree_extension(
    tx: Tx, clock_id: str, amount: int, *, at: datetime, by: str, book: CalendarBook
) -> ExtensionOutcome:
    """Extend a clock that the parties extend by agreeing: nothing has to be served, so it is in force at once.

    Raises:
        Refused, Conflict: as `request_extension` does.
    """
    request_extension(tx, clock_id, amount, document_id=None, requested_at=at, requested_by=by)
    outcome = serve_extension(tx, served_on=law_day(at), recorded_at=at, by_handler=False, book=book, clock_id=clock_id)
    assert outcome is not None  # it has just been asked for
    return outcome


def refuse_extension(tx: Tx, extension_id: str, at: datetime) -> bool:
    """Take back an extension that is not in force, so that it no longer counts; says whether it was pending."""
    pending = update(EXTENSION).where(EXTENSION.c.id == extension_id, EXTENSION.c.state == "pending")
    return tx.execute(pending.values(state="refused", decided_at=utc(at))).rowcount == 1


def serve_extension(
    tx: Tx,
    *,
    served_on: date,
    recorded_at: datetime,
    by_handler: bool,
    book: CalendarBook,
    document_id: str | None = None,
    clock_id: str | None = None,
    proof: bool = False,
) -> ExtensionOutcome | None:
    """Record that the notice of an extension was served; None if the document extends nothing.

    The service must be *dated* by the old due date. Recorded afterwards it needs proof and a recorder who does not
    handle the case. What does not take effect is an outcome and no error: the service itself stays on record.

    Raises:
        BadInput: if it was served in the future or before the extension was asked for.
        Conflict: if somebody else recorded it at the same moment.
    """
    recorded_at = utc(recorded_at)
    found = _extension(tx, document_id, clock_id)
    if found is None:
        if clock_id is not None:
            raise NotFound(_("没有待送达的延期"))
        return None
    before = lock(tx, found.clock_id)
    # Read again under the clock's lock: another recorder may have been first.
    found = tx.execute(for_update(select(EXTENSION).where(EXTENSION.c.id == found.id))).one()
    if found.state != "pending":
        return ExtensionOutcome(Outcome.ALREADY, found.id, found.days, before, before)
    if served_on > law_day(recorded_at):
        raise BadInput(_("送达日期不能晚于今天"), field="served_on", remedy=_("核对送达回证上的日期"))
    if served_on < law_day(found.requested_at):
        raise BadInput(_("送达日期早于延期的提出"), field="served_on", remedy=_("核对送达回证上的日期"))

    if _over(before, day_start(served_on)):
        _decide(tx, found.id, "refused", served_on, recorded_at)
        return ExtensionOutcome(Outcome.TOO_LATE, found.id, found.days, before, before)
    afterwards = _over(before, recorded_at)
    if afterwards and by_handler:
        return ExtensionOutcome(Outcome.NEEDS_ANOTHER, found.id, found.days, before, before)
    if afterwards and not proof:
        return ExtensionOutcome(Outcome.NEEDS_PROOF, found.id, found.days, before, before)

    _decide(tx, found.id, "effective", served_on, recorded_at)
    pauses = pauses_of(tx, [before.id])[before.id]
    extended = before.extended_days + found.days
    due = book.due(tx, lambda calendar: before.due(pauses, calendar, extended=extended))
    judged_at = before.stopped_at or recorded_at
    clock = store(
        tx,
        before,
        extended_days=extended,
        colour=calmer(before.colour, colour_at(judged_at, due.warn_at, due.lawful_at)),
        **due_values(due),
    )
    return ExtensionOutcome(Outcome.CORRECTED if afterwards else Outcome.EFFECTIVE, found.id, found.days, before, clock)


def reset_extension(tx: Tx, document_id: str, at: datetime, book: CalendarBook) -> bool:
    """Undo what a service brought about that turned out wrong: the extension waits for its service again.

    Says whether there was one.
    """
    found = _extension(tx, document_id, None)
    if found is None or found.served_on is None:
        return False
    clock = lock(tx, found.clock_id)
    if found.state == "effective":
        pauses = pauses_of(tx, [clock.id])[clock.id]
        left = clock.extended_days - found.days
        due = book.due(tx, lambda calendar: clock.due(pauses, calendar, extended=left))
        store(tx, clock, extended_days=left, **due_values(due))
    again = update(EXTENSION).where(EXTENSION.c.id == found.id)
    tx.execute(again.values(state="pending", served_on=None, decided_at=None))
    return True


def _over(clock: ClockRow, at: datetime) -> bool:
    """Whether its time was up at that moment; what stands still, or has no lawful date yet, is not over."""
    return clock.status != "paused" and clock.lawful_at is not None and at >= clock.lawful_at


def _extension(tx: Tx, document_id: str | None, clock_id: str | None) -> Row[Any] | None:
    """The extension of this document, else the newest of this clock, one that is pending first."""
    if (document_id is None) == (clock_id is None):
        raise ValueError("name the document or the clock")
    by = EXTENSION.c.document_id == document_id if document_id is not None else EXTENSION.c.clock_id == clock_id
    rows = tx.execute(select(EXTENSION).where(by).order_by(EXTENSION.c.id.desc())).all()
    return next((row for row in rows if row.state == "pending"), rows[0] if rows else None)


def _decide(tx: Tx, extension_id: str, state: str, served_on: date, at: datetime) -> None:
    pending = update(EXTENSION).where(EXTENSION.c.id == extension_id, EXTENSION.c.state == "pending")
    if tx.execute(pending.values(state=state, served_on=served_on, decided_at=at)).rowcount != 1:
        raise Conflict(_("该延期的送达已由他人登记"))
