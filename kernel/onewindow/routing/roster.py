"""Taking in the organisation's tree and its people from a CSV: tried first, all or nothing or row by row, and again."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from onewindow.access import guard, passwords
from onewindow.access.accounts import Accounts, create_account
from onewindow.access.actions import Action
from onewindow.access.policy import may_ever
from onewindow.access.principal import Principal, Target
from onewindow.access.tables import ACCOUNT
from onewindow.i18n import _
from onewindow.office.types import StaffId, law_day
from onewindow.organisation import log, service
from onewindow.organisation.cache import OrganisationCache, load
from onewindow.organisation.importing import Fault, Kind, Mode, Row, Sheet, person_fault, read
from onewindow.organisation.roles import CALLED, TITLES, Role, separated
from onewindow.organisation.snapshot import Organisation
from onewindow.organisation.taking_in import Plan, Verdict, make_units, plan_units
from onewindow.registry.keys import Once, kept
from onewindow.routing.context import Kernel
from onewindow.store import Store
from onewindow.store.tx import Tx

REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Issued:
    """The first password of somebody who was imported: shown once, to the importer."""

    login: str
    name: str
    password: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of each row. `applied` says whether anything was written; `ignored` are columns nothing came from."""

    kind: Kind
    verdicts: tuple[Verdict, ...]
    applied: bool
    ignored: tuple[str, ...] = ()
    issued: tuple[Issued, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for verdict in self.verdicts:
            found[verdict.outcome] = found.get(verdict.outcome, 0) + 1
        return found

    @property
    def refused(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.outcome == REFUSED)


class _NotAll(Exception):
    """A row was refused where all or none are wanted."""


class Roster:
    """Imports of the organisation.

    Whoever manages accounts and whoever gives posts are different people (三员分立): the same file imported by each of
    them does each one's part.
    """

    def __init__(self, store: Store, kernel: Kernel, organisation: OrganisationCache, accounts: Accounts):
        self._store = store
        self._kernel = kernel
        self._organisation = organisation
        self._accounts = accounts

    async def units(
        self,
        principal: Principal | None,
        text: str,
        *,
        mapping: Mapping[str, str] | None = None,
        mode: Mode = Mode.ALL,
        dry_run: bool = False,
        key: str | None = None,
    ) -> Report:
        """Take in townships and units. The same file again changes nothing.

        Raises:
            Boundary, BadInput: see `importing.read`.
        """
        who = guard.require(principal, Action.TOWNSHIP_MANAGE)
        sheet = read(Kind.UNITS, text, mapping)
        district, day = self._kernel.district, law_day(self._kernel.now())
        offices = frozenset(self._kernel.offices().known)

        def plan(organisation: Organisation) -> Plan:
            return plan_units(sheet.rows, organisation, district, offices)

        tried = plan(await self._organisation.get())
        if dry_run or (mode is Mode.ALL and any(v.outcome == REFUSED for v in tried.verdicts)):
            return Report(Kind.UNITS, tuple(tried.verdicts), False, sheet.ignored)

        def work(tx: Tx) -> list[Any]:
            tx.flush()
            found = plan(load(tx.conn))
            if mode is Mode.ALL and any(v.outcome == REFUSED for v in found.verdicts):
                raise _NotAll()
            made = make_units(tx, found, district, day)
            if made:
                self._note(tx, who, "units.imported", district, rows=len(made))
            return [[v.row.line, v.outcome] for v in found.verdicts]

        try:
            answer = await self._change(work, Once.of(key, who.staff_id, "import-units", [text, mapping, mode.value]))
        except _NotAll:
            again = plan(await self._organisation.refresh())
            return Report(Kind.UNITS, tuple(again.verdicts), False, sheet.ignored)
        told = {line: outcome for line, outcome in answer}
        verdicts = tuple(Verdict(v.row, told.get(v.row.line, v.outcome), v.fault) for v in tried.verdicts)
        return Report(Kind.UNITS, verdicts, True, sheet.ignored)

    async def people(
        self,
        principal: Principal | None,
        text: str,
        *,
        mapping: Mapping[str, str] | None = None,
        mode: Mode = Mode.ALL,
        dry_run: bool = False,
        key: str | None = None,
    ) -> Report:
        """Take in people: the login decides who is who, never a name.

        Accounts are made by whoever manages accounts, with a first password that has to be changed; posts are given by
        whoever gives posts.

        Raises:
            Boundary, BadInput: see `importing.read`.
        """
        who = guard.require_staff(principal)
        accounts, posts = guard.permits(who, Action.USER_MANAGE), may_ever(who, Action.POST_MANAGE)
        if not accounts and not posts:
            guard.require(who, Action.USER_MANAGE)
        sheet = read(Kind.PEOPLE, text, mapping)
        known = await self._store.read(lambda c: _known(c, sheet))
        tried = self._people(who, sheet.rows, await self._organisation.get(), known, accounts)
        if dry_run or (mode is Mode.ALL and any(v.outcome == REFUSED for v in tried)):
            return Report(Kind.PEOPLE, tuple(tried), False, sheet.ignored)
        fresh = list(dict.fromkeys(v.row["login"] for v in tried if v.outcome in ("new", "account")))
        words = {login: passwords.generate() for login in fresh}
        hashes = await asyncio.gather(*(self._accounts.passwords.hash(words[login]) for login in fresh))
        hashed = dict(zip(fresh, hashes, strict=True))

        def work(tx: Tx) -> list[Any]:
            tx.flush()
            there = _known(tx.conn, sheet)
            found = self._people(who, sheet.rows, load(tx.conn), there, accounts)
            if [v.outcome for v in found] != [v.outcome for v in tried]:
                raise _NotAll()
            self._make(tx, who, found, there, hashed)
            return [[login, words[login]] for login in fresh]

        body = [text, mapping, mode.value, accounts]
        try:
            made = await self._change(work, Once.of(key, who.staff_id, "import-people", body))
        except _NotAll:
            known = await self._store.read(lambda c: _known(c, sheet))
            again = self._people(who, sheet.rows, await self._organisation.refresh(), known, accounts)
            return Report(Kind.PEOPLE, tuple(again), False, sheet.ignored)
        names = {row["login"]: row["name"] for row in sheet.rows}
        issued = tuple(Issued(login, names.get(login, ""), password) for login, password in made)
        return Report(Kind.PEOPLE, tuple(tried), True, sheet.ignored, issued)

    # Rows of people --------------------------------------------------------------------------------------------------

    def _people(
        self,
        who: Principal,
        rows: Sequence[Row],
        organisation: Organisation,
        known: Mapping[str, tuple[str, bool]],
        accounts: bool,
    ) -> list[Verdict]:
        """Decide about each row: `new` account and post, `account` alone, `post` alone, `known`, or refused."""
        roles = self._roles()
        names: dict[str, str] = {}
        taken: dict[tuple[str, str, str], int] = {}
        return [self._person(who, _with_role(row, roles), organisation, known, accounts, names, taken) for row in rows]

    def _person(
        self,
        who: Principal,
        row: Row,
        organisation: Organisation,
        known: Mapping[str, tuple[str, bool]],
        accounts: bool,
        names: dict[str, str],
        taken: dict[tuple[str, str, str], int],
    ) -> Verdict:
        def no(field: str, reason: Any, remedy: Any, **params: Any) -> Verdict:
            return Verdict(row, REFUSED, Fault(field, reason, remedy, params))

        login = row["login"]
        if fault := person_fault(row, frozenset(self._roles().values())):
            return Verdict(row, REFUSED, fault)
        line = (login, row["unit"], row["role"])
        if line in taken:
            return no("login", _("与第 {line} 行重复"), _("每人每个岗位只保留一行"), line=taken[line])
        staff, active = known.get(login, ("", True))
        name = organisation.staff[StaffId(staff)].name if staff else names.get(login, row["name"])
        if name != row["name"]:
            return no("name", _("该登录名已登记为“{name}”"), _("换一个登录名，或改正姓名"), name=name)
        if staff and (not active or not organisation.serves(StaffId(staff), self._kernel.now())):
            return no("login", _("该账号已停用或本人已离任"), _("先恢复账号，或换一个登录名"))
        if not staff and not accounts and login not in names:
            return no("login", _("还没有这个账号"), _("先由系统管理员导入同一文件"))
        day = law_day(self._kernel.now())
        held = organisation.held(StaffId(staff), day) if staff else ()
        roles = [post.role for post in held] + [role for one, _unit, role in taken if one == login and role]
        if row["role"] and not separated([row["role"], *roles]):
            return no("role", _("系统、安全、审计管理员须分设，且不得兼任其他岗位"), _("另行指定人员"))
        taken[line] = row.line
        first = not staff and login not in names
        if not row["unit"]:
            names[login] = row["name"]
            return Verdict(row, "account" if first else "known")
        unit = organisation.by_code.get(row["unit"])
        if unit is None or not unit.holds(day):
            return no("unit", _("没有单位代码 {unit}"), _("先导入单位，或改正代码"), unit=row["unit"][:24])
        names[login] = row["name"]
        if any(post.unit == unit.id and post.role == row["role"] for post in held):
            return Verdict(row, "known")
        if not guard.permits(who, Action.POST_MANAGE, Target.of_unit(unit.township, unit.id)):
            return Verdict(row, "account" if first else "waits")
        return Verdict(row, "new" if first else "post")

    def _make(
        self,
        tx: Tx,
        who: Principal,
        verdicts: Sequence[Verdict],
        known: Mapping[str, tuple[str, bool]],
        hashed: Mapping[str, str],
    ) -> None:
        at, organisation = self._kernel.now(), load(tx.conn)
        staff = {login: StaffId(found) for login, (found, _active) in known.items()}
        for verdict in verdicts:
            row, outcome = verdict.row, verdict.outcome
            if outcome in ("new", "account"):
                person = service.add_staff(tx, name=row["name"], valid_from=law_day(at))
                account = create_account(
                    tx, staff=person, login=row["login"], password_hash=hashed[row["login"]], at=at
                )
                staff[row["login"]] = person
                self._note(tx, who, "user.added", person, account=account, imported=True)
            if outcome in ("new", "post"):
                person, unit = staff[row["login"]], organisation.by_code[row["unit"]]
                post = service.appoint(tx, staff=person, unit=unit.id, role=row["role"], valid_from=law_day(at))
                self._note(tx, who, "post.given", person, post=post, unit=unit.id, role=row["role"])

    def _roles(self) -> dict[str, str]:
        """The roles that a post may have, by their names and by what they are called."""
        found: dict[str, str] = {str(role): str(role) for role in Role}
        found |= {str(title): str(role) for role, title in TITLES.items()}
        found |= {called: str(role) for called, role in CALLED.items()}
        for known in self._kernel.offices().known.values():
            if known.manifest:
                found |= {name: name for name in known.manifest.roles}
        return found

    def _note(self, tx: Tx, who: Principal, what: str, subject: str, **data: Any) -> None:
        log.note(tx, at=self._kernel.now(), actor=who.staff_id, what=what, subject=subject, **data)

    async def _change(self, work: Any, once: Once | None) -> Any:
        return await self._organisation.change(kept(work, self._kernel.vault, once, self._kernel.now()))


def _with_role(row: Row, roles: Mapping[str, str]) -> Row:
    return Row(row.line, {**row.values, "role": roles.get(row["role"], row["role"])})


def _known(conn: Connection, sheet: Sheet) -> dict[str, tuple[str, bool]]:
    """Whose logins are known, with whether their accounts are open."""
    logins = sorted({row["login"] for row in sheet.rows})
    rows = conn.execute(
        select(ACCOUNT.c.login, ACCOUNT.c.staff_id, ACCOUNT.c.active).where(ACCOUNT.c.login.in_(logins))
    )
    return {row.login: (row.staff_id, row.active) for row in rows}
