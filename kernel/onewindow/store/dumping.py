"""Copies the schemas of a PostgreSQL database out of one snapshot and into fresh tables, by COPY: no client program is
needed."""

import gzip
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import create_engine, inspect, make_url

from onewindow.errors import Misconfigured, Unavailable
from onewindow.i18n import _
from onewindow.store.engine import BUSY_SECONDS, Place

SUFFIX = ".copy.gz"
# Made by the migrations when the tables are; their content comes with them.
_MADE = ("alembic_", "schema_oldest")


def conninfo(url: str) -> str:
    """A store's URL as psycopg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def connect(url: str) -> "psycopg.Connection[Any]":
    """A connection to the server.

    Raises:
        Unavailable: it does not answer, or does not let us in.
    """
    try:
        return psycopg.connect(conninfo(url), connect_timeout=BUSY_SECONDS, options="-c timezone=UTC")
    except psycopg.OperationalError as error:
        kind = type(error).__name__
        raise Unavailable(_("数据库连不上：{kind}"), remedy=_("检查数据库地址、口令和网络"), kind=kind) from None


def schemas(url: str) -> list[str]:
    """The schemas of ours in a database that hold tables."""
    query = "SELECT DISTINCT schemaname FROM pg_tables WHERE schemaname LIKE 'ow\\_%' ORDER BY 1"
    with connect(url) as conn:
        return [str(row[0]) for row in conn.execute(query)]


class PostgresSnapshot:
    """A database as it is at this moment, all its schemas alike, until closed; nobody waits for it."""

    def __init__(self, url: str) -> None:
        self.conn = connect(url)
        self.conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self.conn.read_only = True
        self.conn.execute("SELECT 1")  # the first statement fixes what is seen

    def tables(self, schema: str) -> list[str]:
        """The tables of a schema whose rows are to be kept."""
        query = "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1"
        return [name for (name,) in self.conn.execute(query, [schema]) if not name.startswith(_MADE)]

    def copy(self, schema: str, table: str, target: Path, pace: Callable[[int], None] = lambda count: None) -> int:
        """Write a table's rows into a new file; how many."""
        names = [name for (name,) in self.conn.execute(_COLUMNS, [schema, table])]
        query = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(schema, table), _list(names))
        target.touch(0o600, exist_ok=False)
        with target.open("wb") as raw, gzip.GzipFile("", "wb", 3, raw, 0) as out, self.conn.cursor() as cursor:
            out.write(("\t".join(names) + "\n").encode())
            with cursor.copy(query) as rows:
                for data in rows:
                    out.write(data)
                    pace(len(data))
            return cursor.rowcount

    def close(self) -> None:
        self.conn.close()


def load(url: str, schema: str, files: Sequence[tuple[str, Path]], rows: dict[str, int]) -> None:
    """Fill the fresh tables of a schema from these files, all or nothing.

    Raises:
        Misconfigured: a table is missing, or another number of rows arrived than was written.
    """
    found = dict(files)
    with connect(url) as conn:
        tables = _in_order(url, schema)
        if strange := sorted(found.keys() - set(tables)):
            raise Misconfigured(_("备份里的表 {table} 在程序中不存在"), table=strange[0])
        mine = [table for table in tables if not table.startswith(_MADE)]
        conn.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(sql.Identifier(schema, t) for t in mine)))
        for table in mine:
            if table in found and (count := _fill(conn, schema, table, found[table])) != rows.get(table, count):
                raise Misconfigured(_("表 {table} 的行数与清单不符"), table=table)
            _count_on(conn, schema, table)


def _fill(conn: "psycopg.Connection[Any]", schema: str, table: str, file: Path) -> int:
    with gzip.open(file, "rb") as source, conn.cursor() as cursor:
        names = source.readline().decode().rstrip("\n").split("\t")
        query = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(schema, table), _list(names))
        with cursor.copy(query) as into:
            for data in _blocks(source):
                into.write(data)
        return cursor.rowcount


def _count_on(conn: "psycopg.Connection[Any]", schema: str, table: str) -> None:
    """Let the keys that the database counts up go on after the highest."""
    full = sql.Identifier(schema, table).as_string(conn)
    for (name,) in conn.execute(_COLUMNS, [schema, table]).fetchall():
        found = conn.execute("SELECT pg_get_serial_sequence(%s, %s)", [full, name]).fetchone()
        if found and found[0]:
            query = sql.SQL("SELECT setval(%s, (SELECT coalesce(max({}), 0) + 1 FROM {}), false)")
            conn.execute(query.format(sql.Identifier(name), sql.Identifier(schema, table)), [found[0]])


def drop(url: str, schema: str) -> None:
    """Remove a schema that was begun and not finished."""
    with connect(url) as conn:
        conn.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def _in_order(url: str, schema: str) -> list[str]:
    """The tables of a schema, those that others refer to first."""
    engine = create_engine(Place.parse(url, schema).url)
    try:
        found = inspect(engine).get_sorted_table_and_fkc_names(schema=schema)
        return [str(name) for name, _fks in found if name is not None]
    finally:
        engine.dispose()


def _blocks(source: Any) -> Iterator[bytes]:
    while data := source.read(1 << 18):
        yield data


def _list(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


_COLUMNS = (
    "SELECT column_name::text FROM information_schema.columns "
    "WHERE table_schema = %s AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position"
)
