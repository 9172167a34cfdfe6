"""A clock as a value: what its row says, how it is read, and when it is due by a calendar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any, Literal

from sqlalchemy import Connection, Select, bindparam, select

from onewindow.clocks.calendar import Calendar
from onewindow.clocks.compute import Colour, Due, Pause, compute, last_day
from onewindow.clocks.tables import CLOCK, PAUSE
from onewindow.errors import NotFound
from onewindow.i18n import _
from onewindow.office.clocks import Span
from onewindow.office.manifest import ExtensionSpec
from onewindow.office.types import AssignmentId, CaseId, ClockId, OfficeId, TownshipCode, law_day
from onewindow.office.views import ClockView
from onewindow.store import Tx, for_update
from onewindow.store.fixed import Fixed

Status = Literal["running", "paused", "stopped"]


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One row of `clock`."""

    id: ClockId
    case_id: CaseId
    assignment_id: AssignmentId | None
    office: OfficeId | None
    key: str
    title: str
    source: str
    effective_from: date | None
    protects: Literal["person", "authority"]
    span_amount: int
    span_unit: Any
    warn_amount: int | None
    warn_unit: Any
    closes_at: str | None
    started_at: datetime
    early_at: datetime
    lawful_at: datetime | None
    warn_at: datetime
    provisional: bool
    pending_calendar: bool
    extended_days: int
    extend_limit: Mapping[str, Any] | None
    status: Status
    colour: Colour
    stopped_at: datetime | None
    row_key: str | None
    township: TownshipCode
    sealed: bool

    @property
    def early_on(self) -> date:
        """The early day, the authority's own last one."""
        return last_day(self.early_at)

    @property
    def lawful_on(self) -> date | None:
        """The last lawful day; none while a working-day clock waits for its calendar."""
        return last_day(self.lawful_at) if self.lawful_at else None

    @property
    def span(self) -> Span | None:
        return Span(self.span_amount, self.span_unit) if self.span_unit else None

    @property
    def warn(self) -> Span | None:
        return Span(self.warn_amount, self.warn_unit) if self.warn_amount else None

    @property
    def limit(self) -> ExtensionSpec | None:
        """How far it may be extended."""
        return ExtensionSpec.model_validate(self.extend_limit) if self.extend_limit else None

    @property
    def late(self) -> bool:
        """Whether it was stopped after the law's last instant."""
        return self.stopped_at is not None and self.lawful_at is not None and self.stopped_at >= self.lawful_at

    def due(self, pauses: Sequence[Pause], calendar: Calendar, *, extended: int | None = None) -> Due:
        """When it is due by this calendar."""
        limit = self.limit
        return compute(
            self.span,
            self.started_at if self.span else law_day(self.started_at),
            calendar,
            pauses,
            self.extended_days if extended is None else extended,
            self.warn,
            extended_unit=limit.at_most.unit if limit else None,
            closes_at=time.fromisoformat(self.closes_at) if self.closes_at else None,
        )

    def view(self) -> ClockView:
        """What an office and a page may see of it."""
        return ClockView(
            key=self.key,
            title=self.title,
            source=self.source,
            status=self.status,
            colour=self.colour,
            early_on=self.early_on,
            lawful_on=self.lawful_on,
            provisional=self.provisional,
            pending_calendar=self.pending_calendar,
            extended=self.extended_days,
        )


def due_values(due: Due) -> dict[str, Any]:
    """The columns that a computation sets."""
    return {
        "early_at": due.early_at,
        "lawful_at": due.lawful_at,
        "warn_at": due.warn_at,
        "provisional": due.provisional,
        "pending_calendar": due.pending_calendar,
    }


def of_rows(rows: Iterable[Any]) -> list[ClockRow]:
    """Rows that were selected by `COLUMNS`, as values."""
    return [ClockRow(*row) for row in rows]


def of_case(conn: Connection | Tx, case_id: str) -> list[ClockRow]:
    """The clocks of a case, in the order in which they began.

    In a transaction they are read once, and nobody else changes them until it ends.
    """
    if isinstance(conn, Connection):
        return of_rows(_OF_CASE.rows(conn, {"case": case_id}))
    held = conn.memo.get((CLOCK, case_id))
    if held is None:
        rows = of_rows(_LOCK_CASE.rows(conn, {"case": case_id}))
        held = conn.memo[CLOCK, case_id] = {row.id: row for row in rows}
    return list(held.values())


def hold(tx: Tx, row: ClockRow) -> None:
    """Remember how this clock stands now, if the clocks of its case are held."""
    held = tx.memo.get((CLOCK, row.case_id))
    if held is not None:
        held[row.id] = row


def release(tx: Tx, case_id: str) -> None:
    """Read the clocks of this case again when they are next asked for."""
    tx.memo.pop((CLOCK, case_id), None)


def read(conn: Connection | Tx, clock_id: str) -> ClockRow:
    """The clock with this id.

    Raises:
        NotFound: if there is none.
    """
    return _one(conn, _ONE, clock_id)


def lock(tx: Tx, clock_id: str) -> ClockRow:
    """The clock with this id, which nobody else changes until this transaction ends.

    Raises:
        NotFound: if there is none.
    """
    for key, held in tx.memo.items():
        if key[0] is CLOCK and clock_id in held:
            found: ClockRow = held[clock_id]
            return found
    return _one(tx, _LOCK, clock_id)


def pauses_of(conn: Connection | Tx, clock_ids: Sequence[str]) -> dict[str, list[Pause]]:
    """The pauses of these clocks, by clock."""
    found: dict[str, list[Pause]] = {clock_id: [] for clock_id in clock_ids}
    if clock_ids:
        query = select(PAUSE.c.clock_id, PAUSE.c.from_at, PAUSE.c.to_at).where(PAUSE.c.clock_id.in_(clock_ids))
        for row in conn.execute(query):
            found[row.clock_id].append((row.from_at, row.to_at))
    return found


# Every step of a case reads its clocks.
COLUMNS = [CLOCK.c[field.name] for field in fields(ClockRow)]
_BY_CASE = select(*COLUMNS).where(CLOCK.c.case_id == bindparam("case")).order_by(CLOCK.c.id)
_OF_CASE = Fixed(_BY_CASE)
_LOCK_CASE = Fixed(for_update(_BY_CASE))
_ONE = select(*COLUMNS).where(CLOCK.c.id == bindparam("clock"))
_LOCK = for_update(_ONE)


def _one(conn: Connection | Tx, query: Select[Any], clock_id: str) -> ClockRow:
    row = conn.execute(query, {"clock": clock_id}).one_or_none()
    if row is None:
        raise NotFound(_("时限不存在"))
    return of_rows([row])[0]
