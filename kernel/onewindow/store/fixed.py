"""Statements of the busy paths, written out once for each database and then run without the expression language.

Most of a step's statements are always the same; SQLAlchemy's work for each costs several times the database's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.sql.elements import CompilerElement

if TYPE_CHECKING:
    from onewindow.store.tx import Tx

Process = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A statement for one database and one set of parameters."""

    text: str
    positions: tuple[str, ...] | None
    defaults: Mapping[str, Any]
    binds: tuple[tuple[str, Process], ...]
    names: tuple[str, ...]
    results: tuple[tuple[int, Process], ...]

    def parameters(self, given: Mapping[str, Any]) -> Any:
        values = {**self.defaults, **given}
        for name, process in self.binds:
            values[name] = process(values[name])
        return values if self.positions is None else [values[name] for name in self.positions]


class Fixed:
    """One statement. Give it the same parameters that `execute` would get; lists (`IN`) are not for it."""

    def __init__(self, statement: CompilerElement, *, writes: bool = False) -> None:
        self._statement = statement
        self._writes = writes
        self._plans: dict[tuple[str, tuple[str, ...]], _Plan] = {}

    def rows(self, where: "Connection | Tx", given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows, their columns in the order of the statement."""
        plan, cursor = self._run(where, given)
        found = cursor.fetchall()
        cursor.close()
        return [_processed(row, plan.results) for row in found] if plan.results else found

    def row(self, where: "Connection | Tx", given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row, if there is one."""
        found = self.rows(where, given)
        return found[0] if found else None

    def dicts(self, where: "Connection | Tx", given: Mapping[str, Any]) -> list[dict[str, Any]]:
        """All rows as dictionaries."""
        plan, cursor = self._run(where, given)
        found = cursor.fetchall()
        cursor.close()
        return [dict(zip(plan.names, _processed(row, plan.results), strict=True)) for row in found]

    def one(self, where: "Connection | Tx", given: Mapping[str, Any]) -> dict[str, Any] | None:
        """The first row as a dictionary, if there is one."""
        found = self.dicts(where, given)
        return found[0] if found else None

    def change(self, where: "Connection | Tx", given: Mapping[str, Any]) -> int:
        """Run it; how many rows it changed."""
        _plan, cursor = self._run(where, given)
        count = int(cursor.rowcount)
        cursor.close()
        return count

    def _run(self, where: "Connection | Tx", given: Mapping[str, Any]) -> tuple[_Plan, Any]:
        conn = where if isinstance(where, Connection) else where.ready(changes=self._writes)
        dialect = conn.dialect
        key = dialect.name, tuple(given)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = _plan(self._statement, dialect, tuple(given))
        try:
            parameters = plan.parameters(given)
        except Exception as error:
            raise StatementError(str(error), plan.text, None, error) from error
        if not conn.in_transaction():
            conn.begin()
        cursor = conn.connection.cursor()
        try:
            cursor.execute(plan.text, parameters)
        except dialect.loaded_dbapi.Error as error:
            raise _translated(conn, plan, cursor, error) from error
        return plan, cursor


def _processed(row: tuple[Any, ...], processes: tuple[tuple[int, Process], ...]) -> tuple[Any, ...]:
    values = list(row)
    for place, process in processes:
        values[place] = process(values[place])
    return tuple(values)


def _plan(statement: CompilerElement, dialect: Dialect, names: tuple[str, ...]) -> _Plan:
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    used = compiled.binds
    binds = []
    for name, bind in used.items():
        process = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if process is not None:
            binds.append((name, process))
    results = []
    for place, column in enumerate(compiled._result_columns):
        process = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if process is not None:
            results.append((place, process))
    return _Plan(
        text=compiled.string,
        positions=tuple(compiled.positiontup) if compiled.positional else None,
        defaults={name: bind.effective_value for name, bind in used.items() if not bind.required},
        binds=tuple(binds),
        names=tuple(column.keyname for column in compiled._result_columns),
        results=tuple(results),
    )


def _translated(conn: Connection, plan: _Plan, cursor: Any, error: Any) -> BaseException:
    """The driver's error as the rest of the store knows it; a connection that is gone is marked so."""
    dialect = conn.dialect
    lost = dialect.is_disconnect(error, conn.connection, cursor)
    found: BaseException = DBAPIError.instance(
        plan.text, None, error, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
    )
    if lost:
        conn.invalidate(error)
    return found
