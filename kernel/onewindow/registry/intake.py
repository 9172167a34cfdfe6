"""What is brought to the window: the validated form of a registration, the same for desk, page, API and import."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from onewindow.access.masking import is_masked
from onewindow.office.types import PartyRole, Track
from onewindow.registry import identity
from onewindow.registry.catalogue import categories

MOST_REPRESENTATIVES = 5
"""信访工作条例 第二十条 第三款: a group that comes in person chooses at most five."""
_Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
_Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]


class Channel(StrEnum):
    """How a matter came (渠道)."""

    WEB = "web"
    VISIT = "visit"
    LETTER = "letter"
    CALL = "call"
    ROOM = "room"
    API = "api"
    IMPORT = "import"


class ContactWay(StrEnum):
    """How somebody can be reached without harm to them (安全的联系方式)."""

    ANY = "any"
    SMS = "sms"
    CALL = "call"
    POST = "post"
    NOT_HOME = "not_home"
    THIRD = "third"
    NONE = "none"


class Authorisation(StrEnum):
    """By what an agent acts; without one yet, the matter is registered all the same (任何事项都不得拒绝登记)."""

    WRITTEN = "written"
    GUARDIAN = "guardian"
    LAWYER = "lawyer"
    ORAL = "oral"
    PENDING = "pending"


class Need(StrEnum):
    """What somebody needs in order to be heard and to read the answer (无障碍环境建设法 第四十条)."""

    HEARING = "hearing"
    SIGHT = "sight"
    MOBILITY = "mobility"
    READING = "reading"
    SPEECH = "speech"


class Pending(StrEnum):
    """Where else the matter is being dealt with. Never a reason to refuse it."""

    LITIGATION = "litigation"
    ARBITRATION = "arbitration"
    RECONSIDERATION = "reconsideration"
    PETITION_ABOVE = "petition_above"


class Danger(StrEnum):
    """What makes a matter an emergency (domain.md T02): the list is closed, and how many came is not on it."""

    PERSONS = "persons"
    PUBLIC = "public"
    MINOR = "minor"


class Line110(StrEnum):
    """The lines that are called at once."""

    POLICE = "110"
    FIRE = "119"
    AMBULANCE = "120"


class System(StrEnum):
    """Where a matter has a number of its own besides ours."""

    HOTLINE_12345 = "12345"
    POLICE_110 = "110"
    PROVINCE = "province"
    PETITION_SYSTEM = "petition"
    COURT = "court"
    OTHER = "other"


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def _storable(cls, value: object) -> object:
        # A NUL cannot be stored as text by every database, nor can half a surrogate pair.
        if isinstance(value, str):
            if "\x00" in value:
                raise PydanticCustomError("control_character", "contains a NUL character")
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise PydanticCustomError("control_character", "is not valid text") from error
        return value


class PartyInput(_Input):
    """A person or organisation in the matter. Nobody has to give a name; a respondent may point to a unit of ours.

    `contact` says in words how to reach them without harm (whom to ask for, when not to call); `statement` is what
    somebody who joins a matter says for themselves.
    """

    role: PartyRole = PartyRole.APPLICANT
    kind: Annotated[str, Field(pattern="^(person|organisation)$")] = "person"
    name: _Line = ""
    phone: Annotated[str, StringConstraints(max_length=40)] = ""
    id_number: Annotated[str, StringConstraints(max_length=40)] = ""
    address: _Line = ""
    anonymous: bool = False
    contact_way: ContactWay = ContactWay.ANY
    contact: _Line = ""
    authorisation: Authorisation | None = None
    authorisation_note: _Line = ""
    representative: bool = False
    minor: bool = False
    needs: Annotated[list[Need], Field(max_length=len(Need))] = Field(default_factory=list)
    statement: Annotated[str, StringConstraints(strip_whitespace=True, max_length=5_000)] = ""
    unit: Annotated[str, StringConstraints(max_length=36)] | None = None

    @field_validator("name", "phone", "id_number", "address", "contact")
    @classmethod
    def _not_masked(cls, value: str) -> str:
        if is_masked(value):
            raise PydanticCustomError("masked", "a masked value cannot be written back")
        return value

    @field_validator("phone")
    @classmethod
    def _a_telephone(cls, value: str) -> str:
        return identity.phone(value)

    @field_validator("id_number")
    @classmethod
    def _its_check_digit(cls, value: str, info: ValidationInfo) -> str:
        return identity.id_number(info.data.get("kind", "person"), value)

    @model_validator(mode="after")
    def _named_or_anonymous(self) -> Self:
        if self.anonymous and (self.name or self.id_number):
            raise PydanticCustomError("anonymous_named", "an anonymous party has no name or number")
        return self


class CallMade(_Input):
    """A call for help that was made: which line, when, by whom."""

    line: Line110
    at: AwareDatetime
    by: _Line = ""


class Emergency(_Input):
    """Danger to persons or the public, or harm to a minor, and what was done at once. A group visit is none."""

    danger: Danger
    calls: Annotated[list[CallMade], Field(max_length=20)] = Field(default_factory=list)
    report: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)] = ""


class External(_Input):
    """The number that a matter has elsewhere."""

    system: System
    number: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60, pattern=r"^[\w./()（）〔〕号-]+$")
    ]


class Registration(_Input):
    """A matter as it is brought. `about` names units or staff of ours that it complains about.

    `may_disclose` says whether the other side may learn who brought it: not unless the person says so. `related` are
    numbers of ours, `external` those of other systems.
    """

    township: Annotated[str, StringConstraints(max_length=12)]
    text: Annotated[_Words, StringConstraints(min_length=1)]
    request: _Words = ""
    place: _Line = ""
    place_unit: Annotated[str, StringConstraints(max_length=36)] | None = None
    category: str = "9900"
    track: Track | None = None
    channel: Channel = Channel.WEB
    received_at: AwareDatetime | None = None
    parties: Annotated[list[PartyInput], Field(min_length=1, max_length=50)] = Field(
        default_factory=lambda: [PartyInput(anonymous=True)]
    )
    also_open_above: bool = False
    about: Annotated[list[str], Field(max_length=20)] = Field(default_factory=list)
    about_leader: bool = False
    group_size: Annotated[int, Field(ge=2, le=100_000)] | None = None
    no_contact_reason: _Line = ""
    may_disclose: bool = False
    pending: Annotated[list[Pending], Field(max_length=len(Pending))] = Field(default_factory=list)
    written_for: bool = False
    read_back: Annotated[bool, Field(validate_default=True)] = False
    emergency: Emergency | None = None
    related: Annotated[list[Annotated[str, StringConstraints(max_length=64)]], Field(max_length=10)] = Field(
        default_factory=list
    )
    external: Annotated[list[External], Field(max_length=10)] = Field(default_factory=list)

    @field_validator("category")
    @classmethod
    def _known_category(cls, value: str) -> str:
        if value not in categories():
            raise PydanticCustomError("category", "no such category")
        return value

    @model_validator(mode="after")
    def _an_applicant(self) -> Self:
        if not any(p.role in (PartyRole.APPLICANT, PartyRole.AGENT) for p in self.parties):
            raise PydanticCustomError("no_applicant", "somebody brings the matter, by name or anonymously")
        return self

    @field_validator("parties")
    @classmethod
    def _at_most_five_represent(cls, value: list[PartyInput]) -> list[PartyInput]:
        chosen = [party for party in value if party.representative]
        if len(chosen) > MOST_REPRESENTATIVES:
            raise PydanticCustomError("representatives", "more than five representatives")
        if any(party.role not in (PartyRole.APPLICANT, PartyRole.AGENT) for party in chosen):
            raise PydanticCustomError("representative_role", "a representative is one of those who came")
        return value

    @field_validator("group_size")
    @classmethod
    def _as_many_as_are_named(cls, value: int | None, info: ValidationInfo) -> int | None:
        came = sum(party.role is PartyRole.APPLICANT for party in info.data.get("parties", ()))
        if value is not None and value < came:
            raise PydanticCustomError("group_size", "fewer than are named")
        return value

    @field_validator("read_back")
    @classmethod
    def _what_was_written_for_somebody_is_read_to_them(cls, value: bool, info: ValidationInfo) -> bool:
        if info.data.get("written_for") and not value:
            raise PydanticCustomError("read_back", "what was written for somebody is read back to them")
        return value

    def circumstances(self) -> dict[str, Any]:
        """What goes with the matter besides its words, as far as anything was said."""
        pending = list(dict.fromkeys([*self.pending, *([Pending.PETITION_ABOVE] if self.also_open_above else [])]))
        found = {
            "group_size": self.group_size,
            "no_contact_reason": self.no_contact_reason,
            "may_disclose": self.may_disclose,
            "pending": [one.value for one in pending],
            "written_for": self.written_for,
            "emergency": self.emergency.model_dump(mode="json") if self.emergency else None,
        }
        return {name: value for name, value in found.items() if value}

    def told_more(self) -> bool:
        """Whether anything goes with the matter besides its words."""
        return bool(self.external) or bool(self.circumstances())

    def decided_track(self) -> Track:
        """The track that was chosen, else the one that the category suggests."""
        return self.track or categories()[self.category].track

    def moment_of_receipt(self, now: datetime) -> datetime:
        """When it was received: never later than now."""
        return min(self.received_at, now) if self.received_at else now
