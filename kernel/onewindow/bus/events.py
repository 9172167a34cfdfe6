"""The catalogue of event types: one payload model each, of ids, states and dates, never words about people."""

import re
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, JsonValue, StringConstraints, ValidationError

from onewindow.bus.envelope import TYPE_PREFIX, Event, source_of
from onewindow.bus.errors import NewerSchema, Unreadable
from onewindow.bus.subjects import KERNEL, Direction
from onewindow.office.types import AssignmentRole, AssignmentState, OfficeId, Phase, Track

_KEY = r"^[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,99}$"
_IS_KEY = re.compile(_KEY).fullmatch
# A mobile number or the number of an identity card, alone or inside a key.
_PERSONAL_NUMBER = re.compile(r"(?<![0-9A-Fa-f-])(1[3-9]\d{9}|\d{17}[\dXx]|\d{15})(?![0-9A-Fa-f-])")


def _no_personal_number(text: str) -> str:
    if _PERSONAL_NUMBER.search(text):
        raise ValueError("looks like a person's number")
    return text


Key = Annotated[str, StringConstraints(pattern=_KEY), AfterValidator(_no_personal_number)]


def wordless(value: Any) -> Any:
    """`value`, if every string in it is a key: no blanks, no Chinese, no personal number.

    Raises:
        ValueError: if something in it could be words about people.
    """
    if isinstance(value, str):
        if value and not _IS_KEY(value):
            raise ValueError("words do not travel in events")
        _no_personal_number(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            wordless(key)
            wordless(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            wordless(inner)
    return value


Plain = Annotated[dict[str, JsonValue], AfterValidator(wordless)]


class Payload(BaseModel):
    """What an event says. Fields are only ever added with a default; anything else raises SCHEMA."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    NAME: ClassVar[str]
    WAY: ClassVar[Direction]
    SCHEMA: ClassVar[int] = 1

    @property
    def about(self) -> str:
        """The case or assignment that the event is about."""
        raise NotImplementedError

    def event(self, *, id: str, district: str, office: str, township: str, time: AwareDatetime) -> Event:
        """The event that carries this payload; `office` is its receiver, or the office that says it."""
        source = source_of(district, KERNEL if self.WAY is Direction.TO else office)
        return Event(
            id,
            TYPE_PREFIX + self.NAME,
            source,
            self.about,
            time,
            OfficeId(office),
            township,
            self.model_dump(mode="json"),
            self.SCHEMA,
        )

    @classmethod
    def read(cls, event: Event) -> Self:
        """The payload of an event whose type is already known.

        Raises:
            NewerSchema: if the sender's schema is newer than ours.
            Unreadable: if it does not validate, or the type does not go this way.
        """
        if event.schema > cls.SCHEMA:
            raise NewerSchema(type=event.type, schema=event.schema)
        if (cls.WAY is Direction.TO) != event.source.endswith("/" + KERNEL):
            raise Unreadable(type=event.type)
        try:
            return cls.model_validate(event.data)
        except ValidationError as error:
            raise Unreadable(type=event.type) from error


class AboutCase(Payload):
    """Something about a case."""

    case_id: Key
    assignment_id: Key | None = None

    @property
    def about(self) -> str:
        return self.assignment_id or self.case_id


class AssignmentChanged(Payload):
    """An assignment, whole, as it stands now; of several the highest version counts."""

    NAME = "assignment.changed"
    WAY = Direction.TO

    assignment_id: Key
    case_id: Key
    township: Key
    unit_id: Key
    office: Key
    role: AssignmentRole
    officer: Key | None = None
    purpose: Key | None = None
    parent_id: Key | None = None
    round: int = 1
    state: AssignmentState
    version: int
    category: Key
    track: Track
    sealed: bool = False
    sent_at: AwareDatetime
    received_at: AwareDatetime | None = None
    signed_by: Key | None = None
    procedure: Key | None = None

    @property
    def about(self) -> str:
        return self.assignment_id


class ClockTurned(AboutCase):
    """A clock of the case turned amber or red, or came due."""

    NAME = "clock.turned"
    WAY = Direction.TO

    clock_id: Key
    clock: Key
    colour: Key
    due: AwareDatetime | None = None
    provisional: bool = False
    row: Key | None = None


class DocumentServed(AboutCase):
    """The service of a document was recorded."""

    NAME = "document.served"
    WAY = Direction.TO

    document_id: Key
    document: Key
    served_on: Key


class ExtensionDecided(AboutCase):
    """An extension took effect because it was served in time, or did not."""

    NAME = "extension.decided"
    WAY = Direction.TO

    clock_id: Key
    clock: Key
    effective: bool
    due: AwareDatetime | None = None


class EffectRefused(AboutCase):
    """The kernel could not carry out an effect of an office's action."""

    NAME = "effect.refused"
    WAY = Direction.TO

    version: int
    effect: int
    reason: Key


class CaseNoted(AboutCase):
    """Something happened to the case that its offices may react to: answered, objected, withdrawn …"""

    NAME = "case.noted"
    WAY = Direction.TO

    kind: Key
    data: Plain = {}


class ProceedingChanged(Payload):
    """A proceeding after one step of its procedure; applied only at the version after the last."""

    NAME = "proceeding.changed"
    WAY = Direction.FROM

    assignment_id: Key
    version: int
    procedure: Key
    procedure_version: int
    state: Key
    phase: Phase | None = None
    action: Key | None = None
    actor: Key | None = None
    at: AwareDatetime
    effects: list[Plain] = []
    has_body: bool = False
    command: Key | None = None
    """A digest of the key of the command that this step obeyed; none for a reaction."""

    @property
    def about(self) -> str:
        return self.assignment_id


EVENTS: Final[tuple[type[Payload], ...]] = (
    AssignmentChanged,
    ClockTurned,
    DocumentServed,
    ExtensionDecided,
    EffectRefused,
    CaseNoted,
    ProceedingChanged,
)


def read(event: Event) -> Payload:
    """The payload of an event of any type in the catalogue.

    Raises:
        NewerSchema: if its type or its schema is not known here (yet).
        Unreadable: if it does not validate.
    """
    for model in EVENTS:
        if event.name == model.NAME:
            return model.read(event)
    raise NewerSchema(type=event.type, schema=event.schema)
