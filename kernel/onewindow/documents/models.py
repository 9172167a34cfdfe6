"""What callers of the documents' service hand in and get back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from onewindow.office.types import AssignmentId, CaseId, DocumentId, PartyId, StaffId, TownshipCode, law_day


class DocumentState(StrEnum):
    """Where the making of a document stands."""

    WAITING = "waiting"  # made when somebody first asks for it
    PENDING = "pending"  # to be made now
    READY = "ready"
    FAILED = "failed"
    ERASED = "erased"


class ServiceMethod(StrEnum):
    """How a document reached its addressee (送达方式)."""

    IN_PERSON = "in_person"
    POST = "post"
    ELECTRONIC = "electronic"
    LEFT = "left"
    REFUSED = "refused"
    NOTICE = "notice"
    BY_SOMEBODY = "by_somebody"


@dataclass(frozen=True)
class Draft:
    """A document about to be issued. `data` is what its template gets, without `document` and `qr`: case, parties,
    clocks, words, code, lang; all of it is frozen now. `lazy`: make the bytes when they are first asked for."""

    case_id: CaseId
    township: TownshipCode
    kind: str
    office: str
    organ: str
    bundle: str
    data: Mapping[str, Any]
    title: str = ""
    assignment_id: AssignmentId | None = None
    issued_by: StaffId | None = None
    sealed: bool = False
    lazy: bool = False


@dataclass(frozen=True)
class Document:
    """A document as the index knows it; its words stay sealed."""

    id: DocumentId
    case_id: CaseId
    assignment_id: AssignmentId | None
    township: TownshipCode
    kind: str
    office: str
    number: str
    title: str
    organ: str
    bundle: str
    state: DocumentState
    sha256: str | None
    size: int | None
    issued_at: datetime
    issued_by: StaffId | None
    sealed: bool

    @property
    def issued_on(self) -> date:
        """The day of issue, as the law sees it."""
        return law_day(self.issued_at)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Document":
        values = {name: row[name] for name in cls.__dataclass_fields__}
        return cls(**{**values, "state": DocumentState(values["state"])})


@dataclass(frozen=True)
class Service:
    """One service of one document, as its proof says.

    `sent_on` is the day of posting or of the public notice, `period_days` how long that notice runs; `recorded` says
    that pictures or a film show how it was done; `scans` are the pieces of material that show the signed proof. A
    service that was wrong is void, and its correction names it.
    """

    document_id: DocumentId
    method: ServiceMethod
    served_on: date
    recorded_by: StaffId
    party_id: PartyId | None = None
    received_by: str = ""
    relation: str = ""
    place: str = ""
    witnesses: tuple[str, ...] = ()
    note: str = ""
    tracking_no: str | None = None
    sent_on: date | None = None
    period_days: int | None = None
    recorded: bool = False
    scans: tuple[str, ...] = ()
    corrects: str | None = None
    void_at: datetime | None = None
    id: str = ""
    recorded_at: datetime | None = field(default=None, compare=False)
