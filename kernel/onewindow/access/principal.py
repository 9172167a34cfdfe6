"""Who asks, about what, and what the policy says."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from onewindow.i18n import DEFAULT, Message
from onewindow.office.types import CaseId, PartyId, StaffId, TownshipCode, UnitId
from onewindow.organisation.signing import may_sign
from onewindow.organisation.snapshot import Organisation, PostView


@dataclass(frozen=True, slots=True)
class Signing:
    """Who may sign at the moment when a principal was recognised: one organisation, one instant."""

    organisation: Organisation
    at: datetime

    def may(self, staff: StaffId, power: str, target: "Target") -> bool:
        """Whether somebody may sign for one of the units of a target, those whom it concerns left out."""
        return any(
            may_sign(staff, power, unit, self.at, self.organisation, target.excluded_ids, target.excluded_units)
            for unit in target.unit_ids
        )


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody of the staff who is logged in, with all that they hold at this moment."""

    account_id: str
    staff_id: StaffId
    name: str
    posts: tuple[PostView, ...] = ()
    lang: str = DEFAULT
    fallback_for: frozenset[TownshipCode] = frozenset()
    must_change: bool = False
    signing: "Signing | None" = field(default=None, compare=False, repr=False)

    @property
    def own_posts(self) -> tuple[PostView, ...]:
        """The posts held in one's own right."""
        return tuple(post for post in self.posts if post.stands_for is None)

    @property
    def roles(self) -> frozenset[str]:
        """The roles held in one's own right."""
        return frozenset(post.role for post in self.own_posts)

    @property
    def townships(self) -> frozenset[TownshipCode]:
        """Where somebody works."""
        return frozenset(post.township for post in self.posts)

    @property
    def units(self) -> frozenset[UnitId]:
        """The units of their posts."""
        return frozenset(post.unit_id for post in self.posts)

    def has(self, role: str) -> bool:
        return any(post.role == role and post.powers is None for post in self.posts)

    def numbers_for(self, power: str) -> tuple[str, ...]:
        """The numbers of the authorisations by which somebody has a power: they go on the paper."""
        return tuple(post.number for post in self.posts if post.powers is not None and power in post.powers)


@dataclass(frozen=True, slots=True)
class PartyKey:
    """A party who came with a tracking code: one case, one party, nothing else.

    `mark` is that code's own: once another code was given out in its stead, this key opens nothing any more.
    """

    case_id: CaseId
    party_id: PartyId
    township: TownshipCode
    lang: str = DEFAULT
    mark: str = ""

    @property
    def actor(self) -> str:
        return f"party:{self.party_id}"


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked about, as far as the policy must know it.

    For an action on one assignment, `unit_ids` and `officer_ids` are that assignment's; for one on a case, those of all
    its assignments that stand. `handled_by` is everybody who ever handled the case. `at_window` says that the matter
    lies in the window's own queue, or that the window runs this assignment on paper. `recusing_ids` are those of whom
    it has to be decided whether they step aside (回避): until then they look on and do nothing.
    """

    township: TownshipCode | None = None
    unit_ids: frozenset[UnitId] = frozenset()
    officer_ids: frozenset[StaffId] = frozenset()
    registered_by: StaffId | None = None
    registered_unit: UnitId | None = None
    handled_by: frozenset[StaffId] = frozenset()
    escalated: bool = False
    supervised: bool = False
    at_window: bool = False
    sealed: bool = False
    designated_ids: frozenset[StaffId] = frozenset()
    excluded_ids: frozenset[StaffId] = frozenset()
    recusing_ids: frozenset[StaffId] = frozenset()
    excluded_units: frozenset[UnitId] = frozenset()

    @classmethod
    def of_unit(cls, township: TownshipCode, unit: UnitId) -> "Target":
        """A unit as such: where somebody registers, whose staff or duties are managed."""
        return cls(township=township, unit_ids=frozenset({unit}), registered_unit=unit)


ANYWHERE = Target()


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes, or no and why; what is not visible is answered as if it did not exist."""

    allowed: bool
    visible: bool = True
    reason: Message | None = None
    capacities: frozenset[str] = field(default=frozenset(), compare=False)

    def __bool__(self) -> bool:
        return self.allowed


def principal_for(
    organisation: Organisation,
    *,
    account_id: str,
    staff_id: StaffId,
    at: datetime,
    lang: str = DEFAULT,
    must_change: bool = False,
) -> Principal | None:
    """The principal behind an account at a moment; None for somebody who no longer belongs to the staff."""
    person = organisation.staff.get(staff_id)
    if person is None or not organisation.serves(staff_id, at):
        return None
    return Principal(
        account_id=account_id,
        staff_id=staff_id,
        name=person.name,
        posts=organisation.views_of(staff_id, at),
        lang=lang,
        fallback_for=_fallback_for(organisation, staff_id, at),
        must_change=must_change,
        signing=Signing(organisation, at),
    )


def _fallback_for(organisation: Organisation, staff: StaffId, at: datetime) -> frozenset[TownshipCode]:
    """The townships whose window falls back on somebody, or on a person whose absence they cover."""
    people: Collection[StaffId] = {staff} | organisation.stands_for(staff, at)
    return frozenset(row.code for row in organisation.townships.values() if row.window_fallback in people)
