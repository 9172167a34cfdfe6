"""People and their authority over time: authorisations, absences, leavers, changed units; each call checked here."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from onewindow.access import guard
from onewindow.access.accounts import Accounts, close_accounts
from onewindow.access.actions import Action
from onewindow.access.policy import reach
from onewindow.access.principal import Principal, Target
from onewindow.errors import BadInput, NotFound, Refused
from onewindow.i18n import _
from onewindow.office.types import StaffId, TownshipCode, UnitId, law_day
from onewindow.organisation import log, readiness, service
from onewindow.organisation.cache import OrganisationCache, load
from onewindow.organisation.powers import POWERS
from onewindow.organisation.roles import KEEPERS, Role
from onewindow.organisation.rows import Absence, Delegation, Post, Unit
from onewindow.organisation.signing import Signatory, who_may
from onewindow.organisation.snapshot import Organisation
from onewindow.registry.keys import Once, kept
from onewindow.routing import handover, listing
from onewindow.routing.context import Kernel
from onewindow.store import Store
from onewindow.store.tx import Tx

T = TypeVar("T")
YEARS = range(1990, 2200)


@dataclass(frozen=True, slots=True)
class Left:
    """What came of somebody's leaving: accounts closed, work handed over, and live townships that now lack somebody."""

    accounts: int
    to_successor: int
    to_queue: int
    lacking: tuple[str, ...]


