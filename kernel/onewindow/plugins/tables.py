"""The tables of offices: what each last said of itself, and from when to when it is used where."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, text
from sqlmodel import Field

from onewindow.store.base import KernelTable
from onewindow.store.types import Instant


class OfficeTable(KernelTable, table=True):
    """An office that the centre knows: the manifest that counts, or why it is quarantined.

    `hash` is that of what it last said, which is not the manifest here where that was refused.
    """

    __tablename__ = "office"

    id: str = Field(sa_column=Column(String(32), primary_key=True))
    title: str = Field(sa_column=Column(String, nullable=False))
    version: str = Field(sa_column=Column(String, nullable=False))
    distribution: str = Field(sa_column=Column(String, nullable=False))
    manifest: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    hash: str = Field(sa_column=Column(String(64), nullable=False))
    bundle: str = Field(sa_column=Column(String(64), nullable=False))
    remote: bool = Field(sa_column=Column(Boolean, nullable=False))
    quarantined: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    seen_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class OfficeManifestTable(KernelTable, table=True):
    """Every manifest that ever counted, so that a change under the same version shows."""

    __tablename__ = "office_manifest"

    office: str = Field(sa_column=Column(String(32), ForeignKey("office.id"), primary_key=True))
    hash: str = Field(sa_column=Column(String(64), primary_key=True))
    version: str = Field(sa_column=Column(String, nullable=False))
    manifest: Any = Field(sa_column=Column(JSON, nullable=False))
    first_seen_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class EnablementTable(KernelTable, table=True):
    """An office is enabled in a township (启用), by whom and when; a disabled one keeps its row."""

    __tablename__ = "enablement"
    __table_args__ = (
        # At most one that stands: a second process can't enable it too.
        Index(
            "uq_enablement_open",
            "township",
            "office",
            unique=True,
            sqlite_where=text("disabled_at IS NULL"),
            postgresql_where=text("disabled_at IS NULL"),
        ),
    )

    id: str = Field(sa_column=Column(String(36), primary_key=True))
    township: str = Field(sa_column=Column(String(12), ForeignKey("township.code"), nullable=False))
    office: str = Field(sa_column=Column(String(32), ForeignKey("office.id"), nullable=False))
    enabled_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    enabled_by: str = Field(sa_column=Column(String(64), nullable=False))
    disabled_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    disabled_by: str | None = Field(default=None, sa_column=Column(String(64)))


class OfficesVersionTable(KernelTable, table=True):
    """One row that each change raises, so that every process knows when its snapshot is old."""

    __tablename__ = "offices_version"

    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    version: int = Field(sa_column=Column(BigInteger, nullable=False))


OFFICE: Final[Table] = KernelTable.metadata.tables["office"]
MANIFEST: Final[Table] = KernelTable.metadata.tables["office_manifest"]
ENABLEMENT: Final[Table] = KernelTable.metadata.tables["enablement"]
VERSION: Final[Table] = KernelTable.metadata.tables["offices_version"]
