"""Who is kept away from a matter because it complains about them, and whether it must go to the district."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from onewindow.office.types import StaffId, UnitId
from onewindow.organisation.roles import LEADERS
from onewindow.organisation.rows import Post, Unit, UnitKind
from onewindow.organisation.snapshot import Organisation


@dataclass(frozen=True, slots=True)
class Exclusion:
    """The complained-about, their subordinates and their units; `to_district` when they lead a township or centre."""

    staff: frozenset[StaffId] = frozenset()
    units: frozenset[UnitId] = frozenset()
    to_district: bool = False

    def __or__(self, other: "Exclusion") -> "Exclusion":
        return Exclusion(self.staff | other.staff, self.units | other.units, self.to_district or other.to_district)

    def __bool__(self) -> bool:
        return bool(self.staff or self.units)


_LEADING_UNITS = frozenset({UnitKind.DISTRICT, UnitKind.TOWNSHIP, UnitKind.CENTRE})


def exclusion(
    organisation: Organisation,
    at: datetime,
    *,
    units: Iterable[UnitId] = (),
    posts: Iterable[str] = (),
    staff: Iterable[StaffId] = (),
    accusation: bool = True,
) -> Exclusion:
    """All whom a complaint about these units, posts and members of staff keeps away from it.

    A claim (`accusation=False`) against the township, centre or district as a whole is answered by that organ first and
    reviewed above it, so it keeps nobody away by itself; an accusation does, and goes to the district.
    """
    found = Exclusion()
    for unit in units:
        row = organisation.units.get(unit)
        if row is not None and (accusation or row.kind not in _LEADING_UNITS):
            found |= _about_unit(organisation, at, row)
    holders = {organisation.posts[post].staff for post in posts if post in organisation.posts}
    for person in holders | set(staff):
        found |= Exclusion(staff=frozenset({person}))
        for post in organisation.posts_of(person, at):
            found |= _about_unit(organisation, at, _domain(organisation, post))
    return found


def _about_unit(organisation: Organisation, at: datetime, unit: Unit) -> Exclusion:
    """A unit, what lies below it in the same tenant, and whoever works there."""
    units = frozenset(
        below for below in organisation.subtree(unit.id) if organisation.units[below].township == unit.township
    )
    people = frozenset(post.staff for below in units for post in organisation.posts_in(below, at))
    return Exclusion(people, units, to_district=unit.kind in _LEADING_UNITS)


def _domain(organisation: Organisation, post: Post) -> Unit:
    """Where the holder has a say: for a leader the whole tenant, else the unit."""
    unit = organisation.units[post.unit]
    if post.role not in LEADERS:
        return unit
    return [row for row in organisation.ancestry(unit.id) if row.township == unit.township][-1]
