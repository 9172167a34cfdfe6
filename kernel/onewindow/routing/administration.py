"""Administration of people and places: townships, units, users and posts, each call checked against the policy here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from onewindow.access import guard, passwords
from onewindow.access.accounts import Accounts, create_account
from onewindow.access.actions import Action
from onewindow.access.principal import Principal, Target
from onewindow.access.tables import ACCOUNT
from onewindow.errors import BadInput, NotFound, Refused
from onewindow.i18n import _
from onewindow.office.types import OfficeId, StaffId, TownshipCode, UnitId, law_day
from onewindow.organisation import log, service
from onewindow.organisation.cache import OrganisationCache
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import Post, Staff, Township, TownshipKind, Unit, UnitKind
from onewindow.registry.keys import Once, kept
from onewindow.routing.context import Kernel
from onewindow.store import Store
from onewindow.store.tx import Tx

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Login:
    """The account by which somebody logs in, without its password."""

    id: str
    login: str
    active: bool
    must_change: bool


@dataclass(frozen=True, slots=True)
class User:
    """Somebody of the staff with their posts that stand and their account."""

    staff: Staff
    posts: tuple[Post, ...]
    login: Login | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A new user, with the password that is shown once."""

    staff: StaffId
    account: str
    login: str
    password: str


class Administration:
    """What administrators do about people and places."""

    def __init__(self, store: Store, kernel: Kernel, organisation: OrganisationCache, accounts: Accounts):
        self._store = store
        self._kernel = kernel
        self._organisation = organisation
        self._accounts = accounts

    # Townships and units: what there is of them is public ------------------------------------------------------------

    def townships(self, *, after: str | None = None, limit: int = 50) -> list[Township]:
        """The townships by their code, one more than `limit` if there are more."""
        found = sorted(self._kernel.organisation().townships.values(), key=lambda row: row.code)
        return [row for row in found if after is None or row.code > after][: limit + 1]

    def units(
        self,
        *,
        township: str | None = None,
        q: str = "",
        kind: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> list[Unit]:
        """The units that stand, by id, one more than `limit` if there are more; `q` is a part of a name, or how a code
        begins."""
        organisation, day = self._kernel.organisation(), law_day(self._kernel.now())
        found = [unit for unit in organisation.units.values() if unit.holds(day)]
        if township is not None:
            found = [unit for unit in found if unit.township == township]
        if q:
            found = [u for u in found if q in u.name or q in organisation.title(u.id) or (u.code or "").startswith(q)]
        if kind is not None:
            found = [unit for unit in found if unit.kind == kind]
        found.sort(key=lambda unit: unit.id)
        return [unit for unit in found if after is None or unit.id > after][: limit + 1]

    async def add_township(
        self, principal: Principal | None, *, code: str, token: str, name: str, kind: TownshipKind, key: str | None
    ) -> str:
        """Enter a township; it takes no matters until it goes live."""
        who = guard.require(principal, Action.TOWNSHIP_MANAGE)
        district = TownshipCode(self._kernel.district)

        def work(tx: Tx) -> str:
            made = service.add_township(
                tx, code=TownshipCode(code), token=token, name=name, district=district, kind=kind
            )
            self._note(tx, who, "township.added", made)
            return made

        return await self._change(work, Once.of(key, who.staff_id, "township", [code, token, name, kind]))

    async def change_township(
        self,
        principal: Principal | None,
        code: str,
        *,
        live: bool | None = None,
        window_fallback: str | None = None,
        secret: str | None = None,
    ) -> Township:
        """Name the two persons of a township, or let it take matters or no more."""
        township = TownshipCode(code)
        who = guard.require(principal, Action.TOWNSHIP_MANAGE, Target(township=township))
        at = self._kernel.now()
        named = {"window_fallback": window_fallback, "secret": secret}

        def work(tx: Tx) -> None:
            if any(named.values()):
                self._note(tx, who, "township.named", code, **{k: v for k, v in named.items() if v})
            if live is not None:
                self._note(tx, who, "township.live" if live else "township.suspended", code)
            service.name_persons(
                tx,
                township,
                window_fallback=StaffId(window_fallback) if window_fallback else None,
                secret=StaffId(secret) if secret else None,
            )
            if live is True:
                service.go_live(tx, township, at)
            elif live is False:
                service.suspend(tx, township)

        await self._change(work)
        return self._kernel.organisation().townships[township]

    async def add_unit(
        self,
        principal: Principal | None,
        *,
        township: str,
        kind: UnitKind,
        name: str,
        organ: str,
        parent: str | None,
        office: str | None,
        key: str | None,
        code: str | None = None,
    ) -> str:
        """Enter a unit; with an office it works in the system, without one on paper."""
        who = guard.require(principal, Action.TOWNSHIP_MANAGE, Target(township=TownshipCode(township)))
        self._known_office(office)
        day = law_day(self._kernel.now())

        def work(tx: Tx) -> str:
            made = service.add_unit(
                tx,
                township=TownshipCode(township),
                kind=kind,
                name=name,
                organ=organ,
                valid_from=day,
                parent=UnitId(parent) if parent else None,
                office=OfficeId(office) if office else None,
                code=code or None,
            )
            self._note(tx, who, "unit.added", made, township=township, kind=kind.value)
            return made

        body = [township, kind, name, organ, parent, office, code]
        return await self._change(work, Once.of(key, who.staff_id, "unit", body))

    async def set_unit_office(self, principal: Principal | None, unit: str, office: str | None) -> Unit:
        """Say which office's module a unit works with; None: on paper."""
        row = self._unit(principal, unit)
        who = guard.require(principal, Action.TOWNSHIP_MANAGE, Target.of_unit(row.township, row.id))
        self._known_office(office)

        def work(tx: Tx) -> None:
            service.set_unit_office(tx, row.id, OfficeId(office) if office else None)
            self._note(tx, who, "unit.office", row.id, office=office)

        await self._change(work)
        return self._kernel.organisation().units[row.id]

    def _known_office(self, office: str | None) -> None:
        if office is not None and OfficeId(office) not in self._kernel.offices().known:
            raise BadInput(_("没有这个科室模块"), field="office")

    def _unit(self, principal: Principal | None, unit: str) -> Unit:
        guard.require_staff(principal)
        row = self._kernel.organisation().units.get(UnitId(unit))
        if row is None:
            raise NotFound()
        return row

    # Users -----------------------------------------------------------------------------------------------------------

    async def users(
        self, principal: Principal | None, *, q: str = "", after: str | None = None, limit: int = 50
    ) -> list[User]:
        """The staff that somebody may see, by id, one more than `limit` if there are more; `q` is a part of a name or
        of a login."""
        who = guard.require_staff(principal)
        q = q.replace("\0", "")
        everybody = guard.permits(who, Action.USER_READ)
        organisation, day = self._kernel.organisation(), law_day(self._kernel.now())

        logged_in = await self._store.read(lambda c: _staff_by_login(c, q)) if q else frozenset()

        def seen() -> Iterator[tuple[Staff, tuple[Post, ...]]]:
            for staff in sorted(organisation.staff.values(), key=lambda row: row.id):
                if after is not None and staff.id <= after:
                    continue
                if q and q not in staff.name and staff.id not in logged_in:
                    continue
                posts = organisation.held(staff.id, day)
                units = [organisation.units[p.unit] for p in posts]
                targets = [Target.of_unit(unit.township, unit.id) for unit in units]
                if everybody or any(guard.permits(who, Action.USER_READ, target) for target in targets):
                    yield staff, posts

        if not any(guard.permits(who, Action.USER_READ, Target.of_unit(p.township, p.unit_id)) for p in who.posts):
            guard.require(who, Action.USER_READ)
        page = [found for found, _number in zip(seen(), range(limit + 1), strict=False)]
        logins = await self._store.read(lambda c: _logins(c, [staff.id for staff, _posts in page]))
        return [User(staff, posts, logins.get(staff.id)) for staff, posts in page]

    async def user(self, principal: Principal | None, staff: str) -> User:
        """One of the staff, for whoever may see them.

        Raises:
            NotFound: there is nobody with this id, or nobody whom this person may see.
        """
        who = guard.require_staff(principal)
        organisation, day = self._kernel.organisation(), law_day(self._kernel.now())
        row = organisation.staff.get(StaffId(staff))
        posts = organisation.held(StaffId(staff), day)
        units = [organisation.units[post.unit] for post in posts]
        targets = [Target.of_unit(unit.township, unit.id) for unit in units]
        if row is None or not (
            guard.permits(who, Action.USER_READ) or any(guard.permits(who, Action.USER_READ, t) for t in targets)
        ):
            raise NotFound()
        return User(row, posts, (await self._store.read(lambda c: _logins(c, [row.id]))).get(row.id))

    async def staff_by_login(self, principal: Principal | None, login: str) -> str:
        """Who logs in with this name, for whoever gives posts.

        Raises:
            BadInput: nobody does.
        """
        guard.require_staff(principal)
        wanted = login.strip().casefold()
        found = await self._store.read(lambda c: c.scalar(select(ACCOUNT.c.staff_id).where(ACCOUNT.c.login == wanted)))
        if found is None:
            raise BadInput(_("没有这个账号"), field="login", remedy=_("先由系统管理员登记人员和账号"))
        return str(found)

    async def add_user(self, principal: Principal | None, *, name: str, login: str, key: str | None = None) -> Opened:
        """Enter somebody with an account and a generated password. Posts are somebody else's to give."""
        who = guard.require(principal, Action.USER_MANAGE)
        at = self._kernel.now()
        password = passwords.generate()
        hashed = await self._accounts.passwords.hash(password)

        def work(tx: Tx) -> list[str]:
            staff = service.add_staff(tx, name=name, valid_from=law_day(at))
            account = create_account(tx, staff=staff, login=login, password_hash=hashed, at=at)
            self._note(tx, who, "user.added", staff, account=account)
            return [staff, account, login.strip().casefold(), password]

        made = await self._change(work, Once.of(key, who.staff_id, "user", [name, login]))
        return Opened(StaffId(made[0]), made[1], made[2], made[3])

    async def reset_password(self, principal: Principal | None, staff: str) -> str:
        """A generated password, shown once, to be changed at the next login; every session of theirs ends; logged."""
        who = guard.require(principal, Action.USER_MANAGE)
        account = (await self._login(staff)).id
        return await self._accounts.reset_password(
            account, also=lambda tx: self._note(tx, who, "password.reset", staff, account=account)
        )

    async def set_active(self, principal: Principal | None, staff: str, active: bool) -> None:
        """Close or reopen somebody's account."""
        who = guard.require(principal, Action.USER_MANAGE)
        account = (await self._login(staff)).id
        if active and not self._kernel.organisation().serves(StaffId(staff), self._kernel.now()):
            raise Refused(_("已离任，账号不能恢复"), rule="left", remedy=_("重新登记人员和账号"))
        what = "account.opened" if active else "account.closed"
        await self._accounts.set_active(
            account, active, also=lambda tx: self._note(tx, who, what, staff, account=account)
        )

    async def appoint(
        self,
        principal: Principal | None,
        *,
        staff: str,
        unit: str,
        role: str,
        valid_from: date | None,
        key: str | None = None,
    ) -> str:
        """Give somebody a post."""
        row = self._unit(principal, unit)
        who = guard.require(principal, Action.POST_MANAGE, Target.of_unit(row.township, row.id))
        declared = {
            name for known in self._kernel.offices().known.values() if known.manifest for name in known.manifest.roles
        }
        if role not in {str(known) for known in Role} | declared:
            raise BadInput(_("没有这种岗位角色"), field="role", remedy=_("从列表中选择"))
        day = valid_from or law_day(self._kernel.now())

        def work(tx: Tx) -> str:
            made = service.appoint(tx, staff=StaffId(staff), unit=row.id, role=role, valid_from=day)
            self._note(tx, who, "post.given", staff, post=made, unit=row.id, role=role)
            return made

        return await self._change(work, Once.of(key, who.staff_id, "post", [staff, unit, role, str(day)]))

    async def end_post(self, principal: Principal | None, staff: str, post: str) -> None:
        """Take a post away from today on."""
        guard.require_staff(principal)
        organisation = self._kernel.organisation()
        row = organisation.posts.get(post)
        if row is None or row.staff != staff:
            raise NotFound()
        unit = organisation.units[row.unit]
        who = guard.require(principal, Action.POST_MANAGE, Target.of_unit(unit.township, unit.id))

        def work(tx: Tx) -> None:
            service.end_post(tx, post, law_day(self._kernel.now()))
            self._note(tx, who, "post.ended", staff, post=post)

        await self._change(work)

    async def _login(self, staff: str) -> Login:
        found = (await self._store.read(lambda c: _logins(c, [StaffId(staff)]))).get(StaffId(staff))
        if found is None:
            raise NotFound()
        return found

    def _note(self, tx: Tx, who: Principal, what: str, subject: str, **data: Any) -> None:
        log.note(tx, at=self._kernel.now(), actor=who.staff_id, what=what, subject=subject, **data)

    async def _change(self, work: Callable[[Tx], T], once: Once | None = None) -> T:
        run = kept(work, self._kernel.vault, once, self._kernel.now())
        return await self._organisation.change(run)


def _staff_by_login(conn: Connection, q: str) -> frozenset[str]:
    found = conn.execute(select(ACCOUNT.c.staff_id).where(ACCOUNT.c.login.contains(q.casefold(), autoescape=True)))
    return frozenset(found.scalars())


def _logins(conn: Connection, staff: list[StaffId]) -> dict[StaffId, Login]:
    query = select(ACCOUNT).where(ACCOUNT.c.staff_id.in_(staff)).order_by(ACCOUNT.c.id)
    return {StaffId(row.staff_id): Login(row.id, row.login, row.active, row.must_change) for row in conn.execute(query)}
