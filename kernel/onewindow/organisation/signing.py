"""Who may sign at a moment: posts, delegations, absences and recusals, as one pure function over rows."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from onewindow.office.types import StaffId, UnitId
from onewindow.organisation.powers import POWERS, Power, Reach
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import Post, Unit
from onewindow.organisation.snapshot import Organisation

__all__ = ["POWERS", "Basis", "Power", "Reach", "Signatory", "may_sign", "who_may"]


class Basis(StrEnum):
    """By what right somebody signs; a delegation puts its number on the paper."""

    POST = "post"
    SUBSTITUTION = "substitution"
    DELEGATION = "delegation"


@dataclass(frozen=True, slots=True)
class Signatory:
    """Somebody who may sign, in which post's name, and by what right."""

    staff: StaffId
    post: str
    role: str
    unit: UnitId
    basis: Basis
    number: str = ""


def who_may(
    power: str,
    unit: UnitId,
    at: datetime,
    organisation: Organisation,
    recused: Collection[StaffId] = (),
    excluded_units: Collection[UnitId] = (),
) -> tuple[Signatory, ...]:
    """Who may sign for a unit at a moment; empty if nobody may, and then nobody does.

    The nearest level at which somebody can sign decides: where all are recused, or away without cover, the matter does
    not slip to a colleague elsewhere but to whoever stands above, within the power's reach. A recused holder can
    neither send a substitute nor have delegated; whoever is away signs nothing, neither in their own post nor in
    another's.
    The policy asks here for each action that is a power to sign, and says no where this does.
    """
    rule = POWERS[power]
    for level in _levels(rule.reach, unit, at, organisation):
        found: dict[StaffId, Signatory] = {}
        for post in sorted(_posts_at(level, rule, unit, at, organisation), key=lambda post: post.id):
            if post.staff in recused or post.unit in excluded_units:
                continue
            for signatory in _of_post(power, rule, post, at, organisation):
                if signatory.staff not in recused and not _sits_in(signatory.staff, excluded_units, at, organisation):
                    found.setdefault(signatory.staff, signatory)
        if found:
            return tuple(found.values())
    return ()


def may_sign(
    staff: StaffId,
    power: str,
    unit: UnitId,
    at: datetime,
    organisation: Organisation,
    recused: Collection[StaffId] = (),
    excluded_units: Collection[UnitId] = (),
) -> Signatory | None:
    """By what right somebody may sign for a unit at a moment; None if they may not."""
    for signatory in who_may(power, unit, at, organisation, recused, excluded_units):
        if signatory.staff == staff:
            return signatory
    return None


def _levels(reach: Reach, unit: UnitId, at: datetime, organisation: Organisation) -> Iterator[tuple[Unit, ...]]:
    """The groups of units to ask, the nearest first."""
    line = list(organisation.ancestry(unit))
    if not line:
        return
    here = line[0]
    if reach in (Reach.UNIT, Reach.ORGAN):
        for above in line:
            if above.organ == here.organ and above.township == here.township:
                yield (above,)
    elif reach is Reach.TOWNSHIP:
        yield organisation.units_in(here.township, at)
    else:
        district = organisation.townships.get(here.township)
        if district is not None:
            yield organisation.units_in(district.district_code, at)


def _posts_at(
    level: tuple[Unit, ...], rule: Power, asked: UnitId, at: datetime, organisation: Organisation
) -> Iterator[Post]:
    for unit in level:
        # Above the unit itself only its head answers for it: a handler there handles other matters.
        above = rule.reach is Reach.UNIT and unit.id != asked
        roles = rule.roles & {Role.HEAD} if above else rule.roles
        if roles:
            yield from organisation.posts_in(unit.id, at, *roles)


def _of_post(power: str, rule: Power, post: Post, at: datetime, organisation: Organisation) -> Iterator[Signatory]:
    """The holder, or while away the substitute; and whoever the post has authorised in writing."""
    absence = organisation.absence(post.staff, at)
    if absence is None:
        yield Signatory(post.staff, post.id, post.role, post.unit, Basis.POST)
    elif absence.substitute is not None and _present(absence.substitute, at, organisation):
        yield Signatory(absence.substitute, post.id, post.role, post.unit, Basis.SUBSTITUTION)
    if rule.delegable:
        for row in organisation.delegations_of(post.id, at):
            if power in row.powers and _present(row.to, at, organisation):
                yield Signatory(row.to, post.id, post.role, post.unit, Basis.DELEGATION, row.number)


def _present(staff: StaffId, at: datetime, organisation: Organisation) -> bool:
    return organisation.serves(staff, at) and organisation.absence(staff, at) is None


def _sits_in(staff: StaffId, units: Collection[UnitId], at: datetime, organisation: Organisation) -> bool:
    return bool(units) and any(post.unit in units for post in organisation.posts_of(staff, at))
