"""The tables of access: accounts, sessions, attempts and the log of who looked at what."""

from datetime import datetime
from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table
from sqlmodel import Field

from onewindow.store import Instant, KernelTable


class AccountTable(KernelTable, table=True):
    """An account (账号) of somebody of the staff."""

    __tablename__ = "account"

    id: str = Field(sa_column=Column(String(36), primary_key=True))
    staff_id: str = Field(sa_column=Column(String(36), ForeignKey("staff.id"), nullable=False, index=True))
    login: str = Field(sa_column=Column(String, nullable=False, unique=True))
    password_hash: str = Field(sa_column=Column(String, nullable=False))
    active: bool = Field(sa_column=Column(Boolean, nullable=False))
    must_change: bool = Field(sa_column=Column(Boolean, nullable=False))
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class SessionTable(KernelTable, table=True):
    """A session (会话); the token itself is nowhere, only its digest."""

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_account", "account_id"), Index("ix_session_expires", "expires_at"))

    token_digest: str = Field(sa_column=Column(String(64), primary_key=True))
    account_id: str = Field(sa_column=Column(String(36), ForeignKey("account.id"), nullable=False))
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    expires_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    last_seen_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    csrf: str = Field(sa_column=Column(String(64), nullable=False))


class AttemptTable(KernelTable, table=True):
    """How often something failed under a digested key in a window of time."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_window", "window_start"),)

    key: str = Field(sa_column=Column(String(64), primary_key=True))
    window_start: datetime = Field(sa_column=Column(Instant, primary_key=True))
    count: int = Field(sa_column=Column(Integer, nullable=False))


class AccessLogTable(KernelTable, table=True):
    """Who looked at what, and why; the reason is sealed, for it may speak about people."""

    __tablename__ = "access_log"
    __table_args__ = (Index("ix_access_log_case", "case_id", "id"),)

    id: str = Field(sa_column=Column(String(36), primary_key=True))
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    actor: str = Field(sa_column=Column(String, nullable=False))
    case_id: str = Field(sa_column=Column(String(36), nullable=False))
    party_id: str | None = Field(default=None, sa_column=Column(String(36)))
    what: str = Field(sa_column=Column(String, nullable=False))
    reason: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


ACCOUNT: Final[Table] = KernelTable.metadata.tables["account"]
SESSION: Final[Table] = KernelTable.metadata.tables["session"]
ATTEMPT: Final[Table] = KernelTable.metadata.tables["attempt"]
ACCESS_LOG: Final[Table] = KernelTable.metadata.tables["access_log"]
