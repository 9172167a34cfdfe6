"""The clocks' tables: deadlines, their pauses and extensions, and the calendar years that were imported."""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Index, String, Table, false
from sqlmodel import Field

from onewindow.store import Instant, KernelTable


class ClockTable(KernelTable, table=True):
    """A deadline of a case (时限), as it was declared when it began and as it stands."""

    __tablename__ = "clock"
    __table_args__ = (
        # The scheduler's two questions, the recomputation's one, and the case's page.
        Index("ix_clock_warn", "status", "colour", "warn_at"),
        Index("ix_clock_lawful", "status", "colour", "lawful_at"),
        Index("ix_clock_early", "status", "early_at", "id"),
        Index("ix_clock_case", "case_id", "status"),
    )

    id: str = Field(sa_column=Column(String(36), primary_key=True))
    case_id: str = Field(sa_column=Column(String(36), nullable=False))
    assignment_id: str | None = Field(default=None, sa_column=Column(String(36)))
    office: str | None = Field(default=None, sa_column=Column(String))
    key: str = Field(sa_column=Column(String, nullable=False))
    title: str = Field(sa_column=Column(String, nullable=False))
    source: str = Field(sa_column=Column(String, nullable=False))
    effective_from: date | None = Field(default=None, sa_column=Column(Date))
    protects: str = Field(sa_column=Column(String, nullable=False))
    # No unit: the clock runs until the end of the day that was set.
    span_amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    span_unit: str | None = Field(default=None, sa_column=Column(String))
    warn_amount: int | None = Field(default=None, sa_column=Column(BigInteger))
    warn_unit: str | None = Field(default=None, sa_column=Column(String))
    closes_at: str | None = Field(default=None, sa_column=Column(String))
    started_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    early_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    lawful_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    warn_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    provisional: bool = Field(sa_column=Column(Boolean, nullable=False))
    pending_calendar: bool = Field(sa_column=Column(Boolean, nullable=False))
    extended_days: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    extend_limit: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    status: str = Field(sa_column=Column(String, nullable=False))
    colour: str = Field(sa_column=Column(String, nullable=False))
    stopped_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    row_key: str | None = Field(default=None, sa_column=Column(String))
    township: str = Field(sa_column=Column(String, nullable=False))
    sealed: bool = Field(sa_column=Column(Boolean, nullable=False))


class ClockPauseTable(KernelTable, table=True):
    """An interval in which a clock stood still."""

    __tablename__ = "clock_pause"
    __table_args__ = (Index("ix_clock_pause_clock", "clock_id"),)

    id: str = Field(sa_column=Column(String(36), primary_key=True))
    clock_id: str = Field(sa_column=Column(String(36), nullable=False))
    from_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    to_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    reason: str = Field(sa_column=Column(String, nullable=False))


class ClockExtensionTable(KernelTable, table=True):
    """An extension that was asked for; it counts once its notice was served in time."""

    __tablename__ = "clock_extension"
    __table_args__ = (
        Index("ix_clock_extension_clock", "clock_id"),
        Index("ix_clock_extension_document", "document_id"),
    )

    id: str = Field(sa_column=Column(String(36), primary_key=True))
    clock_id: str = Field(sa_column=Column(String(36), nullable=False))
    days: int = Field(sa_column=Column(BigInteger, nullable=False))
    document_id: str | None = Field(default=None, sa_column=Column(String(36)))
    requested_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    requested_by: str = Field(sa_column=Column(String, nullable=False))
    state: str = Field(sa_column=Column(String, nullable=False))
    served_on: date | None = Field(default=None, sa_column=Column(Date))
    decided_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class CalendarYearTable(KernelTable, table=True):
    """The arrangement of a year that running clocks were, or are being, recomputed with.

    Without days the year is the data package's own; the row says only that its clocks know of it.
    """

    __tablename__ = "calendar_year"

    year: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    rest_days: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    work_days: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    imported_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    imported_by: str | None = Field(default=None, sa_column=Column(String))
    applied: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=false(), index=True))
    apply_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    apply_after: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


CLOCK: Final[Table] = KernelTable.metadata.tables["clock"]
PAUSE: Final[Table] = KernelTable.metadata.tables["clock_pause"]
EXTENSION: Final[Table] = KernelTable.metadata.tables["clock_extension"]
CALENDAR: Final[Table] = KernelTable.metadata.tables["calendar_year"]
