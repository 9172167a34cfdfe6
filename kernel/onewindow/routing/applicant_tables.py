"""What the people of a case did by themselves: nudges, withdrawals, ratings, consent to electronic service."""

from datetime import date, datetime

from sqlalchemy import Column, Date, Index, LargeBinary
from sqlmodel import Field

from onewindow.store.base import KernelTable
from onewindow.store.types import Instant


class Nudge(KernelTable, table=True):
    """A nudge (催一催) of a case by one of its parties; `next_at` is when the next one may be made."""

    __tablename__ = "nudge"
    __table_args__ = (Index("ix_nudge_case", "case_id", "id"), Index("ix_nudge_township", "township", "next_at"))

    id: str = Field(primary_key=True, max_length=36)
    case_id: str = Field(max_length=36)
    township: str = Field(max_length=12)
    party_id: str = Field(max_length=36)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    next_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class Withdrawal(KernelTable, table=True):
    """A withdrawal (撤回): revocable, then verified by somebody who does not handle the case, then in force."""

    __tablename__ = "withdrawal"
    __table_args__ = (
        Index("ix_withdrawal_case", "case_id", "id"),
        Index("ix_withdrawal_township", "township", "state", "id"),
        Index("ix_withdrawal_ripe", "state", "ripe_at"),
    )

    id: str = Field(primary_key=True, max_length=36)
    case_id: str = Field(max_length=36)
    township: str = Field(max_length=12)
    party_id: str = Field(max_length=36)
    how: str = Field(max_length=8)
    state: str = Field(max_length=10)
    asked_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    asked_on: date = Field(sa_column=Column(Date, nullable=False))
    entered_by: str | None = Field(default=None, max_length=36)
    # The end of the last day on which it can be taken back, by the calendar that is known.
    ripe_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    verified_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    verified_by: str | None = Field(default=None, max_length=36)
    ex_officio: bool = False
    decided_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    # Sealed JSON: the person's reason and what the verifier was told.
    words: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class Rating(KernelTable, table=True):
    """What a party thinks of how their matter was handled (评价); the reason is theirs to give or not."""

    __tablename__ = "rating"

    case_id: str = Field(primary_key=True, max_length=36)
    party_id: str = Field(primary_key=True, max_length=36)
    score: str = Field(max_length=10)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    words: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class ServiceConsent(KernelTable, table=True):
    """A party's consent to electronic service (同意电子送达), until it is taken back."""

    __tablename__ = "service_consent"

    case_id: str = Field(primary_key=True, max_length=36)
    party_id: str = Field(primary_key=True, max_length=36)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    how: str = Field(max_length=8)
    recorded_by: str | None = Field(default=None, max_length=36)
    ended_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class Reopening(KernelTable, table=True):
    """A party's wish to have a closed case opened again (申请重启), until somebody decided."""

    __tablename__ = "reopening"
    __table_args__ = (
        Index("ix_reopening_case", "case_id", "id"),
        Index("ix_reopening_township", "township", "state", "id"),
    )

    id: str = Field(primary_key=True, max_length=36)
    case_id: str = Field(max_length=36)
    township: str = Field(max_length=12)
    party_id: str = Field(max_length=36)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    state: str = Field(max_length=10)
    decided_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    decided_by: str | None = Field(default=None, max_length=36)
    words: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
