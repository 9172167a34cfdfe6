"""The organisation's rows as frozen values: what rules are computed from."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from onewindow.office.types import OfficeId, StaffId, TownshipCode, UnitId


class UnitKind(StrEnum):
    """What a unit is (domain.md 3.5)."""

    DISTRICT = "district"
    TOWNSHIP = "township"
    CENTRE = "centre"
    OFFICE = "office"
    STATION = "station"
    ROOM = "room"
    BUREAU = "bureau"


class TownshipKind(StrEnum):
    """A tenant: a township, a subdistrict, or the district itself."""

    DISTRICT = "district"
    TOWN = "town"
    SUBDISTRICT = "subdistrict"


@dataclass(frozen=True, slots=True)
class Term:
    """From a day on, up to and without another; without an end while it lasts."""

    valid_from: date
    valid_to: date | None

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Township:
    """A tenant (镇街), its bus token and its two named persons."""

    code: TownshipCode
    token: str
    name: str
    district_code: TownshipCode
    kind: TownshipKind
    live: bool
    window_fallback: StaffId | None = None
    secret: StaffId | None = None


@dataclass(frozen=True, slots=True)
class Unit(Term):
    """A unit (单位); `organ` is the organ for which it acts, `office` the module that it works with, if any.

    `code` is the twelve-digit division code of a village or community, or a code that the district gave; an import
    knows a unit by it and by nothing else.
    """

    id: UnitId
    township: TownshipCode
    parent: UnitId | None
    kind: UnitKind
    name: str
    organ: str
    office: OfficeId | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Staff(Term):
    """Somebody who works here."""

    id: StaffId
    name: str


@dataclass(frozen=True, slots=True)
class Post(Term):
    """A post (岗位): who, where, as what."""

    id: str
    staff: StaffId
    unit: UnitId
    role: str


@dataclass(frozen=True, slots=True)
class Delegation(Term):
    """A written authorisation (授权): powers of a post given to somebody under a number."""

    id: str
    post: str
    to: StaffId
    powers: frozenset[str]
    number: str


@dataclass(frozen=True, slots=True)
class Absence:
    """An absence (离岗) and who covers it."""

    id: str
    staff: StaffId
    from_at: datetime
    to_at: datetime | None
    substitute: StaffId | None

    def holds(self, at: datetime) -> bool:
        return self.from_at <= at and (self.to_at is None or at < self.to_at)


@dataclass(frozen=True, slots=True)
class Duty:
    """A line of the duty list (职责清单): which unit, or role, answers a category in a township."""

    id: str
    township: TownshipCode
    category: str
    unit: UnitId
    role: str
