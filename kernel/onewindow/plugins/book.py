"""The offices as this process knows them: one snapshot, loaded again when its version has moved."""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from onewindow.office.manifest import Manifest
from onewindow.plugins import service
from onewindow.plugins.discovery import Found
from onewindow.plugins.offices import Offices
from onewindow.plugins.service import Answer
from onewindow.plugins.texts import OfficeTexts
from onewindow.store.store import Store
from onewindow.store.tx import Tx

T = TypeVar("T")


class OfficesBook:
    """The holder of the current `Offices`, the only source of truth about which office is used where."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._current: Offices | None = None
        self._texts = OfficeTexts()
        self._lock = threading.Lock()

    @property
    def current(self) -> Offices:
        """The snapshot as last loaded; the first use loads it, blocking."""
        return self._current if self._current is not None else self._store.read_now(self.refresh)

    def refresh(self, conn: Connection) -> Offices:
        """The snapshot as of now; asks for no more than the version where nothing has changed."""
        known = self._current
        if known is not None and service.load_version(conn) == known.version:
            return known
        found = service.load(conn)
        self._texts.load(conn, found)
        return self._newer(found)

    def _newer(self, found: Offices) -> Offices:
        # Two loads may cross; the newer one stays.
        with self._lock:
            if self._current is None or found.version >= self._current.version:
                self._current = found
            return self._current

    async def change(self, work: Callable[[Tx], T]) -> T:
        """Do this to the offices' tables; once it returns, `current` shows it."""
        result = await self._store.write(work)
        await self._store.read(self.refresh)
        return result

    async def enable(self, office: str, township: str, *, by: str, now: datetime) -> bool:
        """See `service.enable`."""
        return await self.change(lambda tx: service.enable(tx, office, township, by=by, now=now))

    async def disable(self, office: str, township: str, *, by: str, now: datetime) -> bool:
        """See `service.disable`."""
        return await self.change(lambda tx: service.disable(tx, office, township, by=by, now=now))

    def record(self, tx: Tx, found: Iterable[Found], *, now: datetime) -> None:
        """See `service.record`."""
        service.record(tx, found, now=now)

    async def expect(self, office: str, *, now: datetime) -> None:
        """See `service.expect`."""
        await self.change(lambda tx: service.expect(tx, office, now=now))

    def accept(self, tx: Tx, manifest: Manifest, *, office: str, bundle: bytes | None, now: datetime) -> Answer:
        """See `service.accept`."""
        return service.accept(tx, manifest, office=office, bundle=bundle, now=now)
