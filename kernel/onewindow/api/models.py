"""What REST v1 answers about cases: typed, and with every personal field masked."""

from datetime import date, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from onewindow.documents.attachments import Attachment

T = TypeVar("T")


class Out(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(from_attributes=True)


class Listed(Out, Generic[T]):
    """A page by key. `next` and `prev` go into `after` and `before` of the neighbouring pages."""

    items: list[T]
    next: str | None = None
    prev: str | None = None


class DeadlineOut(Out):
    title: str
    source: str = Field(description="the article of the law")
    early_on: date
    lawful_on: date | None
    provisional: bool


class RegisteredOut(Out):
    """The receipt. The codes are shown here and nowhere else."""

    case_id: str
    number: str
    code: str = Field(description="the first party's tracking code", examples=["7Q2M-0F4K-9XRT-3HWB"])
    codes: dict[str, str] = Field(description="tracking codes by party")
    track: str
    category: str
    sealed: bool
    registered_at: datetime
    received_at: datetime
    deadlines: list[DeadlineOut]
    version: int


class SnippetPart(Out):
    """A stretch of the words of a case, scrubbed of people; `hit` marks what was looked for."""

    text: str
    hit: bool


class CaseLine(Out):
    """A case as lists show it: no people, and no words but the surroundings of a hit where words were searched for."""

    number: str
    township: str
    track: str
    category: str
    category_title: str
    channel: str
    sealed: bool
    state: str
    phase: str
    holder: str | None
    holder_title: str
    due_at: datetime | None
    colour: str
    registered_at: datetime
    received_at: datetime
    version: int
    snippet: list[SnippetPart] = []


class PartyOut(Out):
    """A party; names, telephone and ID numbers and addresses are masked."""

    id: str
    role: str
    kind: str
    anonymous: bool
    erased: bool
    name: str
    phone: str
    id_number: str
    address: str
    contact: str = ""
    contact_way: str = "any"
    authorisation: str = ""
    representative: bool = False
    joined: bool = False
    minor: bool = False
    needs: list[str] = []


class AssignmentOut(Out):
    id: str
    unit: str | None
    unit_title: str
    office: str | None
    role: str
    officer: str | None
    officer_name: str
    purpose: str
    round: int
    state: str
    version: int
    sent_at: datetime
    received_at: datetime | None
    ended_at: datetime | None
    procedure: str | None
    procedure_version: int | None
    proceeding_state: str | None
    proceeding_title: str
    proceeding_version: int
    phase: str | None


class ClockOut(Out):
    key: str
    title: str
    source: str
    status: str
    colour: str
    early_on: date
    lawful_on: date | None
    provisional: bool
    pending_calendar: bool
    protects: str
    extended_days: int


class DocumentLine(Out):
    id: str
    kind: str
    title: str
    number: str
    organ: str
    issued_on: date


class ServiceOut(Out):
    id: str
    method: str
    served_on: date
    party_id: str | None
    tracking_no: str | None
    sent_on: date | None = Field(None, description="the day of posting, or of the public notice")
    period_days: int | None = None
    scans: list[str] = []
    corrects: str | None = Field(None, description="the service that this one corrects")


class DocumentOut(DocumentLine):
    """A document with how it was served; `state` says whether its bytes are there."""

    state: str
    size: int | None
    services: list[ServiceOut] = []


class AttachmentOut(Out):
    """A piece of material; `file_name` is made by the server, `title` is what its sender called it."""

    id: str
    purpose: str
    media: str
    size: int
    title: str
    file_name: str
    party_id: str | None
    added_at: datetime
    erased: bool

    @classmethod
    def of(cls, found: Attachment) -> "AttachmentOut":
        shared = {name: getattr(found, name) for name in cls.model_fields if name != "erased"}
        return cls(**shared, erased=found.sha256 is None)


class AttachmentsMade(Out):
    attachments: list[str] = Field(description="ids, in the order of the files")


class LikelyOut(Out):
    """Whether a matter like this may be registered already. Nothing else is said."""

    may_be_registered: bool


class JoinedOut(Out):
    number: str
    codes: dict[str, str] = Field(description="tracking codes by party, shown this once")


class ExternalOut(Out):
    system: str
    number: str


class CircumstancesOut(Out):
    """What goes with a case besides its words."""

    may_disclose: bool = Field(description="whether the other side may learn who brought the matter")
    group_size: int | None
    no_contact_reason: str
    pending: list[str]
    written_for: bool
    danger: str | None
    emergency_at: datetime | None
    reported_at: datetime | None
    external: list[ExternalOut]
    related: list[str] = Field(description="numbers of related matters that you may see")


class WordsOut(Out):
    text: str = ""
    request: str = ""
    place: str = ""


class CaseOut(CaseLine):
    """A case with all that the kernel knows of it. Its version is its ETag."""

    words: WordsOut
    parties: list[PartyOut]
    assignments: list[AssignmentOut]
    clocks: list[ClockOut]
    documents: list[DocumentLine]


class ByCodeOut(CaseLine):
    """The case of a code that its holder brought; `readable` says whether you may open it."""

    readable: bool


class SavedFilterOut(Out):
    """One of your own saved filters; `chosen` are query parameters of the list of cases."""

    id: str
    name: str
    chosen: dict[str, str]
    saved_at: datetime


class RevealedOut(Out):
    """The personal fields that were asked for, in clear; the look has been logged with its reason."""

    name: str | None = None
    phone: str | None = None
    id_number: str | None = None
    address: str | None = None
    contact: str | None = None


class EntryOut(Out):
    """An entry of the timeline, as far as this reader may read it."""

    seq: int
    at: datetime
    kind: str
    actor: str
    actor_name: str
    data: dict[str, Any]
    words: dict[str, Any]


class VerdictOut(Out):
    """Whether the chain of the timeline holds; if not, the entry where it breaks."""

    ok: bool
    entries: int
    seq: int | None
    problem: str


class VersionOut(Out):
    number: str
    version: int


class OfferOut(Out):
    """An action that the office's procedure offers, with its form, or why not now."""

    key: str
    title: str
    form: dict[str, Any] | None = Field(None, description="JSON Schema of the form")
    values: dict[str, Any] = Field(default_factory=dict, description="the form's prefilled values")
    refusal: str | None = None
    remedy: str | None = None


class OffersOut(Out):
    """What may be done with one assignment. `answering` is false while the office is away."""

    assignment: str
    office: str | None
    answering: bool
    state: str | None = None
    state_title: str = ""
    version: int | None = None
    actions: list[OfferOut] = []
    blocks: list[dict[str, Any]] = []


class OutcomeOut(Out):
    """What became of a command: `done`, `unconfirmed` (sent, no reply yet) or `not-done`."""

    outcome: str
    key: str


class AssignmentMade(Out):
    assignment: str


class DocumentMade(Out):
    document: str


class ServedOut(Out):
    """A recorded service, and what became of an extension that waited for it."""

    service: str
    document: str
    extension: str | None


class AssignmentLine(Out):
    """An assignment as queues show it."""

    id: str
    number: str
    township: str
    track: str
    category: str
    category_title: str
    unit: str | None
    unit_title: str
    office: str | None
    officer: str | None
    state: str
    phase: str | None
    proceeding_state: str | None
    proceeding_title: str
    sealed: bool
    round: int
    sent_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    colour: str


class ObjectionOut(Out):
    id: str
    number: str
    assignment: str
    category: str
    lodged_at: datetime
    reason: str
    basis: str
    suggest_unit: str | None
    ruler: str | None


class WindowOut(Out):
    """What waits at a township's window."""

    queue: list[CaseLine]
    unsigned: list[AssignmentLine]
    objections: list[ObjectionOut]


class AdmittedOut(Out):
    """A short-lived token for one party, to be sent as a bearer."""

    token: str
    expires_at: datetime
    number: str


class LookOut(Out):
    at: datetime
    who: str
    what: str
    reason: str


class PartyOffersOut(Out):
    items: list[OffersOut]
