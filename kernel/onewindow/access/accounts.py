"""Accounts: opening, logging in, changing and resetting a password, closing."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from onewindow.access import passwords, throttle
from onewindow.access.passwords import Passwords
from onewindow.access.principal import Principal, principal_for
from onewindow.access.sessions import Session, Sessions, revoke_account
from onewindow.access.tables import ACCOUNT
from onewindow.access.throttle import Throttle
from onewindow.access.vault import Vault
from onewindow.errors import BadInput, Conflict, NotFound, Unauthenticated
from onewindow.i18n import DEFAULT, _
from onewindow.office.types import StaffId, new_id
from onewindow.organisation.cache import OrganisationCache
from onewindow.organisation.tables import STAFF
from onewindow.store import Store, Tx

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,49}")


@dataclass(frozen=True, slots=True)
class Account:
    """An account, without its password."""

    id: str
    staff_id: StaffId
    login: str
    active: bool
    must_change: bool
    created_at: datetime


def create_account(
    tx: Tx, *, staff: StaffId, login: str, password_hash: str, at: datetime, must_change: bool = True
) -> str:
    """Open an account for somebody of the staff, in the caller's transaction."""
    login = login.strip().casefold()
    if not _LOGIN.fullmatch(login):
        raise BadInput(_("登录名用 2 至 50 个小写字母、数字、点、横线"), field="login")
    if tx.execute(select(STAFF.c.id).where(STAFF.c.id == staff)).first() is None:
        raise NotFound(_("没有这名人员"))
    if tx.execute(select(ACCOUNT.c.id).where(ACCOUNT.c.login == login)).first() is not None:
        raise Conflict(_("该登录名已被使用"))
    account = new_id()
    row = {"id": account, "staff_id": staff, "login": login, "password_hash": password_hash, "active": True}
    tx.execute(ACCOUNT.insert(), {**row, "must_change": must_change, "created_at": at})
    return account


def list_accounts(conn: Connection, *, after: str | None = None, limit: int = 50) -> list[Account]:
    """Accounts by login, a page at a time."""
    query = select(ACCOUNT).order_by(ACCOUNT.c.login).limit(limit)
    if after is not None:
        query = query.where(ACCOUNT.c.login > after)
    return [_account(row) for row in conn.execute(query)]


def close_accounts(tx: Tx, staff: StaffId) -> list[str]:
    """Close every account of somebody and end their sessions, in the caller's transaction; the accounts' ids."""
    found = list(tx.execute(select(ACCOUNT.c.id).where(ACCOUNT.c.staff_id == staff)).scalars())
    for account in found:
        tx.execute(update(ACCOUNT).where(ACCOUNT.c.id == account).values(active=False))
        revoke_account(tx, account)
    return found


