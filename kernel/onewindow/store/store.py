"""A store: one database with its writing lane and its readers, for the kernel or for one host."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, MetaData

from onewindow.store.counters import CounterSql, counter_table
from onewindow.store.engine import (
    DialectName,
    Place,
    create_schema,
    hold,
    migration_engine,
    reader_engine,
    writer_engine,
)
from onewindow.store.group import GroupRunner
from onewindow.store.inserts import Plans
from onewindow.store.lane import Lane
from onewindow.store.readers import Readers
from onewindow.store.tx import Tx

T = TypeVar("T")
READERS: dict[DialectName, int] = {"sqlite": 4, "postgresql": 16}


class Store:
    """Writes go through one lane, reads through a pool. Make it with `open`."""

    def __init__(self, place: Place, metadata: MetaData, unlock: Callable[[], None]) -> None:
        self.place = place
        self.metadata = metadata
        self._unlock = unlock
        self._writer = writer_engine(place)
        self._reader = reader_engine(place, READERS[place.dialect])
        self._readers = Readers(self._reader, READERS[place.dialect])
        plans = Plans(CounterSql(counter_table(metadata), place.dialect))
        self._lane = Lane(str(place.schema or place.url.database), lambda: GroupRunner(self._writer, plans))

    @classmethod
    def open(cls, url: str, *, metadata: MetaData, schema: str | None = None, lock: bool = True) -> "Store":
        """Open the database at `sqlite:///path` or `postgresql://…`. A SQLite file that another process has is refused,
        unless `lock` is off because the caller holds the lock itself. The tables must be there: see `migrations`."""
        place = Place.parse(url, schema)
        unlock = hold(place) if lock else lambda: None
        return cls(place, metadata, unlock)

    @property
    def dialect(self) -> DialectName:
        return self.place.dialect

    async def write(self, work: Callable[[Tx], T], *, counters: Sequence[str] = ()) -> T:
        """Do this in the next transaction; returns once that is durable. The work is a plain function and may run more
        than once. Name in `counters` each number that it will draw, once for each. Cancelling does not undo it."""
        return await self._lane.submit(work, counters)

    def write_now(self, work: Callable[[Tx], T], *, counters: Sequence[str] = ()) -> T:
        """The same, blocking; for the CLI and at start."""
        return self._lane.submit_now(work, counters)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Read one snapshot in a thread. Bring rows out, not cursors."""
        return await self._readers.read(work)

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """The same, blocking."""
        return self._readers.read_now(work)

    async def close(self) -> None:
        """Finish every write that was asked for, then let go of the database."""
        await self._lane.close()
        await asyncio.to_thread(self._let_go)

    def close_now(self) -> None:
        """The same, blocking; not while an event loop has writes waiting."""
        self._lane.close_now()
        self._let_go()

    def create_tables(self) -> None:
        """Make the metadata's tables without migrations; for tests and tools."""
        engine = migration_engine(self.place)
        with engine.begin() as conn:
            create_schema(conn, self.place.schema)
        with engine.begin() as conn:
            self.metadata.create_all(conn)
        engine.dispose()

    def _let_go(self) -> None:
        self._readers.close()
        # Readers first: the last connection to a SQLite file folds its log back, and a reader may not.
        self._reader.dispose()
        self._writer.dispose()
        self._unlock()
