"""The organisation as this process knows it: loaded in a few queries, and again when its version has moved."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, select

from onewindow.office.types import OfficeId, StaffId, TownshipCode, UnitId
from onewindow.organisation.rows import (
    Absence,
    Delegation,
    Duty,
    Post,
    Staff,
    Township,
    TownshipKind,
    Unit,
    UnitKind,
)
from onewindow.organisation.snapshot import Organisation
from onewindow.organisation.tables import ABSENCE, DELEGATION, DUTY, POST, STAFF, TOWNSHIP, UNIT, VERSION
from onewindow.store import Store, Tx

T = TypeVar("T")
# How long a change made by another process may stay unseen.
RECHECK_SECONDS = 2.0


def load_version(conn: Connection) -> int:
    """The version of the tables; 0 before anything was entered."""
    return conn.scalar(select(VERSION.c.version).where(VERSION.c.id == 1)) or 0


def load(conn: Connection) -> Organisation:
    """Read the whole organisation, within one snapshot of the database."""
    return Organisation(
        version=load_version(conn),
        townships=[
            Township(
                code=TownshipCode(row.code),
                token=row.token,
                name=row.name,
                district_code=TownshipCode(row.district_code),
                kind=TownshipKind(row.kind),
                live=row.live,
                window_fallback=StaffId(row.window_fallback) if row.window_fallback else None,
                secret=StaffId(row.secret) if row.secret else None,
            )
            for row in conn.execute(select(TOWNSHIP).order_by(TOWNSHIP.c.code))
        ],
        units=[
            Unit(
                id=UnitId(row.id),
                township=TownshipCode(row.township_code),
                parent=UnitId(row.parent_id) if row.parent_id else None,
                kind=UnitKind(row.kind),
                name=row.name,
                organ=row.organ,
                office=OfficeId(row.office) if row.office else None,
                code=row.code,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
            )
            for row in conn.execute(select(UNIT).order_by(UNIT.c.id))
        ],
        staff=[
            Staff(id=StaffId(row.id), name=row.name, valid_from=row.valid_from, valid_to=row.valid_to)
            for row in conn.execute(select(STAFF))
        ],
        posts=[
            Post(
                id=row.id,
                staff=StaffId(row.staff_id),
                unit=UnitId(row.unit_id),
                role=row.role,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
            )
            for row in conn.execute(select(POST).order_by(POST.c.id))
        ],
        delegations=[
            Delegation(
                id=row.id,
                post=row.post_id,
                to=StaffId(row.to_staff_id),
                powers=frozenset(row.powers),
                number=row.number,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
            )
            for row in conn.execute(select(DELEGATION).order_by(DELEGATION.c.id))
        ],
        absences=[
            Absence(
                id=row.id,
                staff=StaffId(row.staff_id),
                from_at=row.from_at,
                to_at=row.to_at,
                substitute=StaffId(row.substitute_id) if row.substitute_id else None,
            )
            for row in conn.execute(select(ABSENCE).order_by(ABSENCE.c.id))
        ],
        duties=[
            Duty(
                id=row.id,
                township=TownshipCode(row.township_code),
                category=row.category,
                unit=UnitId(row.unit_id),
                role=row.role,
            )
            for row in conn.execute(select(DUTY).where(DUTY.c.ended_at.is_(None)).order_by(DUTY.c.id))
        ],
    )


class OrganisationCache:
    """The current snapshot. Hot paths read `current`; an edge awaits `get`, which now and then looks for changes."""

    def __init__(
        self,
        store: Store,
        *,
        recheck: float = RECHECK_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._recheck = recheck
        self._clock = clock
        self._current: Organisation | None = None
        self._checked = float("-inf")
        self._stale = False

    @property
    def current(self) -> Organisation:
        """The snapshot as last loaded; the first use loads it, blocking."""
        return self._current if self._current is not None else self.load_now()

    def load_now(self) -> Organisation:
        """Load it afresh, blocking: at start, and in the CLI."""
        return self._take(self._store.read_now(load))

    async def get(self) -> Organisation:
        """The snapshot, at most `recheck` seconds behind what other processes changed."""
        if self._current is not None and not self._stale and self._clock() - self._checked < self._recheck:
            return self._current
        return await self.refresh()

    async def refresh(self) -> Organisation:
        """The snapshot as of now."""
        self._stale = False
        self._checked = self._clock()
        known = self._current
        found = await self._store.read(
            lambda conn: None if known is not None and load_version(conn) == known.version else load(conn)
        )
        return known if found is None and known is not None else self._take(found or self._store.read_now(load))

    async def change(self, work: Callable[[Tx], T]) -> T:
        """Do this to the organisation's tables; once it returns, `current` shows it."""

        def noted(tx: Tx) -> T:
            tx.on_commit(self.mark_stale)
            return work(tx)

        result = await self._store.write(noted)
        await self.refresh()
        return result

    def mark_stale(self) -> None:
        """Look again at the next `get`."""
        self._stale = True

    def _take(self, found: Organisation) -> Organisation:
        # Two loads may cross; the newer one stays.
        if self._current is None or found.version >= self._current.version:
            self._current = found
        self._checked = self._clock()
        return self._current
