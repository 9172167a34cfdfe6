"""What an office may see: the case as this actor may see it, its clocks, and who acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from onewindow.office.records import Record
from onewindow.office.types import (
    AssignmentRole,
    AssignmentState,
    PartyRole,
    Track,
    law_day,
)


class View(BaseModel):
    """A frozen value that travels with a command and is stored nowhere."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class PartyView(View):
    """A party (当事人) of the case; `name` and `contact` are empty where the actor may not see them.

    `unit_id` is the unit that a respondent points to, where it is one of the organisation's own.
    """

    id: str
    role: PartyRole
    kind: str = "person"
    name: str = ""
    contact: str = ""
    address: str = ""
    anonymous: bool = False
    unit_id: str | None = None


class AssignmentView(View):
    """An assignment (交办) of the case and, where it has been given, its answer."""

    id: str
    unit_id: str
    unit_title: str = ""
    organ: str = ""
    office: str | None = None
    role: AssignmentRole = AssignmentRole.LEAD
    state: AssignmentState = AssignmentState.SENT
    purpose: str = ""
    round: int = 1
    officer: str | None = None
    answer: str = ""
    sent_at: datetime | None = None
    received_at: datetime | None = None


class DocumentView(View):
    """A document (文书) of the case."""

    id: str
    kind: str
    title: str = ""
    number: str = ""
    issued_on: date | None = None
    served_on: date | None = None


class ClockView(View):
    """A clock (时限) as it stands: the early date, the lawful one, and whether that is provisional."""

    key: str
    title: str
    source: str
    status: str = "running"
    colour: str = "green"
    early_on: date | None = None
    lawful_on: date | None = None
    provisional: bool = False
    pending_calendar: bool = False
    extended: int = 0


class CaseView(View):
    """The case (事项) as this actor may see it. `profiles`: those that the district has chosen."""

    id: str
    number: str = ""
    township: str = ""
    category: str = ""
    category_title: str = ""
    track: Track = Track.SERVICE
    channel: str = ""
    sealed: bool = False
    text: str = ""
    request: str = ""
    place: str = ""
    registered_at: datetime | None = None
    received_at: datetime | None = None
    parties: tuple[PartyView, ...] = ()
    assignments: tuple[AssignmentView, ...] = ()
    documents: tuple[DocumentView, ...] = ()
    profiles: tuple[str, ...] = ()

    def has(self, role: str) -> bool:
        """Whether somebody has this role in the case."""
        return any(party.role == role for party in self.parties)

    def by_role(self, role: str) -> tuple[PartyView, ...]:
        """The parties with this role."""
        return tuple(party for party in self.parties if party.role == role)

    def issued(self, kind: str) -> DocumentView | None:
        """The newest document of this kind."""
        return next((d for d in reversed(self.documents) if d.kind == kind), None)


class Actor(View):
    """Who acts: staff with their roles in this case, or a party with a code of their own."""

    staff_id: str | None = None
    party_id: str | None = None
    name: str = ""
    roles: tuple[str, ...] = ()

    @property
    def is_party(self) -> bool:
        return self.party_id is not None


_R = TypeVar("_R", bound=Record)


class Shelf(Protocol):
    """The office's own records, inside the transaction of the step that is running."""

    def get(self, model: type[_R], id: str) -> _R | None: ...
    def find(
        self, model: type[_R], *, after: str | None, before: str | None, limit: int, equals: Mapping[str, object]
    ) -> list[_R]: ...
    def add(self, record: Record) -> None: ...


class EmptyShelf:
    """No records: what a rule sees in a test that gives none."""

    def get(self, model: type[_R], id: str) -> _R | None:
        return None

    def find(
        self, model: type[_R], *, after: str | None, before: str | None, limit: int, equals: Mapping[str, object]
    ) -> list[_R]:
        return []

    def add(self, record: Record) -> None:
        raise LookupError("this context has no records")


@dataclass(frozen=True, slots=True)
class Context:
    """The moment, the actor, the case and its clocks: everything outside the facts that a rule may look at."""

    now: datetime
    actor: Actor
    case: CaseView
    assignment: AssignmentView
    clocks: Mapping[str, ClockView] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=EmptyShelf)

    @property
    def today(self) -> date:
        """The day on which the law sees this moment."""
        return law_day(self.now)

    def get(self, model: type[_R], id: str) -> _R | None:
        """A record of this office by its id."""
        return self.shelf.get(model, id)

    def find(
        self, model: type[_R], *, after: str | None = None, before: str | None = None, limit: int = 50, **equals: object
    ) -> list[_R]:
        """Records of this office, a page of at most `limit` by key, whose fields have these values."""
        return self.shelf.find(model, after=after, before=before, limit=limit, equals=equals)

    def add(self, record: Record) -> None:
        """Keep a new record, in the transaction of this step."""
        self.shelf.add(record)