class Accounts:
    """What the doors call: from a login to a principal."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        organisation: OrganisationCache,
        *,
        passwords: Passwords | None = None,
        sessions: Sessions | None = None,
    ) -> None:
        self._store = store
        self._vault = vault
        self._organisation = organisation
        self._throttle = Throttle(store)
        self.passwords = passwords or Passwords()
        self.sessions = sessions or Sessions(store, vault)

    async def open(self, *, staff: StaffId, login: str, at: datetime, must_change: bool = True) -> tuple[str, str]:
        """A new account with a generated password; returns its id and the password, which is shown once."""
        password = passwords.generate()
        hashed = await self.passwords.hash(password)
        account = await self._store.write(
            lambda tx: create_account(
                tx, staff=staff, login=login, password_hash=hashed, at=at, must_change=must_change
            )
        )
        return account, password

    async def log_in(self, login: str, password: str, *, address: str, now: datetime) -> str:
        """The token of a fresh session.

        Raises:
            TooMany: too many failures for this name from this address, or from this address.
            Unauthenticated: otherwise; it never says whether there is such an account.
        """
        login = login.strip().casefold()[:100]
        keys = throttle.login_keys(self._vault, login, address)
        await self._throttle.take(keys, now)
        row = await self._store.read(lambda conn: conn.execute(select(ACCOUNT).where(ACCOUNT.c.login == login)).first())
        matches = await self.passwords.verify(row.password_hash if row is not None else None, password)
        organisation = await self._organisation.get()
        if row is None or not matches or not row.active or not organisation.serves(StaffId(row.staff_id), now):
            raise Unauthenticated(_("登录名或密码不正确"))

        def succeed(tx: Tx) -> None:
            throttle.forget(tx, keys[:1])
            throttle.give_back(tx, keys[1:], now)

        await self._store.write(succeed)
        if self.passwords.is_outdated(row.password_hash):
            await self._set_hash(row.id, await self.passwords.hash(password), must_change=row.must_change)
        return await self.sessions.open(row.id, now)

    async def log_out(self, session: Session) -> None:
        """End a session."""
        await self.sessions.revoke(session.digest)

    async def recognise(self, token: str, *, now: datetime, lang: str = DEFAULT) -> tuple[Principal, Session] | None:
        """Who comes with this token, and what they hold at this moment."""
        session = await self.sessions.find(token, now)
        if session is None:
            return None
        principal = principal_for(
            await self._organisation.get(),
            account_id=session.account_id,
            staff_id=session.staff_id,
            at=now,
            lang=lang,
            must_change=session.must_change,
        )
        return (principal, session) if principal is not None else None

    async def change_password(self, session: Session, old: str, new: str, *, address: str, now: datetime) -> None:
        """Replace one's own password; every other session of the account ends."""
        keys = throttle.login_keys(self._vault, session.login, address)
        await self._throttle.take(keys, now)
        stored = await self._store.read(
            lambda conn: conn.scalar(select(ACCOUNT.c.password_hash).where(ACCOUNT.c.id == session.account_id))
        )
        if not await self.passwords.verify(stored, old):
            raise BadInput(_("原密码不正确"), field="old")
        await self._store.write(lambda tx: throttle.give_back(tx, keys, now))
        if new == old:
            raise BadInput(_("新密码不能与原密码相同"), field="password")
        passwords.check_strength(new, login=session.login)
        await self._set_hash(
            session.account_id, await self.passwords.hash(new), must_change=False, end_sessions=True, but=session.digest
        )

    async def reset_password(self, account_id: str, *, also: Callable[[Tx], None] = lambda _tx: None) -> str:
        """A generated password that has to be changed at the next login; every session of the account ends.

        `also` is done in the same transaction: the log's line about it.
        """
        password = passwords.generate()
        hashed = await self.passwords.hash(password)
        await self._set_hash(account_id, hashed, must_change=True, end_sessions=True, also=also)
        return password

    async def set_active(self, account_id: str, active: bool, *, also: Callable[[Tx], None] = lambda _tx: None) -> None:
        """Close or reopen an account; closing ends its sessions."""

        def work(tx: Tx) -> None:
            also(tx)
            changed = tx.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(active=active))
            if not changed.rowcount:
                raise NotFound()
            if not active:
                revoke_account(tx, account_id)

        await self._store.write(work)
        self.sessions.forget_account(account_id)

    async def _set_hash(
        self,
        account_id: str,
        hashed: str,
        *,
        must_change: bool,
        end_sessions: bool = False,
        but: str | None = None,
        also: Callable[[Tx], None] = lambda _tx: None,
    ) -> None:
        def work(tx: Tx) -> None:
            also(tx)
            values = {"password_hash": hashed, "must_change": must_change}
            if not tx.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(**values)).rowcount:
                raise NotFound()
            if end_sessions:
                revoke_account(tx, account_id, but=but)

        await self._store.write(work)
        self.sessions.forget_account(account_id)


def _account(row: object) -> Account:
    return Account(**{name: getattr(row, name) for name in Account.__dataclass_fields__})
