"""What a piece of work sees of its transaction: statements, buffered inserts, numbers, callbacks after the commit."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Executable, Table
from sqlmodel import SQLModel

from onewindow.store.counters import Blocks
from onewindow.store.inserts import Into, Plans, Row
from onewindow.store.sql import insert_new, table_of, upsert


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a transaction stands in memory."""

    numbers: dict[str, int]
    callbacks: int


class Tx:
    """One transaction of the lane. Use it within the work only; work may run more than once, so touch nothing else."""

    __slots__ = (
        "_blocks",
        "_buffers",
        "_callbacks",
        "_conn",
        "_depth",
        "_dirty",
        "_endings",
        "_kept",
        "_open",
        "_own",
        "_plans",
        "_start",
        "memo",
    )

    def __init__(self, conn: Connection, plans: Plans) -> None:
        self._conn = conn
        self._plans = plans
        self._blocks = Blocks(conn, plans.counters)
        self._buffers: dict[Into, list[Row]] = {}
        self._callbacks: list[Callable[[], None]] = []
        self._endings: dict[object, Callable[[], object]] = {}
        self._open = True
        self._depth = 0
        self._kept: dict[Into, int] = {}
        # What this work has read and locked, for whoever needs it again; gone with the work, or when it goes back.
        self.memo: dict[tuple[Table, str], Any] = {}
        self.begin_item()

    @property
    def conn(self) -> Connection:
        """The connection itself. Reading through it does not see inserts that are still buffered."""
        self._dirty = True
        return self._conn

    @property
    def dialect(self) -> str:
        return self._conn.dialect.name

    def ready(self, *, changes: bool) -> Connection:
        """The connection, which sees everything inserted so far; for a statement that is run another way."""
        self.flush()
        self._dirty = self._dirty or changes
        return self._conn

    def execute(self, statement: Executable, params: Row | Sequence[Row] | None = None) -> CursorResult[Any]:
        """Run a statement that sees everything inserted so far."""
        self.flush()
        self._dirty = self._dirty or not statement.is_select
        return cast(CursorResult[Any], self._conn.execute(statement, params))

    def insert(self, table: Table | type[SQLModel], row: Row) -> None:
        """Insert a row at the next flush, together with all the others of its table. Every column without a server
        default has to be in the row."""
        self._buffer((table if isinstance(table, Table) else table_of(table), False), row)

    def insert_missing(self, table: Table | type[SQLModel], row: Row) -> None:
        """The same, leaving a row alone that is there already with its key; `insert_new` says whether it was."""
        self._buffer((table if isinstance(table, Table) else table_of(table), True), row)

    def _buffer(self, into: Into, row: Row) -> None:
        self._check()
        self._own = True
        rows = self._buffers.get(into)
        if rows is None:
            self._buffers[into] = [row]
        else:
            rows.append(row)

    def insert_new(self, table: Table | type[SQLModel], row: Row) -> bool:
        """Insert the row now unless one with its key is there; says whether it was new."""
        return self.execute(insert_new(table, self.dialect), row).rowcount == 1

    def upsert(self, table: Table | type[SQLModel], row: Row, *, key: Sequence[str]) -> None:
        """Insert the row now, or overwrite the one with this key."""
        self.execute(upsert(table, self.dialect, key=key, update=[name for name in row if name not in key]), row)

    def number(self, counter: str) -> int:
        """The next number of a counter, without a gap. Declare it with the work where it is known beforehand."""
        self._check()
        self._dirty = self._dirty or counter not in self._blocks
        return self._blocks.draw(counter)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is done within is undone, in the database and here, when it raises; the transaction goes on."""
        conn = self.ready(changes=True)
        mark = self._mark()
        self._depth += 1
        name = f"sp_{self._depth}"
        conn.exec_driver_sql(f"SAVEPOINT {name}")
        try:
            yield
            self.flush()
        except BaseException:
            self.memo.clear()
            self._buffers.clear()
            self._blocks.restore(mark.numbers)
            del self._callbacks[mark.callbacks :]
            if not conn.invalidated:
                conn.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {name}")
                conn.exec_driver_sql(f"RELEASE SAVEPOINT {name}")
            raise
        else:
            conn.exec_driver_sql(f"RELEASE SAVEPOINT {name}")
        finally:
            self._depth -= 1

    def flush(self) -> None:
        """Write the buffered inserts, tables that others refer to first, rows of a table in the order given."""
        self._check()
        if not self._buffers:
            return
        self._dirty = self._dirty or self._own
        self._kept = {}
        buffers, self._buffers = self._buffers, {}
        for into in sorted(buffers, key=self._plans.rank) if len(buffers) > 1 else buffers:
            self._plans.insert(self._conn, into, buffers[into])

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call this in the lane's thread once the transaction is committed, and never otherwise. Keep it short."""
        self._check()
        self._callbacks.append(callback)

    def before_commit(self, key: object, work: Callable[[], object]) -> None:
        """Do this once, after everything else of the transaction; again under the same key, it is still done once."""
        self._endings[key] = work

    # What follows is for the lane.

    @property
    def lost(self) -> bool:
        """The connection is gone."""
        return self._conn.invalidated

    def reserve(self, counters: Sequence[str]) -> None:
        self._blocks.reserve(counters)

    def _mark(self) -> Mark:
        return Mark(self._blocks.mark(), len(self._callbacks))

    def begin_item(self) -> None:
        """From here on the next work's doings are told apart."""
        self.memo.clear()
        self._dirty = False
        self._own = False
        self._kept = {into: len(rows) for into, rows in self._buffers.items()}
        self._start = self._mark()

    def undo_item(self) -> bool:
        """Forget what the work did, if all of it is still in memory; says whether that was so."""
        if self._dirty:
            return False
        for into, rows in self._buffers.items():
            del rows[self._kept.get(into, 0) :]
        self._buffers = {into: rows for into, rows in self._buffers.items() if rows}
        self._blocks.restore(self._start.numbers)
        del self._callbacks[self._start.callbacks :]
        return True

    def finish(self) -> None:
        self.flush()
        for work in self._endings.values():
            work()
        self._blocks.settle()

    def end(self) -> list[Callable[[], None]]:
        self._open = False
        return self._callbacks

    def _check(self) -> None:
        if not self._open:
            raise RuntimeError("this transaction has ended; a Tx must not leave its work")
