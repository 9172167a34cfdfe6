"""The tables of the search: what waits to be indexed, and the sealed copies that are searched."""

from sqlalchemy import Column, LargeBinary, Table, event
from sqlmodel import Field

from onewindow.store import search
from onewindow.store.base import KernelTable
from onewindow.store.sql import table_of
from onewindow.store.types import serial


class SearchDue(KernelTable, table=True):
    """A case whose copy is missing or out of date. `mark` tells a change that came while it was being indexed."""

    __tablename__ = "search_due"

    case_id: str = Field(primary_key=True, max_length=36)
    mark: str = Field(max_length=36)


class SearchCopy(KernelTable, table=True):
    """The scrubbed words of an unsealed case, sealed; `doc` is its place in the index, `cut` the cutter's version."""

    __tablename__ = "search_copy"

    doc: int | None = Field(default=None, sa_column=Column(serial(), primary_key=True))
    case_id: str = Field(max_length=36, unique=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    cut: int


DUE: Table = table_of(SearchDue)
COPY: Table = table_of(SearchCopy)
# The index itself is spelled differently on each database, so it stands outside the metadata.
event.listen(COPY, "after_create", lambda table, conn, **_: search.create(conn))
event.listen(COPY, "before_drop", lambda table, conn, **_: search.drop(conn))
