"""The documents' tables: what was issued, how it was served, the bundles it was made from, and what was handed in."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Index, LargeBinary, String, Table, UniqueConstraint
from sqlmodel import Field

from onewindow.store.base import KernelTable
from onewindow.store.types import Instant


class DocumentTable(KernelTable, table=True):
    """An issued document (文书): its number, and where its rendering stands."""

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_case", "case_id"),
        Index("ix_document_state", "state", "id"),
        Index("ix_document_bundle", "bundle"),
    )

    id: str = Field(sa_column=Column(String(36), primary_key=True))
    case_id: str = Field(sa_column=Column(String(36), nullable=False))
    assignment_id: str | None = Field(default=None, sa_column=Column(String(36)))
    township: str = Field(sa_column=Column(String, nullable=False))
    kind: str = Field(sa_column=Column(String, nullable=False))
    office: str = Field(sa_column=Column(String, nullable=False))
    number: str = Field(sa_column=Column(String, nullable=False, unique=True))
    title: str = Field(sa_column=Column(String, nullable=False))
    organ: str = Field(sa_column=Column(String, nullable=False))
    bundle: str = Field(sa_column=Column(String(64), nullable=False))
    # Sealed JSON: all that the template needs, frozen at issue. Gone once the document was erased.
    data: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    state: str = Field(sa_column=Column(String, nullable=False))
    sha256: str | None = Field(default=None, sa_column=Column(String(64)))
    size: int | None = Field(default=None, sa_column=Column(BigInteger))
    issued_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    issued_by: str | None = Field(default=None, sa_column=Column(String(36)))
    sealed: bool = Field(sa_column=Column(Boolean, nullable=False))
    # Sealed text: a template's complaint may quote the words. On a ready document: what is to be written in by hand.
    failure: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class DocumentServiceTable(KernelTable, table=True):
    """A service (送达): when and how a document reached a party, as the proof says."""

    __tablename__ = "document_service"
    __table_args__ = (Index("ix_document_service_document", "document_id"),)

    id: str = Field(sa_column=Column(String(36), primary_key=True))
    document_id: str = Field(sa_column=Column(String(36), nullable=False))
    party_id: str | None = Field(default=None, sa_column=Column(String(36)))
    method: str = Field(sa_column=Column(String, nullable=False))
    served_on: date = Field(sa_column=Column(Date, nullable=False))
    recorded_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    recorded_by: str = Field(sa_column=Column(String(36), nullable=False))
    # Sealed JSON: who took it, where, the witnesses, what was remarked. All of it may name people.
    words: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    tracking_no: str | None = Field(default=None, sa_column=Column(String))
    # When it was posted, or published where it is served by notice; how many days that notice runs.
    sent_on: date | None = Field(default=None, sa_column=Column(Date))
    period_days: int | None = Field(default=None, sa_column=Column(BigInteger))
    # A service is never changed: one that was wrong is void, and another corrects it.
    corrects: str | None = Field(default=None, sa_column=Column(String(36)))
    void_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    void_by: str | None = Field(default=None, sa_column=Column(String(36)))


class BundleTable(KernelTable, table=True):
    """An office's templates, catalogues and schemas as one immutable piece; kept while something refers to it."""

    __tablename__ = "bundle"

    hash: str = Field(sa_column=Column(String(64), primary_key=True))
    office: str = Field(sa_column=Column(String, nullable=False))
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    added_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class AttachmentTable(KernelTable, table=True):
    """A piece of material (材料) in a case: who added it, for what, who reads it, and the file that holds it."""

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("case_id", "sha256", "added_by", name="uq_attachment_once"),
        Index("ix_attachment_sha256", "sha256"),
    )

    id: str = Field(sa_column=Column(String(36), primary_key=True))
    case_id: str = Field(sa_column=Column(String(36), nullable=False))
    party_id: str | None = Field(default=None, sa_column=Column(String(36)))
    purpose: str = Field(sa_column=Column(String(16), nullable=False))
    media: str = Field(sa_column=Column(String(40), nullable=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    # None once it was erased.
    sha256: str | None = Field(default=None, sa_column=Column(String(64)))
    # Sealed text: what its sender called it. File names may name people.
    title: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    readers: list[str] = Field(sa_column=Column(JSON, nullable=False))
    added_by: str = Field(sa_column=Column(String(60), nullable=False))
    added_at: datetime = Field(sa_column=Column(Instant, nullable=False))


DOCUMENT: Final[Table] = KernelTable.metadata.tables["document"]
SERVICE: Final[Table] = KernelTable.metadata.tables["document_service"]
BUNDLE: Final[Table] = KernelTable.metadata.tables["bundle"]
ATTACHMENT: Final[Table] = KernelTable.metadata.tables["attachment"]
