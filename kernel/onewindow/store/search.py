"""The index of numbers by which texts are found: FTS5 on SQLite, a GIN index over an array on PostgreSQL.

A document is a whole number with a set of numbers (pieces of its text, made unreadable by their owner). Documents come
back newest first, that is by their own number downwards.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Integer, Select, column, select, table, text, true
from sqlalchemy.dialects.postgresql import ARRAY, array

from onewindow.store.tx import Tx

NAME = "search_index"
_LITE = table(NAME, column("rowid", Integer), column(NAME), column("pieces"))
_POSTGRES = table(NAME, column("doc", BigInteger), column("pieces", ARRAY(Integer)))


def create(conn: Connection) -> None:
    """Make the index of this database."""
    if conn.dialect.name == "postgresql":
        conn.execute(text(f"CREATE TABLE {NAME} (doc bigint PRIMARY KEY, pieces integer[] NOT NULL)"))
        # What was added lately lies in a list that every search reads: a short one, filed away often and quickly.
        few = "fastupdate = on, gin_pending_list_limit = 256"
        conn.execute(text(f"CREATE INDEX ix_{NAME}_pieces ON {NAME} USING gin (pieces) WITH ({few})"))
        # In the row itself, or the planner takes reading all of them for cheap.
        conn.execute(text(f"ALTER TABLE {NAME} ALTER COLUMN pieces SET STORAGE MAIN"))
        conn.execute(text(f"ALTER TABLE {NAME} ALTER COLUMN pieces SET STATISTICS 1000"))
    else:
        # Neither the words nor their order are kept: what is indexed stands nowhere in it.
        options = "content='', detail=none, columnsize=0, tokenize='ascii'"
        conn.execute(text(f"CREATE VIRTUAL TABLE {NAME} USING fts5(pieces, {options})"))


def drop(conn: Connection) -> None:
    """Take the index away."""
    conn.execute(text(f"DROP TABLE IF EXISTS {NAME}"))


def add(tx: Tx, doc: int, numbers: Iterable[int]) -> None:
    """Index a document that is not in it."""
    if tx.dialect == "postgresql":
        tx.execute(text(f"INSERT INTO {NAME} VALUES (:doc, :pieces)"), {"doc": doc, "pieces": sorted(numbers)})
    else:
        tx.execute(text(f"INSERT INTO {NAME}(rowid, pieces) VALUES (:doc, :pieces)"), _lite(doc, numbers))


def remove(tx: Tx, doc: int, numbers: Iterable[int]) -> None:
    """Take a document out; its numbers are those that it was indexed by."""
    if tx.dialect == "postgresql":
        tx.execute(text(f"DELETE FROM {NAME} WHERE doc = :doc"), {"doc": doc})
    else:
        gone = f"INSERT INTO {NAME}({NAME}, rowid, pieces) VALUES ('delete', :doc, :pieces)"
        tx.execute(text(gone), _lite(doc, numbers))


def clear(tx: Tx) -> None:
    """Take all documents out."""
    if tx.dialect == "postgresql":
        tx.execute(text(f"DELETE FROM {NAME}"))
    else:
        tx.execute(text(f"INSERT INTO {NAME}({NAME}) VALUES ('delete-all')"))


def _lite(doc: int, numbers: Iterable[int]) -> dict[str, Any]:
    return {"doc": doc, "pieces": " ".join(map(_token, sorted(numbers)))}


def _token(number: int) -> str:
    return f"{number & 0xFFFFFFFF:08x}"


@dataclass(frozen=True, slots=True)
class Matching:
    """The documents with all numbers of `every` and, of each set in `some`, at least one."""

    source: Any
    doc: ColumnElement[int]
    condition: ColumnElement[bool]

    @classmethod
    def of(cls, dialect: str, every: Iterable[int], some: Iterable[frozenset[int]] = ()) -> "Matching":
        given = list(some)
        wanted = sorted({*every, *(number for one in given if len(one) == 1 for number in one)})
        sets = [sorted(one) for one in given if len(one) != 1]
        if dialect == "postgresql":
            pieces = _POSTGRES.c.pieces
            condition: ColumnElement[bool] = true()
            if wanted:
                condition = pieces.bool_op("@>")(_array(wanted))
            for one in sets:
                condition = condition & pieces.bool_op("&&")(_array(one))
            return cls(_POSTGRES, _POSTGRES.c.doc, condition)
        terms = [f'"{_token(number)}"' for number in wanted]
        terms += ["(" + " OR ".join(f'"{_token(number)}"' for number in one) + ")" for one in sets]
        return cls(_LITE, _LITE.c.rowid, _LITE.c[NAME].bool_op("MATCH")(" AND ".join(terms)))

    def page(self, limit: int, *, below: int | None = None, above: int | None = None) -> Select[Any]:
        """So many of these documents: the newest, the next ones below a number, or, upwards, the next above one."""
        query = select(self.doc.label("doc")).select_from(self.source).where(self.condition).limit(limit)
        if above is not None:
            return query.where(self.doc > above).order_by(self.doc)
        if below is not None:
            query = query.where(self.doc < below)
        return query.order_by(self.doc.desc())


def _array(numbers: list[int]) -> Any:
    return array(numbers, type_=Integer)
