"""The whole organisation in memory, immutable: what every request and every rule reads."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from onewindow.office.types import OfficeId, StaffId, TownshipCode, UnitId, law_day
from onewindow.organisation.powers import POWERS
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import Absence, Delegation, Duty, Post, Staff, Township, TownshipKind, Unit


@dataclass(frozen=True, slots=True)
class PostView:
    """What somebody holds at a moment: a post of their own, or one that they stand in for.

    `powers` limits a delegation to what the paper says; a post of one's own has no such limit. `covers` holds the units
    that it answers for: its own, for a head those below too, for an organ's head all that act for the organ.
    """

    unit_id: UnitId
    township: TownshipCode
    office: OfficeId | None
    role: str
    organ: str = ""
    covers: frozenset[UnitId] = frozenset()
    powers: frozenset[str] | None = None
    stands_for: StaffId | None = None
    number: str = ""
    away: bool = False
    """Whether whoever holds this view is absent at that moment: then they sign nothing."""

    def grants(self, power: str) -> bool:
        if self.away and power in POWERS:
            return False
        return self.powers is None or power in self.powers


class Organisation:
    """Townships, units, staff, posts, delegations, absences and duties as of one version of the tables."""

    def __init__(
        self,
        *,
        version: int = 0,
        townships: Iterable[Township] = (),
        units: Iterable[Unit] = (),
        staff: Iterable[Staff] = (),
        posts: Iterable[Post] = (),
        delegations: Iterable[Delegation] = (),
        absences: Iterable[Absence] = (),
        duties: Iterable[Duty] = (),
    ) -> None:
        self.version = version
        self.townships = {row.code: row for row in townships}
        self.units = {row.id: row for row in units}
        self.staff = {row.id: row for row in staff}
        self.posts = {row.id: row for row in posts}
        self.by_code = {unit.code: unit for unit in self.units.values() if unit.code}
        self._named = Counter(unit.name for unit in self.units.values())
        self._named_in = Counter((unit.township, unit.name) for unit in self.units.values())
        self.delegations = tuple(delegations)
        self.absences = tuple(absences)
        self._by_token = {row.token: row for row in self.townships.values()}
        self._children: dict[UnitId, list[Unit]] = defaultdict(list)
        self._in_township: dict[TownshipCode, list[Unit]] = defaultdict(list)
        self._posts_of: dict[StaffId, list[Post]] = defaultdict(list)
        self._posts_in: dict[UnitId, list[Post]] = defaultdict(list)
        self._delegated_to: dict[StaffId, list[Delegation]] = defaultdict(list)
        self._delegated_of: dict[str, list[Delegation]] = defaultdict(list)
        self._absences_of: dict[StaffId, list[Absence]] = defaultdict(list)
        self._covered_by: dict[StaffId, list[Absence]] = defaultdict(list)
        self._duties: dict[tuple[TownshipCode, str], list[Duty]] = defaultdict(list)
        for unit in self.units.values():
            self._in_township[unit.township].append(unit)
            if unit.parent is not None:
                self._children[unit.parent].append(unit)
        for post in self.posts.values():
            self._posts_of[post.staff].append(post)
            self._posts_in[post.unit].append(post)
        for delegation in self.delegations:
            self._delegated_to[delegation.to].append(delegation)
            self._delegated_of[delegation.post].append(delegation)
        for absence in self.absences:
            self._absences_of[absence.staff].append(absence)
            if absence.substitute is not None:
                self._covered_by[absence.substitute].append(absence)
        for duty in duties:
            self._duties[duty.township, duty.category].append(duty)

    # Tenants and units -------------------------------------------------------------------------------------------

    def by_token(self, token: str) -> Township | None:
        """The tenant that owns a bus token."""
        return self._by_token.get(token)

    def district(self) -> Township | None:
        """The district's own tenant row."""
        return next((row for row in self.townships.values() if row.kind is TownshipKind.DISTRICT), None)

    def live(self, code: TownshipCode) -> bool:
        """Whether a township takes matters."""
        row = self.townships.get(code)
        return row is not None and row.live

    def units_in(self, township: TownshipCode, at: datetime) -> tuple[Unit, ...]:
        """The units of a township at a moment."""
        day = law_day(at)
        return tuple(unit for unit in self._in_township.get(township, ()) if unit.holds(day))

    def units_of_office(self, township: TownshipCode, office: OfficeId, at: datetime) -> tuple[Unit, ...]:
        """The units of a township that work with an office's module."""
        return tuple(unit for unit in self.units_in(township, at) if unit.office == office)

    def office_unit(self, township: TownshipCode, office: OfficeId, at: datetime) -> Unit | None:
        """The unit that an office has in a township, the oldest if it has several."""
        units = self.units_of_office(township, office, at)
        return min(units, key=lambda unit: (unit.valid_from, unit.id), default=None)

    def title(self, unit: UnitId | str | None) -> str:
        """What a unit is called wherever somebody reads it: with its township where another unit has the same name, and
        with its code where that is in the same township; empty for an unknown one."""
        row = self.units.get(UnitId(unit)) if unit else None
        if row is None:
            return ""
        if self._named[row.name] < 2:
            return row.name
        place = self.townships.get(row.township)
        title = f"{place.name}{row.name}" if place is not None and not row.name.startswith(place.name) else row.name
        return f"{title}（{row.code}）" if self._named_in[row.township, row.name] > 1 and row.code else title

    def subtree(self, unit: UnitId) -> frozenset[UnitId]:
        """A unit and all below it, ended ones too."""
        found: set[UnitId] = set()
        open_: list[UnitId] = [unit] if unit in self.units else []
        while open_:
            here = open_.pop()
            if here not in found:
                found.add(here)
                open_.extend(child.id for child in self._children.get(here, ()))
        return frozenset(found)

    def ancestry(self, unit: UnitId) -> Iterator[Unit]:
        """A unit and all above it, from the bottom to the top."""
        seen: set[UnitId] = set()
        here: UnitId | None = unit
        while here is not None and here in self.units and here not in seen:
            seen.add(here)
            yield self.units[here]
            here = self.units[here].parent

    def duties(self, township: TownshipCode, category: str) -> tuple[Duty, ...]:
        """The duty list's lines for a category: the township's own, else the district's."""
        own = self._duties.get((township, category))
        if own:
            return tuple(own)
        row = self.townships.get(township)
        return tuple(self._duties.get((row.district_code, category), ())) if row else ()

    # People ------------------------------------------------------------------------------------------------------

    def posts_of(self, staff: StaffId, at: datetime) -> tuple[Post, ...]:
        """The posts that somebody holds at a moment, in units that stand."""
        person = self.staff.get(staff)
        day = law_day(at)
        if person is None or not person.holds(day):
            return ()
        return tuple(post for post in self._posts_of.get(staff, ()) if post.holds(day) and self._stands(post.unit, at))

    def held(self, staff: StaffId, day: date) -> tuple[Post, ...]:
        """The posts of somebody that have not ended by a day, those that begin later too."""
        return tuple(post for post in self._posts_of.get(staff, ()) if post.valid_to is None or day < post.valid_to)

    def seats(self, unit: UnitId, day: date) -> tuple[Post, ...]:
        """The posts of a unit that have not ended by a day."""
        return tuple(post for post in self._posts_in.get(unit, ()) if post.valid_to is None or day < post.valid_to)

    def children(self, unit: UnitId, day: date) -> tuple[Unit, ...]:
        """The units right below one that stand on a day."""
        return tuple(row for row in self._children.get(unit, ()) if row.holds(day))

    def posts_in(self, unit: UnitId, at: datetime, *roles: str) -> tuple[Post, ...]:
        """The posts held in a unit at a moment, of these roles or of any."""
        day = law_day(at)
        if not self._stands(unit, at):
            return ()
        return tuple(
            post
            for post in self._posts_in.get(unit, ())
            if post.holds(day) and (not roles or post.role in roles) and self.serves(post.staff, at)
        )

    def staff_with(self, township: TownshipCode, role: str, at: datetime) -> tuple[StaffId, ...]:
        """Who holds a role anywhere in a township."""
        found = {post.staff for unit in self.units_in(township, at) for post in self.posts_in(unit.id, at, role)}
        return tuple(sorted(found))

    def serves(self, staff: StaffId, at: datetime) -> bool:
        """Whether somebody belongs to the staff at a moment."""
        person = self.staff.get(staff)
        return person is not None and person.holds(law_day(at))

    def absence(self, staff: StaffId, at: datetime) -> Absence | None:
        """The absence that keeps somebody away at a moment."""
        return next((row for row in self._absences_of.get(staff, ()) if row.holds(at)), None)

    def absences_of(self, staff: StaffId, at: datetime) -> tuple[Absence, ...]:
        """The absences of somebody that run or are still to come."""
        return tuple(row for row in self._absences_of.get(staff, ()) if row.to_at is None or at < row.to_at)

    def given_to(self, staff: StaffId, day: date) -> tuple[Delegation, ...]:
        """What was given to somebody in writing and has not ended by a day."""
        return tuple(row for row in self._delegated_to.get(staff, ()) if day < (row.valid_to or date.max))

    def given_by(self, post: str, day: date) -> tuple[Delegation, ...]:
        """What a post gave in writing that has not ended by a day."""
        return tuple(row for row in self._delegated_of.get(post, ()) if day < (row.valid_to or date.max))

    def delegations_of(self, post: str, at: datetime) -> tuple[Delegation, ...]:
        """What a post has given away in writing at a moment."""
        day = law_day(at)
        return tuple(row for row in self._delegated_of.get(post, ()) if row.holds(day))

    def stands_for(self, staff: StaffId, at: datetime) -> frozenset[StaffId]:
        """Those whose absence somebody covers at a moment."""
        return frozenset(
            row.staff for row in self._covered_by.get(staff, ()) if row.holds(at) and self.serves(row.staff, at)
        )

    def views_of(self, staff: StaffId, at: datetime) -> tuple[PostView, ...]:
        """All that somebody holds at a moment: their posts, those they stand in for, and what was delegated to them.

        The keepers' roles (三员) and the designated person's are personal: nobody stands in for them.
        """
        if not self.serves(staff, at):
            return ()
        day = law_day(at)
        gone = self.absence(staff, at) is not None
        views = [self._view(post) for post in self.posts_of(staff, at)]
        for away in sorted(self.stands_for(staff, at)):
            views += [self._view(post, stands_for=away) for post in self.posts_of(away, at) if _can_be_covered(post)]
        for row in self._delegated_to.get(staff, ()):
            post = self.posts.get(row.post)
            if post is None or not row.holds(day) or not _can_be_covered(post):
                continue
            if post in self.posts_of(post.staff, at):
                views.append(self._view(post, stands_for=post.staff, powers=row.powers, number=row.number))
        return tuple(replace(view, away=True) for view in views) if gone else tuple(views)

    def _view(
        self,
        post: Post,
        *,
        stands_for: StaffId | None = None,
        powers: frozenset[str] | None = None,
        number: str = "",
    ) -> PostView:
        unit = self.units[post.unit]
        return PostView(
            unit_id=unit.id,
            township=unit.township,
            office=unit.office,
            role=post.role,
            organ=unit.organ,
            covers=self._covers(unit, post.role),
            powers=powers,
            stands_for=stands_for,
            number=number,
        )

    def _covers(self, unit: Unit, role: str) -> frozenset[UnitId]:
        if role == Role.HEAD:
            return self.subtree(unit.id)
        if role == Role.ORGAN_HEAD:
            return frozenset(row.id for row in self._in_township[unit.township] if row.organ == unit.organ)
        return frozenset({unit.id})

    def _stands(self, unit: UnitId, at: datetime) -> bool:
        row = self.units.get(unit)
        return row is not None and row.holds(law_day(at))


_PERSONAL = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR, Role.DESIGNATED})


def _can_be_covered(post: Post) -> bool:
    return post.role not in _PERSONAL
