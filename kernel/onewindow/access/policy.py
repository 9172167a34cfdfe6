"""The one place that decides: may this person do this to that; and what of a list they may see."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from onewindow.access.actions import RULES, Action
from onewindow.access.principal import Decision, Principal, Target
from onewindow.access.table import FALLBACK, TABLE, Scope
from onewindow.i18n import _
from onewindow.office.types import StaffId, TownshipCode, UnitId
from onewindow.organisation.powers import POWERS
from onewindow.organisation.powers import Reach as Level
from onewindow.organisation.roles import KEEPERS, Role, separated
from onewindow.organisation.snapshot import PostView

NOT_YOURS = _("不在您的权限范围内")
NOT_SEPARATED = _("系统、安全、审计管理员不得兼任其他岗位，请先调整岗位")
NOT_BY_HANDLER = _("承办人不能办理这一步，请由未经办该事项的人员办理")
RECUSING = _("回避申请决定以前，不能办理本件")
AWAY = _("您登记为离岗，离岗期间不能签署；已经返岗的，先结束离岗登记")
USE_SEALED = _("密件的个人信息须按密件查看")


def decide(principal: Principal, action: Action, target: Target) -> Decision:
    """Whether somebody may take an action on a target, whether they may know of it, and why not."""
    rule = RULES[action]
    if not separated(principal.roles):
        return Decision(False, not rule.on_case, NOT_SEPARATED)
    if not rule.on_case:
        allowed = any(_within(principal, action, target))
        return Decision(allowed, True, None if allowed else NOT_YOURS)
    if not _admitted(principal, target):
        return Decision(False, False, NOT_YOURS)
    allowed = any(_within(principal, action, target))
    visible = allowed or any(_within(principal, Action.CASE_READ, target))
    if not allowed:
        gone = action in POWERS and any(post.away for post in principal.posts)
        return Decision(False, visible, AWAY if gone else NOT_YOURS)
    if rule.by_non_handler and principal.staff_id in target.handled_by | target.officer_ids:
        return Decision(False, visible, NOT_BY_HANDLER)
    if principal.staff_id in target.recusing_ids and not RULES[action].looks:
        return Decision(False, visible, RECUSING)
    if action is Action.CASE_REVEAL and target.sealed:
        return Decision(False, visible, USE_SEALED)
    return Decision(True)


def may_ever(principal: Principal, action: Action) -> bool:
    """Whether somebody has this permission for anything at all: what a menu shows."""
    if not separated(principal.roles):
        return False
    row = TABLE[action]
    roles = {post.role for post in principal.posts if post.grants(action)}
    if principal.fallback_for and not _keeps(principal):
        roles.add(FALLBACK)
    return any(role in row for role in roles)


def capacities(principal: Principal, target: Target) -> frozenset[str]:
    """In which capacities somebody stands to an assignment: what `by=` of an office's action is compared with.

    "handler", "head", "organ_head" and "director" follow the table; "other" is somebody who may see the case and never
    handled it, "paper_entry" who moreover enters what a party signed on paper; a role that an office declares counts in
    the units of the assignment.
    """
    if not separated(principal.roles) or not _admitted(principal, target):
        return frozenset()
    if principal.staff_id in target.recusing_ids:
        return frozenset()
    found: set[str] = set()
    if any(_within(principal, Action.ASSIGNMENT_ACT, target, but=frozenset({Role.HEAD}))):
        found.add(Role.HANDLER)
    if principal.staff_id in target.designated_ids:
        found.add(Role.DESIGNATED)
    for post in _posts(principal, target):
        if post.role != Role.HANDLER and _stands_here(post, target):
            me = post.stands_for if post.stands_for is not None else principal.staff_id
            if _signs(principal, post, me, _BY_DELEGATION.get(post.role, ""), target):
                found.add(post.role)
    handled = principal.staff_id in target.handled_by | target.officer_ids
    if not handled and any(_within(principal, Action.CASE_READ, target)):
        found.add("other")
        if decide(principal, Action.CASE_PARTY_PAPER, target).allowed:
            found.add("paper_entry")
    return frozenset(found)


# What a written authorisation lets somebody be in an office's procedure.
_BY_DELEGATION: dict[str, str] = {
    Role.ORGAN_HEAD: "extension.approve",
    Role.HEAD: "answer.approve",
    Role.DIRECTOR: "slip.sign",
}
_KNOWN = frozenset(str(role) for role in Role)
_LEADING = frozenset({Role.HEAD, Role.ORGAN_HEAD, Role.DIRECTOR})


def _stands_here(post: PostView, target: Target) -> bool:
    """Whether a post's role counts for an assignment: a leading one, or one that an office declared."""
    if post.role in _KNOWN and post.role not in _LEADING:
        return False
    if post.powers is not None and not post.powers & {_BY_DELEGATION.get(post.role, "")}:
        return False
    if post.role == Role.DIRECTOR:
        return post.township == target.township
    return bool(target.unit_ids & post.covers)


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody may see of a list, for a query's conditions; `admits` is the same as plain Python.

    An unsealed case is in reach if any of the conditions holds; a sealed one only if the person moreover is its officer
    or one of its designated. Never one that excludes the person (`staff_id`), a unit where they are `posted`, or
    whoever they stand in for.
    """

    staff_id: StaffId
    posted: frozenset[UnitId] = frozenset()
    everything: bool = False
    escalated: bool = False
    townships: frozenset[TownshipCode] = frozenset()
    supervised: frozenset[TownshipCode] = frozenset()
    window: frozenset[TownshipCode] = frozenset()
    units: frozenset[UnitId] = frozenset()
    open_units: frozenset[UnitId] = frozenset()
    officers: frozenset[StaffId] = frozenset()
    registered_at: frozenset[UnitId] = frozenset()
    registered_by: frozenset[StaffId] = frozenset()
    designated: bool = False
    stands_for: StaffId | None = None

    @property
    def nothing(self) -> bool:
        """Whether no case can be in reach."""
        skip = {"staff_id", "posted", "stands_for"}
        return not any(getattr(self, spec.name) for spec in fields(self) if spec.name not in skip)

    def holds(self, target: Target) -> bool:
        """Whether one of the conditions holds, exclusions and sealing left aside."""
        return (
            self.everything
            or (self.escalated and target.escalated)
            or target.township in self.townships
            or (target.supervised and target.township in self.supervised)
            or (target.at_window and target.township in self.window)
            or bool(target.unit_ids & self.units)
            or bool(target.officer_ids & self.officers)
            or (not target.officer_ids and bool(target.unit_ids & self.open_units))
            or target.registered_unit in self.registered_at
            or target.registered_by in self.registered_by
            or (self.designated and target.sealed and self.staff_id in target.designated_ids)
        )

    def admits(self, target: Target) -> bool:
        """Whether a case is in reach."""
        if self.staff_id in target.excluded_ids or self.posted & target.excluded_units:
            return False
        if self.stands_for is not None and self.stands_for in target.excluded_ids:
            return False
        if target.sealed and self.staff_id not in target.designated_ids | target.officer_ids:
            return False
        return self.holds(target)


def reach(principal: Principal, action: Action = Action.CASE_LIST) -> tuple[Reach, ...]:
    """All that somebody may see: a case is in the list if any part admits it.

    The first part is what they hold in their own right; there is one more for each person they stand in for, because
    that person's exclusion from a case voids it.
    """
    if not separated(principal.roles):
        return (Reach(principal.staff_id),)
    posted = frozenset(post.unit_id for post in principal.own_posts)
    people: list[StaffId | None] = [
        None,
        *sorted({post.stands_for for post in principal.posts if post.stands_for is not None}),
    ]
    parts = []
    for person in people:
        merged: dict[Scope, list[PostView]] = {}
        for post in principal.posts:
            if post.stands_for == person and post.grants(action):
                for scope in TABLE[action].get(post.role, ()):
                    merged.setdefault(scope, []).append(post)
        parts.append(_part(principal, action, posted, person, merged))
    return (parts[0], *(part for part in parts[1:] if not part.nothing))


def _part(
    principal: Principal,
    action: Action,
    posted: frozenset[UnitId],
    person: StaffId | None,
    merged: dict[Scope, list[PostView]],
) -> Reach:
    me = person if person is not None else principal.staff_id

    def townships(scope: Scope) -> frozenset[TownshipCode]:
        return frozenset(post.township for post in merged.get(scope, ()))

    def covered(scope: Scope) -> frozenset[UnitId]:
        return frozenset(unit for post in merged.get(scope, ()) for unit in post.covers)

    named = person is None and not _keeps(principal)
    fallback = principal.fallback_for if named and FALLBACK in TABLE[action] else frozenset()
    return Reach(
        staff_id=principal.staff_id,
        posted=posted,
        everything=Scope.ALL in merged,
        escalated=Scope.ESCALATED in merged,
        townships=townships(Scope.TOWNSHIP) | fallback,
        supervised=townships(Scope.SUPERVISED),
        window=townships(Scope.WINDOW),
        units=covered(Scope.UNIT),
        open_units=covered(Scope.ASSIGNED),
        officers=frozenset({me}) if Scope.ASSIGNED in merged else frozenset(),
        registered_at=frozenset(post.unit_id for post in merged.get(Scope.OWN_UNIT, ())),
        registered_by=frozenset({me}) if Scope.OWN in merged else frozenset(),
        designated=named and bool(posted) and Role.DESIGNATED in TABLE[action],
        stands_for=person,
    )


def _admitted(principal: Principal, target: Target) -> bool:
    """Whether somebody may know of a case at all: not complained about in it, and for a sealed one named in it."""
    if principal.staff_id in target.excluded_ids:
        return False
    if any(post.unit_id in target.excluded_units for post in principal.own_posts):
        return False
    return not target.sealed or principal.staff_id in target.designated_ids | target.officer_ids


def _posts(principal: Principal, target: Target) -> Iterator[PostView]:
    """The posts that count here: not those held for somebody whom the matter is about."""
    for post in principal.posts:
        if post.stands_for is None or post.stands_for not in target.excluded_ids:
            yield post


def _within(
    principal: Principal, action: Action, target: Target, *, but: frozenset[str] = frozenset()
) -> Iterator[bool]:
    """One True for each way in which somebody has this permission here."""
    row = TABLE[action]
    for post in _posts(principal, target):
        if post.role == Role.DESIGNATED or post.role in but or not post.grants(action):
            continue
        me = post.stands_for if post.stands_for is not None else principal.staff_id
        for scope in row.get(post.role, ()):
            if _in_scope(scope, post, me, target) and _signs(principal, post, me, action, target):
                yield True
    if _keeps(principal):
        return
    if FALLBACK in row and target.township in principal.fallback_for:
        yield True
    if Role.DESIGNATED in row and target.sealed and principal.own_posts and principal.staff_id in target.designated_ids:
        yield True


_NEAREST = frozenset({Level.UNIT, Level.ORGAN})


def _signs(principal: Principal, post: PostView, me: StaffId, power: str, target: Target) -> bool:
    """Whether somebody may sign here in this post; an action that is no power to sign is not asked about.

    For the powers of a unit or an organ the nearest level decides (`signing.who_may`); those of a township or the
    district reach as far as the post's own scope. Whoever a matter was given to by name signs for it.
    """
    rule = POWERS.get(power)
    if rule is None or post.role not in rule.roles:
        return True
    if not post.grants(power):
        return False
    if principal.signing is None or rule.reach not in _NEAREST or not target.unit_ids or me in target.officer_ids:
        return True
    return principal.signing.may(principal.staff_id, power, target)


def _keeps(principal: Principal) -> bool:
    """Whether somebody keeps the system (三员): naming them for a matter gives them no business in it."""
    return bool(principal.roles & KEEPERS)


def _in_scope(scope: Scope, post: PostView, me: StaffId, target: Target) -> bool:
    here = target.township == post.township
    match scope:
        case Scope.ALL:
            return True
        case Scope.ESCALATED:
            return target.escalated
        case Scope.TOWNSHIP:
            return here
        case Scope.SUPERVISED:
            return here and target.supervised
        case Scope.WINDOW:
            return here and target.at_window
        case Scope.UNIT:
            return bool(target.unit_ids & post.covers)
        case Scope.ASSIGNED:
            return me in target.officer_ids or (not target.officer_ids and bool(target.unit_ids & post.covers))
        case Scope.OWN_UNIT:
            return target.registered_unit == post.unit_id
        case Scope.OWN:
            return target.registered_by == me
        case Scope.DESIGNATED:
            return False
