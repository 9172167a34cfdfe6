"""What is brought to the window: the validated form of a registration, the same for desk, page, API and import."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from onewindow.access.masking import is_masked
from onewindow.office.types import PartyRole, Track
from onewindow.registry.catalogue import categories

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
    """A person or organisation in the matter. Nobody has to give a name; a respondent may point to a unit of ours."""

    role: PartyRole = PartyRole.APPLICANT
    kind: Annotated[str, Field(pattern="^(person|organisation)$")] = "person"
    name: _Line = ""
    phone: Annotated[str, StringConstraints(max_length=40)] = ""
    id_number: Annotated[str, StringConstraints(max_length=40)] = ""
    address: _Line = ""
    anonymous: bool = False
    unit: Annotated[str, StringConstraints(max_length=36)] | None = None

    @field_validator("name", "phone", "id_number", "address")
    @classmethod
    def _not_masked(cls, value: str) -> str:
        if is_masked(value):
            raise PydanticCustomError("masked", "a masked value cannot be written back")
        return value

    @model_validator(mode="after")
    def _named_or_anonymous(self) -> Self:
        if self.anonymous and (self.name or self.id_number):
            raise PydanticCustomError("anonymous_named", "an anonymous party has no name or number")
        return self


class Registration(_Input):
    """A matter as it is brought. `about` names units or staff of ours that it complains about."""

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

    def decided_track(self) -> Track:
        """The track that was chosen, else the one that the category suggests."""
        return self.track or categories()[self.category].track

    def moment_of_receipt(self, now: datetime) -> datetime:
        """When it was received: never later than now."""
        return min(self.received_at, now) if self.received_at else now
