"""The shared record: cases, their parties, the timeline, and the keys of writes that were made."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, text
from sqlmodel import Field

from onewindow.store.base import KernelTable
from onewindow.store.types import Instant


def _only(condition: str) -> dict[str, Any]:
    """An index over some of the rows, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Case(KernelTable, table=True):
    """One matter (事项). `body` holds the words, sealed; everything else here may be listed and counted."""

    __tablename__ = "case"

    id: str = Field(primary_key=True, max_length=36)
    township: str = Field(max_length=12)
    number: str = Field(max_length=40, unique=True)
    track: str = Field(max_length=1)
    category: str = Field(max_length=4)
    channel: str = Field(max_length=16)
    sealed: bool = False
    state: str = Field(default="open", max_length=8)
    phase: str = Field(default="in_hand", max_length=16)
    place_unit: str | None = Field(default=None, max_length=36)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    registered_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    received_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    registered_by: str | None = Field(default=None, max_length=36)
    designated: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    excluded: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    # Whom somebody wants to step aside: until that is decided they take no step.
    recusing: list[str] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default=text("'[]'"))
    )
    source_key: str | None = Field(default=None, max_length=80, unique=True)
    holder: str | None = Field(default=None, max_length=36)
    due_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    colour: str = Field(default="green", max_length=8)
    version: int = 0
    head: str = Field(default="", max_length=64)
    closed_at: datetime | None = Field(default=None, sa_column=Column(Instant))

    __table_args__ = (
        Index("ix_case_list", "township", "sealed", "id"),
        Index("ix_case_state", "township", "sealed", "state", "id"),
        Index("ix_case_category", "township", "sealed", "category", "id"),
        Index("ix_case_holder", "holder", "state", "id"),
        Index("ix_case_phase", "phase", "id"),
        Index("ix_case_colour", "colour", "id", **_only("colour <> 'green'")),
        Index("ix_case_place", "place_unit", "id", **_only("place_unit IS NOT NULL")),
        Index("ix_case_registered", "registered_at", "id"),
    )


class Party(KernelTable, table=True):
    """A person or organisation in one case; `body` holds name, phone, number and address, sealed."""

    __tablename__ = "party"

    id: str = Field(primary_key=True, max_length=36)
    case_id: str = Field(max_length=36, index=True)
    role: str = Field(max_length=12)
    kind: str = Field(default="person", max_length=12)
    anonymous: bool = False
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    code_digest: str | None = Field(default=None, max_length=64, unique=True)
    unit_id: str | None = Field(default=None, max_length=36)
    added_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    erased_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class Entry(KernelTable, table=True):
    """One line of a case's append-only, hash-chained history (办理记录)."""

    __tablename__ = "timeline"

    case_id: str = Field(primary_key=True, max_length=36)
    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    kind: str = Field(max_length=40)
    actor: str = Field(default="", max_length=60)
    readers: list[str] = Field(sa_column=Column(JSON, nullable=False))
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    body_digest: str = Field(default="", max_length=64)
    digest: str = Field(max_length=64)


class WriteKey(KernelTable, table=True):
    """An idempotency key: whose it is, of which request, and what was answered (sealed)."""

    __tablename__ = "write_key"

    key: str = Field(primary_key=True, max_length=120)
    actor: str = Field(primary_key=True, max_length=60)
    digest: str = Field(max_length=64)
    case_id: str | None = Field(default=None, max_length=36)
    answer: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    at: datetime = Field(sa_column=Column(Instant, nullable=False))


class VoidNumber(KernelTable, table=True):
    """A case number that stays void (作废): the case was sealed later or registered by mistake."""

    __tablename__ = "void_number"

    number: str = Field(primary_key=True, max_length=40)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))


class Circumstances(KernelTable, table=True):
    """What goes with a matter besides its words (登记情况): group, contact, danger. Only where there is anything."""

    __tablename__ = "circumstances"

    case_id: str = Field(primary_key=True, max_length=36)
    emergency_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    reported_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CaseLink(KernelTable, table=True):
    """Two matters that somebody who may see both called related; the smaller id stands first."""

    __tablename__ = "case_link"

    one: str = Field(primary_key=True, max_length=36)
    other: str = Field(primary_key=True, max_length=36, index=True)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    by: str = Field(max_length=36)


class ExternalNumber(KernelTable, table=True):
    """The number that a matter has in another system; once for each case."""

    __tablename__ = "external_number"

    case_id: str = Field(primary_key=True, max_length=36)
    system: str = Field(primary_key=True, max_length=16)
    number: str = Field(primary_key=True, max_length=60)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))


class Likeness(KernelTable, table=True):
    """A keyed digest of three characters of what an open, unsealed matter says: to find likely twins, not to read."""

    __tablename__ = "likeness"

    piece: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    case_id: str = Field(primary_key=True, max_length=36, index=True)


class Compared(KernelTable, table=True):
    """A case whose digests were taken."""

    __tablename__ = "compared"

    case_id: str = Field(primary_key=True, max_length=36)
