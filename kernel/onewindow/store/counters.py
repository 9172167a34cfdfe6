"""Numbers without a gap: a counter row is raised once for a whole group and its numbers are handed out in memory."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, bindparam

from onewindow.store.sql import upsert


def counter_table(metadata: MetaData) -> Table:
    """The table of counters in this metadata."""
    if (found := metadata.tables.get("counter")) is not None:
        return found
    return Table(
        "counter",
        metadata,
        Column("key", String, primary_key=True),
        Column("value", BigInteger, nullable=False),
    )


class CounterSql:
    """The two statements that the counters need, built once for a store."""

    def __init__(self, table: Table, dialect: str) -> None:
        raised = upsert(table, dialect, key=["key"], update=(), add=["value"])
        self._raise = raised.returning(table.c.key, table.c.value)
        self._put = table.update().where(table.c.key == bindparam("this")).values(value=bindparam("to"))

    def raise_by(self, conn: Connection, amounts: Mapping[str, int]) -> dict[str, int]:
        """Raise each counter and lock its row; always in the order of the keys, so that two kernels cannot deadlock."""
        rows = [{"key": key, "value": amounts[key]} for key in sorted(amounts)]
        return {key: value for key, value in conn.execute(self._raise, rows)}

    def put(self, conn: Connection, values: Mapping[str, int]) -> None:
        """Set counters whose rows are locked already."""
        conn.execute(self._put, [{"this": key, "to": values[key]} for key in sorted(values)])


@dataclass(slots=True)
class _Block:
    next: int
    stored: int


class Blocks:
    """The numbers of one transaction. It holds the lock on every counter that it knows, so it may count in memory."""

    def __init__(self, conn: Connection, sql: CounterSql) -> None:
        self._conn = conn
        self._sql = sql
        self._blocks: dict[str, _Block] = {}

    def reserve(self, keys: Iterable[str]) -> None:
        """Raise the counters by as many numbers as their keys are named."""
        amounts = Counter(keys)
        for key, stored in self._sql.raise_by(self._conn, amounts).items() if amounts else ():
            self._blocks[key] = _Block(next=stored - amounts[key] + 1, stored=stored)

    def __contains__(self, key: str) -> bool:
        return key in self._blocks

    def draw(self, key: str) -> int:
        """The next number; steps the counter now if nobody reserved it."""
        if key not in self._blocks:
            self.reserve([key])
        block = self._blocks[key]
        number = block.next
        block.next += 1
        return number

    def settle(self) -> None:
        """Write back where more or fewer numbers were drawn than reserved, so that none is skipped."""
        off = {key: block.next - 1 for key, block in self._blocks.items() if block.next - 1 != block.stored}
        if off:
            self._sql.put(self._conn, off)
            for key, value in off.items():
                self._blocks[key].stored = value

    def mark(self) -> dict[str, int]:
        """Where each counter stands, for `restore`."""
        return {key: block.next for key, block in self._blocks.items()}

    def restore(self, mark: Mapping[str, int]) -> None:
        """Take back what was drawn since; a counter first stepped since then was rolled back with its savepoint."""
        for key in self._blocks.keys() - mark.keys():
            del self._blocks[key]
        for key, number in mark.items():
            self._blocks[key].next = number
