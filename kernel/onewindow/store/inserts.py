"""Inserting many rows in one statement, written and prepared once for each table and set of columns.

On the way of every matter, so without the expression language: its work for each row costs more than the database's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, Dialect, MetaData, Table
from sqlalchemy.exc import ArgumentError, StatementError

from onewindow.store.counters import CounterSql

Row = Mapping[str, Any]
# A table, and whether a row that is there already with the same key is left alone.
Into = tuple[Table, bool]
Process = Callable[[Any], Any]
# A few sizes only, so that each statement is prepared once and found again.
SIZES = (128, 64, 32, 16, 8, 4, 2, 1)


class Plans:
    """Statements and table orders worked out once for a store."""

    def __init__(self, counters: CounterSql) -> None:
        self.counters = counters
        self._inserts: dict[tuple[Into, tuple[str, ...]], InsertPlan] = {}
        self._ranks: dict[MetaData, dict[Table, int]] = {}

    def insert(self, conn: Connection, into: Into, rows: Sequence[Row]) -> None:
        """Write these rows in their order."""
        # One statement names one set of columns; nearly always a table's rows all have the same.
        for names, some in groupby(rows, key=tuple):
            plan = self._inserts.get((into, names))
            if plan is None:
                plan = self._inserts[into, names] = _plan(into, names, conn.dialect)
            plan.run(conn, list(some))

    def rank(self, into: Into) -> int:
        """Tables that others refer to come first."""
        table = into[0]
        ranks = self._ranks.get(table.metadata)
        if ranks is None or table not in ranks:
            ranks = {each: place for place, each in enumerate(table.metadata.sorted_tables)}
            self._ranks[table.metadata] = ranks
        return ranks[table]


@dataclass(frozen=True, slots=True)
class InsertPlan:
    """How rows with these columns become one statement and its parameters."""

    head: str
    tail: str
    one: str
    values: Callable[[Row], Sequence[Any]]
    defaults: tuple[Callable[[], Any], ...]
    processes: tuple[tuple[int, Process], ...]
    statements: dict[int, str]

    def run(self, conn: Connection, rows: Sequence[Row]) -> None:
        start = 0
        for size in _sizes(len(rows)):
            statement = self._statement(size)
            try:
                parameters = self._parameters(rows[start : start + size])
            except Exception as error:
                # As the expression language does: the lane has to know that a statement failed, not the work at hand.
                raise StatementError(str(error), statement, None, error) from error
            conn.exec_driver_sql(statement, parameters)
            start += size

    def _parameters(self, rows: Sequence[Row]) -> tuple[Any, ...]:
        parameters: list[Any] = []
        for row in rows:
            values = [*self.values(row), *(default() for default in self.defaults)]
            for place, process in self.processes:
                values[place] = process(values[place])
            parameters += values
        return tuple(parameters)

    def _statement(self, size: int) -> str:
        statement = self.statements.get(size)
        if statement is None:
            statement = self.statements[size] = self.head + ", ".join([self.one] * size) + self.tail
        return statement


def _sizes(count: int) -> Iterator[int]:
    for size in SIZES:
        while count >= size:
            yield size
            count -= size


def _plan(into: Into, names: tuple[str, ...], dialect: Dialect) -> InsertPlan:
    table, missing = into
    if unknown := [name for name in names if name not in table.c]:
        raise ArgumentError(f"{table.name} has no column {', '.join(unknown)}")
    filled = [column for column in table.c if column.name not in names and column.default is not None]
    columns = [*(table.c[name] for name in names), *filled]
    quote = dialect.identifier_preparer
    listed = ", ".join(quote.format_column(column) for column in columns)
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    processes = []
    for place, column in enumerate(columns):
        process = column.type.dialect_impl(dialect).bind_processor(dialect)
        if process is not None:
            processes.append((place, process))
    return InsertPlan(
        head=f"INSERT INTO {quote.format_table(table)} ({listed}) VALUES ",
        tail=" ON CONFLICT DO NOTHING" if missing else "",
        one=f"({', '.join([mark] * len(columns))})",
        values=itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],),
        defaults=tuple(_default(column) for column in filled),
        processes=tuple(processes),
        statements={},
    )


def _default(column: Column[Any]) -> Callable[[], Any]:
    """What a column gets that a row does not name."""
    default: Any = column.default
    if default.is_scalar:
        return lambda: default.arg
    if default.is_callable:
        return lambda: default.arg(None)
    raise ArgumentError(f"{column.table.name}.{column.name}: its default is not a plain value")