class Personnel:
    """What those who answer for people do about posts, authorisations, absences and leavers."""

    def __init__(self, store: Store, kernel: Kernel, organisation: OrganisationCache, accounts: Accounts):
        self._store = store
        self._kernel = kernel
        self._organisation = organisation
        self._accounts = accounts

    # Units -----------------------------------------------------------------------------------------------------------

    async def change_unit(
        self,
        principal: Principal | None,
        unit: str,
        *,
        name: str | None = None,
        organ: str | None = None,
        code: str | None = None,
    ) -> Unit:
        """Rename a unit, say for which organ it acts, or give it the code that it lacks."""
        who, row = self._managed(principal, Action.TOWNSHIP_MANAGE, unit)
        day = law_day(self._kernel.now())

        def work(tx: Tx) -> None:
            service.change_unit(tx, row.id, day, name=name, organ=organ, code=code)
            named = [key for key, value in (("name", name), ("organ", organ), ("code", code)) if value is not None]
            self._note(tx, who, "unit.changed", row.id, fields=named)

        await self._change(work)
        return self._kernel.organisation().units[row.id]

    async def end_unit(self, principal: Principal | None, unit: str) -> None:
        """Close a unit from today on: nobody works there, nothing stands below it, and nothing waits for it.

        Raises:
            Refused: there still is somebody or something; it says what.
        """
        who, row = self._managed(principal, Action.TOWNSHIP_MANAGE, unit)
        day = law_day(self._kernel.now())

        def work(tx: Tx) -> None:
            service.end_unit(tx, row.id, day)
            if handover.waits_for(tx, row.id):
                raise Refused(_("单位名下还有未办结的交办，不能撤销"), rule="end-unit", remedy=_("先办结或改派"))
            self._note(tx, who, "unit.ended", row.id)

        await self._change(work)

    # Who may sign ----------------------------------------------------------------------------------------------------

    def signatories(
        self, principal: Principal | None, power: str, unit: str, at: datetime | None = None
    ) -> tuple[Signatory, ...]:
        """Who may sign for a unit at a moment (now, where none is given): the answer of `signing.who_may`."""
        who = guard.require_staff(principal)
        row = self._unit(unit)
        if not guard.permits(who, Action.USER_READ):
            guard.require(who, Action.USER_READ, Target.of_unit(row.township, row.id))
        if power not in POWERS:
            raise BadInput(_("没有这项签署权限"), field="power", remedy=_("从列表中选择"))
        return who_may(power, row.id, _sane(at or self._kernel.now(), "at"), self._kernel.organisation())

    # Authorisations --------------------------------------------------------------------------------------------------

    def delegations(
        self, principal: Principal | None, *, staff: str | None = None, after: str | None = None, limit: int = 50
    ) -> list[Delegation]:
        """The authorisations that have not ended, given by or to somebody or by anybody, as far as the asker sees them;
        one more than `limit` if there are more."""
        who = guard.require_staff(principal)
        organisation, day = self._kernel.organisation(), law_day(self._kernel.now())

        def concerns(row: Delegation) -> bool:
            return staff is None or staff in (row.to, organisation.posts[row.post].staff)

        found = [row for row in organisation.delegations if day < (row.valid_to or date.max) and concerns(row)]
        seen = [row for row in found if self._sees(who, organisation.posts[row.post])]
        return self._page(seen, after, limit)

    async def delegate(
        self,
        principal: Principal | None,
        *,
        post: str,
        to: str,
        powers: Collection[str],
        number: str,
        valid_from: date | None,
        valid_to: date,
        key: str | None = None,
    ) -> str:
        """Enter a written authorisation: somebody signs for a post from a day up to, not including, another.

        Raises:
            BadInput: no end, a power that the post does not have, or the holder's own name.
        """
        who, row, _unit = self._post(principal, Action.DELEGATION_MANAGE, post)
        self._somebody(to, "to")
        if to == who.staff_id:
            raise Refused(_("不能把权限登记给自己"), rule="own-authority", remedy=_("请授权人或区管理员登记"))
        start = valid_from or law_day(self._kernel.now())
        if "\0" in number:
            raise BadInput(_("含有不能保存的字符"), field="number")

        def work(tx: Tx) -> str:
            made = service.delegate(
                tx, post=row.id, to=StaffId(to), powers=powers, number=number, valid_from=start, valid_to=valid_to
            )
            self._note(
                tx, who, "delegation.given", made, post=row.id, to=to, powers=sorted(powers), until=str(valid_to)
            )
            return made

        body = [post, to, sorted(powers), number, str(start), str(valid_to)]
        return await self._change(work, Once.of(key, who.staff_id, "delegation", body))

    async def end_delegation(self, principal: Principal | None, delegation: str) -> None:
        """Withdraw an authorisation: from this moment it signs nothing."""
        guard.require_staff(principal)
        organisation = self._kernel.organisation()
        row = next((each for each in organisation.delegations if each.id == delegation), None)
        if row is None:
            raise NotFound()
        who, _held, _unit = self._post(principal, Action.DELEGATION_MANAGE, row.post)

        def work(tx: Tx) -> None:
            service.end_delegation(tx, delegation, law_day(self._kernel.now()))
            self._note(tx, who, "delegation.ended", delegation, post=row.post)

        await self._change(work)

    # Absences --------------------------------------------------------------------------------------------------------

    def absences(
        self, principal: Principal | None, *, staff: str | None = None, after: str | None = None, limit: int = 50
    ) -> list[Absence]:
        """The absences that run or are to come, as far as the asker sees them; one more than `limit` if there are."""
        who = guard.require_staff(principal)
        organisation, now = self._kernel.organisation(), self._kernel.now()
        found = [row for row in organisation.absences if row.to_at is None or now < row.to_at]
        found = [row for row in found if staff is None or row.staff == staff]
        seen = [row for row in found if any(self._sees(who, p) for p in organisation.held(row.staff, law_day(now)))]
        return self._page(seen, after, limit)

    async def note_absence(
        self,
        principal: Principal | None,
        *,
        staff: str,
        from_at: datetime | None,
        to_at: datetime | None,
        substitute: str | None,
        key: str | None = None,
    ) -> str:
        """Enter that somebody is away, and who covers them meanwhile."""
        who = self._over(principal, Action.ABSENCE_MANAGE, staff)
        if substitute:
            self._somebody(substitute, "substitute")
            if substitute == who.staff_id:
                raise Refused(_("不能把自己登记为代岗人"), rule="own-authority", remedy=_("请其他有权人员登记"))
            if to_at is None:
                raise BadInput(
                    _("有代岗人的离岗须写明结束时间"), field="to_at", remedy=_("填预计返岗时间，可以提前结束或再登记")
                )
        start = _sane(from_at or self._kernel.now(), "from_at")
        if to_at is not None:
            _sane(to_at, "to_at")

        def work(tx: Tx) -> str:
            cover = StaffId(substitute) if substitute else None
            made = service.note_absence(tx, staff=StaffId(staff), from_at=start, to_at=to_at, substitute=cover)
            self._note(tx, who, "absence.noted", staff, absence=made, substitute=substitute)
            return made

        body = [staff, from_at and from_at.isoformat(), to_at and to_at.isoformat(), substitute]
        return await self._change(work, Once.of(key, who.staff_id, "absence", body))

    async def end_absence(self, principal: Principal | None, absence: str) -> None:
        """Somebody is back: from this moment they sign again, and their cover does not."""
        guard.require_staff(principal)
        row = next((each for each in self._kernel.organisation().absences if each.id == absence), None)
        if row is None:
            raise NotFound()
        who = self._over(principal, Action.ABSENCE_MANAGE, row.staff)

        def work(tx: Tx) -> None:
            service.end_absence(tx, absence, self._kernel.now())
            self._note(tx, who, "absence.ended", row.staff, absence=absence)

        await self._change(work)

    # Leavers ---------------------------------------------------------------------------------------------------------

    async def in_hand(
        self, principal: Principal | None, staff: str, *, after: str | None = None, limit: int = 50
    ) -> listing.Page:
        """What somebody has in hand, as far as the asker may see each matter."""
        who = guard.require_staff(principal)
        parts, organisation = reach(who), self._kernel.organisation()
        return await self._store.read(
            lambda c: handover.in_hand(c, parts, organisation, StaffId(staff), after=after, limit=limit)
        )

    async def leave(
        self, principal: Principal | None, staff: str, *, successor: str | None = None, key: str | None = None
    ) -> Left:
        """Somebody leaves, this moment: posts and authorisations end, accounts close and their sessions with them, and
        what they had in hand goes to the successor or to the queues of its units. One transaction; nothing is deleted.

        Raises:
            Refused: a township still names them, or they are the last keeper of their kind.
            BadInput: a successor who is none of the staff, keeps the system, or works for none of the leaver's units.
        """
        who = guard.require(principal, Action.STAFF_LEAVE)
        self._somebody(staff, "staff")
        person, at = StaffId(staff), self._kernel.now()

        def work(tx: Tx) -> list[Any]:
            tx.flush()
            organisation = load(tx.conn)
            _may_leave(organisation, person, at)
            heir = StaffId(successor) if successor else None
            if heir is not None:
                _may_succeed(organisation, person, heir, at)
            done = handover.hand_over(tx, self._kernel, organisation, person, heir, who.staff_id, at)
            service.end_staff(tx, person, law_day(at))
            closed = close_accounts(tx, person)
            counts = {"to_successor": done.to_successor, "to_queue": done.to_queue}
            self._note(tx, who, "staff.left", staff, successor=successor, **counts)
            return [closed, done.to_successor, done.to_queue]

        made = await self._change(work, Once.of(key, who.staff_id, "leave", [staff, successor]))
        for account in made[0]:
            self._accounts.sessions.forget_account(account)
        return Left(len(made[0]), made[1], made[2], self._lacking())

    def _lacking(self) -> tuple[str, ...]:
        organisation, at = self._kernel.organisation(), self._kernel.now()
        return tuple(
            t.code for t in organisation.townships.values() if t.live and readiness.missing(organisation, t.code, at)
        )

    def lacks(self, principal: Principal | None, township: str) -> tuple[readiness.Lack, ...]:
        """What a township lacks before it may take matters; for anybody of the staff."""
        guard.require_staff(principal)
        organisation = self._kernel.organisation()
        if TownshipCode(township) not in organisation.townships:
            raise NotFound()
        return readiness.missing(organisation, TownshipCode(township), self._kernel.now())

    # The log ---------------------------------------------------------------------------------------------------------

    async def changes(
        self, principal: Principal | None, *, subject: str | None = None, after: str | None = None, limit: int = 50
    ) -> list[log.Change]:
        """What was done to the organisation, newest first; for the auditor. One more than `limit` if there are more."""
        guard.require(principal, Action.AUDIT_READ)
        return await self._store.read(lambda c: log.changes(c, subject=subject, after=after, limit=limit))

    # Parts -----------------------------------------------------------------------------------------------------------

    def _unit(self, unit: str) -> Unit:
        row = self._kernel.organisation().units.get(UnitId(unit))
        if row is None:
            raise NotFound()
        return row

    def _managed(self, principal: Principal | None, action: Action, unit: str) -> tuple[Principal, Unit]:
        guard.require_staff(principal)
        row = self._unit(unit)
        return guard.require(principal, action, Target.of_unit(row.township, row.id)), row

    def _post(self, principal: Principal | None, action: Action, post: str) -> tuple[Principal, Post, Unit]:
        guard.require_staff(principal)
        row = self._kernel.organisation().posts.get(post)
        if row is None:
            raise NotFound()
        unit = self._unit(row.unit)
        return guard.require(principal, action, Target.of_unit(unit.township, unit.id)), row, unit

    def _over(self, principal: Principal | None, action: Action, staff: str) -> Principal:
        """Go on only if this person may do this about somebody: in every place where they hold a post."""
        who = guard.require_staff(principal)
        self._somebody(staff, "staff")
        organisation = self._kernel.organisation()
        posts = organisation.held(StaffId(staff), law_day(self._kernel.now()))
        if not posts:
            return guard.require(who, action)
        for post in posts:
            unit = organisation.units[post.unit]
            guard.require(who, action, Target.of_unit(unit.township, unit.id))
        return who

    def _somebody(self, staff: str, field: str) -> None:
        if StaffId(staff) not in self._kernel.organisation().staff:
            if field == "staff":
                raise NotFound(_("没有这名人员"))
            raise BadInput(_("没有这名人员"), field=field, remedy=_("从列表中选择"))

    def _sees(self, who: Principal, post: Post) -> bool:
        unit = self._kernel.organisation().units[post.unit]
        return guard.permits(who, Action.USER_READ, Target.of_unit(unit.township, unit.id))

    @staticmethod
    def _page(rows: Sequence[Any], after: str | None, limit: int) -> list[Any]:
        ordered = sorted(rows, key=lambda row: row.id)
        return [row for row in ordered if after is None or row.id > after][: limit + 1]

    def _note(self, tx: Tx, who: Principal, what: str, subject: str, **data: Any) -> None:
        log.note(tx, at=self._kernel.now(), actor=who.staff_id, what=what, subject=subject, **data)

    async def _change(self, work: Callable[[Tx], T], once: Once | None = None) -> T:
        return await self._organisation.change(kept(work, self._kernel.vault, once, self._kernel.now()))


