"""The few statements that SQLite and PostgreSQL spell differently, written once for both."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Insert, Result, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.selectable import GenerativeSelect
from sqlmodel import SQLModel

Query = TypeVar("Query", bound=GenerativeSelect)


def table_of(table: Table | type[SQLModel]) -> Table:
    """The table itself, whether a table or its model was given."""
    if isinstance(table, Table):
        return table
    found = getattr(table, "__table__", None)
    if not isinstance(found, Table):
        raise TypeError(f"{table!r} is not a table")
    return found


def insert_new(table: Table | type[SQLModel], dialect: str) -> Insert:
    """An insert that leaves a row alone that is already there; its `rowcount` says how many were new."""
    into = table_of(table)
    if dialect == "postgresql":
        fresh: Insert = postgresql.insert(into).inline().on_conflict_do_nothing()
    else:
        fresh = sqlite.insert(into).inline().on_conflict_do_nothing()
    return fresh.execution_options(preserve_rowcount=True)


def upsert(
    table: Table | type[SQLModel], dialect: str, *, key: Sequence[str], update: Iterable[str], add: Iterable[str] = ()
) -> Insert:
    """An insert that, where the key stands already, takes over the columns `update` and adds to the columns `add`."""
    into = table_of(table)
    if dialect == "postgresql":
        pg = postgresql.insert(into)
        return pg.on_conflict_do_update(index_elements=key, set_=_changes(into, pg.excluded, update, add))
    lite = sqlite.insert(into)
    return lite.on_conflict_do_update(index_elements=key, set_=_changes(into, lite.excluded, update, add))


def _changes(into: Table, excluded: Any, update: Iterable[str], add: Iterable[str]) -> dict[str, Any]:
    taken = {name: excluded[name] for name in update}
    return taken | {name: into.c[name] + excluded[name] for name in add}


def dicts(result: Result[Any]) -> list[dict[str, Any]]:
    """All rows as dictionaries; `mappings()` asks for every column of every row by its name."""
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


def one_dict(result: Result[Any]) -> dict[str, Any] | None:
    """The only row as a dictionary, if there is one."""
    row = result.one_or_none()
    return None if row is None else dict(zip(result.keys(), row, strict=True))


def for_update(query: Query, *, skip_locked: bool = False) -> Query:
    """Lock the rows that are read until the transaction ends. SQLite needs no lock: its lane is the only writer."""
    return query.with_for_update(skip_locked=skip_locked)


def advisory_lock(conn: Connection, name: str) -> None:
    """Hold the name until the transaction ends, among all who use this schema; waits. On SQLite the lane holds it."""
    if conn.dialect.name == "postgresql":
        conn.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_KEY})"), {"name": name})


def try_advisory_lock(conn: Connection, name: str) -> bool:
    """The same without waiting; says whether it is held now."""
    if conn.dialect.name != "postgresql":
        return True
    return bool(conn.scalar(text(f"SELECT pg_try_advisory_xact_lock({_LOCK_KEY})"), {"name": name}))


# Advisory locks belong to the whole database, so the schema is part of the name.
_LOCK_KEY = "hashtextextended(coalesce(current_schema(), '') || '/' || :name, 0)"
