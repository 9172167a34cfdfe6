"""A host's own tables, in the office's own store: proceedings, the commands that were taken, and the bus."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Index, LargeBinary, Table
from sqlmodel import Field, SQLModel

from onewindow.bus.tables import BusTables, bus_tables
from onewindow.store.base import new_metadata
from onewindow.store.counters import counter_table
from onewindow.store.types import Instant


class HostTable(SQLModel):
    """Base of a host's tables."""

    metadata: ClassVar[Any] = new_metadata()


class Proceeding(HostTable, table=True):
    """The office's own record of its work on an assignment (办理件); its id is the assignment's."""

    __tablename__ = "proceeding"

    id: str = Field(primary_key=True, max_length=36)
    case_id: str = Field(max_length=36)
    township: str = Field(max_length=40)
    procedure: str = Field(max_length=60)
    procedure_version: int
    state: str = Field(max_length=60)
    version: int = 0
    facts: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    assignment: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    assignment_version: int
    frozen: bool = False
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Instant, nullable=False))

    __table_args__ = (Index("ix_proceeding_case", "case_id"),)


class Command(HostTable, table=True):
    """A command that was taken: whose, of which request, and which event it made."""

    __tablename__ = "command"

    key: str = Field(primary_key=True, max_length=120)
    actor: str = Field(max_length=60)
    digest: str = Field(max_length=64)
    assignment_id: str = Field(max_length=36)
    event_id: str = Field(max_length=36)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))


counter_table(HostTable.metadata)
BUS: BusTables = bus_tables(HostTable.metadata)
PROCEEDING: Table = HostTable.metadata.tables["proceeding"]
COMMAND: Table = HostTable.metadata.tables["command"]
