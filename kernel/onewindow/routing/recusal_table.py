"""Recusals (回避): who is to step aside in a case, who asked, and what was decided."""

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field

from onewindow.store.base import KernelTable
from onewindow.store.types import Instant


class Recusal(KernelTable, table=True):
    """One declaration or request about one member of staff in one case; `body` holds its reason, sealed."""

    __tablename__ = "recusal"

    id: str = Field(primary_key=True, max_length=36)
    case_id: str = Field(max_length=36)
    assignment_id: str = Field(max_length=36)
    staff_id: str = Field(max_length=36)
    asked_by: str = Field(max_length=60)
    asked_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    ground: str = Field(default="", max_length=40)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    state: str = Field(default="open", max_length=8)
    decided_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    decided_by: str | None = Field(default=None, max_length=36)
    ruling: bytes | None = Field(default=None, sa_column=Column(LargeBinary))

    __table_args__ = (Index("ix_recusal_case", "case_id", "id"),)
