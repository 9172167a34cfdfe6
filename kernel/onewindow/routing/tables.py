"""Assignments (交办): a case handed to a unit, with the kernel's mirror of the office's proceeding."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary
from sqlmodel import Field

from onewindow.store.base import KernelTable
from onewindow.store.types import Instant


class Assignment(KernelTable, table=True):
    """One hand-over. `proceeding_*`, `phase`, `facts` and `listed` mirror what the office last told."""

    __tablename__ = "assignment"

    id: str = Field(primary_key=True, max_length=36)
    case_id: str = Field(max_length=36, index=True)
    township: str = Field(max_length=12)
    unit_id: str | None = Field(default=None, max_length=36)
    office: str | None = Field(default=None, max_length=40)
    role: str = Field(max_length=12)
    officer: str | None = Field(default=None, max_length=36)
    purpose: str = Field(default="", max_length=60)
    parent_id: str | None = Field(default=None, max_length=36)
    round: int = 1
    state: str = Field(default="sent", max_length=10)
    version: int = 1
    sealed: bool = False
    track: str = Field(max_length=1)
    category: str = Field(max_length=4)
    sent_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    received_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    signed_by: str | None = Field(default=None, max_length=36)
    ended_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    remind_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    fallback: str | None = Field(default=None, max_length=36)
    procedure: str | None = Field(default=None, max_length=60)
    procedure_version: int | None = None
    proceeding_version: int = 0
    proceeding_state: str | None = Field(default=None, max_length=60)
    phase: str | None = Field(default=None, max_length=16)
    facts: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    listed: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    answer: bytes | None = Field(default=None, sa_column=Column(LargeBinary))

    __table_args__ = (
        Index("ix_assignment_queue", "office", "township", "state", "id"),
        Index("ix_assignment_unit", "unit_id", "state", "id"),
        Index("ix_assignment_officer", "officer", "state", "id"),
        Index("ix_assignment_fallback", "fallback", "state", "id"),
        Index("ix_assignment_remind", "remind_at"),
    )


class Objection(KernelTable, table=True):
    """A return lodged by a unit (退回异议); assignment and clocks run on until it is ruled."""

    __tablename__ = "objection"

    id: str = Field(primary_key=True, max_length=36)
    assignment_id: str = Field(max_length=36, index=True)
    case_id: str = Field(max_length=36)
    township: str = Field(max_length=12)
    sealed: bool = False
    lodged_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    lodged_by: str | None = Field(default=None, max_length=36)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    suggest_unit: str | None = Field(default=None, max_length=36)
    ruler: str | None = Field(default=None, max_length=36)
    state: str = Field(default="open", max_length=8)
    ruled_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    ruled_by: str | None = Field(default=None, max_length=36)
    ruling: bytes | None = Field(default=None, sa_column=Column(LargeBinary))

    __table_args__ = (Index("ix_objection_open", "township", "state", "id"),)


class Unconfirmed(KernelTable, table=True):
    """A command that was sent and got no reply in time; the office's log settles it."""

    __tablename__ = "unconfirmed"

    key: str = Field(primary_key=True, max_length=120)
    assignment_id: str = Field(max_length=36, index=True)
    office: str = Field(max_length=40)
    township: str = Field(max_length=12)
    action: str = Field(max_length=60)
    actor: str = Field(max_length=60)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    valid_until: datetime = Field(sa_column=Column(Instant, nullable=False))
    settled_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    outcome: str = Field(default="", max_length=10)

    __table_args__ = (Index("ix_unconfirmed_open", "settled_at", "key"),)
