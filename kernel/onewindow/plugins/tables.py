"""The offices that the centre has seen, and in which townships each was enabled, by whom and when."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Table, Text
from sqlmodel import Field

from onewindow.store.base import KernelTable
from onewindow.store.types import Instant


class OfficeTable(KernelTable, table=True):
    """An office with the manifest that it last showed, or the reason why it is quarantined."""

    __tablename__ = "office"

    id: str = Field(primary_key=True, max_length=32)
    title: str = Field(max_length=100)
    version: str = Field(default="", max_length=40)
    manifest: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    bundle: str = Field(default="", max_length=64)
    remote: bool = False
    quarantined: str = Field(default="", sa_column=Column(Text, nullable=False))
    seen_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class EnablementTable(KernelTable, table=True):
    """From when to when an office worked in a township; rows are ended, never deleted."""

    __tablename__ = "enablement"

    id: str = Field(primary_key=True, max_length=36)
    township: str = Field(max_length=12)
    office: str = Field(max_length=32)
    enabled_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    enabled_by: str = Field(max_length=60)
    disabled_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    disabled_by: str | None = Field(default=None, max_length=60)

    __table_args__ = (Index("ix_enablement_now", "disabled_at", "township"),)


class OfficesVersionTable(KernelTable, table=True):
    """Raised with each change, so that every process loads its snapshot anew."""

    __tablename__ = "offices_version"

    id: int = Field(primary_key=True)
    version: int


OFFICE: Table = KernelTable.metadata.tables["office"]
ENABLEMENT: Table = KernelTable.metadata.tables["enablement"]
VERSION: Table = KernelTable.metadata.tables["offices_version"]