def _sane(at: datetime, field: str) -> datetime:
    """An instant of the years in which anybody here works."""
    if at.year not in YEARS:
        raise BadInput(_("时间不在合理范围内"), field=field, remedy=_("核对年份"))
    return at


def _may_leave(organisation: Organisation, staff: StaffId, at: datetime) -> None:
    if not organisation.serves(staff, at):
        raise Refused(_("已经离任"), rule="left")
    named = [t for t in organisation.townships.values() if staff in (t.window_fallback, t.secret)]
    if named:
        raise Refused(
            _("{township}仍指定此人为窗口后备人或密件指定人，不能办理离任"),
            rule="still-named",
            remedy=_("先在镇街页面另行指定"),
            township=named[0].name,
        )
    for post in organisation.posts_of(staff, at):
        if post.role in KEEPERS:
            others = [p for p in organisation.posts.values() if p.role == post.role and p.staff != staff]
            if not any(p in organisation.posts_of(p.staff, at) for p in others):
                raise Refused(_("系统、安全、审计管理员各至少保留一名"), rule="last-keeper", remedy=_("先任命接替人员"))


def _may_succeed(organisation: Organisation, staff: StaffId, heir: StaffId, at: datetime) -> None:
    field = "successor"
    if heir == staff:
        raise BadInput(_("接手人不能是本人"), field=field)
    posts = organisation.posts_of(heir, at)
    if not posts or any(post.role in KEEPERS or post.role == Role.DESIGNATED for post in posts):
        raise BadInput(_("接手人须是在任的承办人员"), field=field, remedy=_("从同一单位中选择"))
    units = {post.unit for post in organisation.posts_of(staff, at)}
    if not units & {post.unit for post in posts}:
        raise BadInput(_("接手人不在同一单位"), field=field, remedy=_("从同一单位中选择，或交回单位待办"))
