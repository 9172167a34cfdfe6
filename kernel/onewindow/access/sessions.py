"""Sessions: a token that only its holder knows, its digest in a row, and a short memory of the hot ones."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, update

from onewindow.access.tables import ACCOUNT, SESSION
from onewindow.access.vault import Vault
from onewindow.office.types import StaffId
from onewindow.store import Store, Tx

PURPOSE = "session"


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long a session lasts: after the last use, and at most; and how stale the memory of it may be."""

    idle: timedelta = timedelta(hours=1)
    longest: timedelta = timedelta(hours=12)
    touch_every: timedelta = timedelta(minutes=5)
    remember: timedelta = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds, with what its account says."""

    digest: str
    account_id: str
    staff_id: StaffId
    login: str
    must_change: bool
    csrf: str
    created_at: datetime
    expires_at: datetime
    last_seen_at: datetime

    def holds(self, now: datetime, rules: SessionRules) -> bool:
        return now < self.expires_at and now < self.last_seen_at + rules.idle


class Sessions:
    """Opens, finds and ends sessions. What another process revoked is gone here after `rules.remember`."""

    _MOST = 20_000

    def __init__(self, store: Store, vault: Vault, rules: SessionRules | None = None) -> None:
        self._store = store
        self._vault = vault
        self.rules = rules or SessionRules()
        self._known: dict[str, tuple[Session, datetime]] = {}

    def digest(self, token: str) -> str:
        return self._vault.digest(PURPOSE, token)

    async def open(self, account_id: str, now: datetime) -> str:
        """A fresh session; returns its token, which is stored nowhere."""
        token = secrets.token_urlsafe(32)
        row = {
            "token_digest": self.digest(token),
            "account_id": account_id,
            "created_at": now,
            "expires_at": now + self.rules.longest,
            "last_seen_at": now,
            "csrf": secrets.token_urlsafe(24),
        }
        await self._store.write(lambda tx: tx.insert(SESSION, row))
        return token

    async def find(self, token: str, now: datetime) -> Session | None:
        """The session of a token, if it holds and its account is active; using it keeps it alive."""
        if not token or len(token) > 200:
            return None
        digest = self.digest(token)
        known = self._known.get(digest)
        if known is not None and now - known[1] < self.rules.remember:
            session: Session | None = known[0]
        else:
            session = await self._store.read(lambda conn: _find(conn, digest))
            if session is not None:
                self._remember(session, now)
        if session is None or not session.holds(now, self.rules):
            self._known.pop(digest, None)
            return None
        if now - session.last_seen_at >= self.rules.touch_every:
            seen = replace(session, last_seen_at=now)
            await self._store.write(lambda tx: _touch(tx, digest, now))
            if digest in self._known:
                self._remember(seen, now)
            return seen
        return session

    async def revoke(self, digest: str) -> None:
        """End one session: logging out."""
        await self._store.write(lambda tx: tx.execute(delete(SESSION).where(SESSION.c.token_digest == digest)))
        self._known.pop(digest, None)

    async def revoke_account(self, account_id: str, *, but: str | None = None) -> None:
        """End every session of an account, save perhaps one: its password changed, or it was closed."""
        await self._store.write(lambda tx: revoke_account(tx, account_id, but=but))
        self.forget_account(account_id)

    def forget_account(self, account_id: str) -> None:
        """Look an account's sessions up again at their next use."""
        for digest in [digest for digest, (session, _at) in self._known.items() if session.account_id == account_id]:
            self._known.pop(digest, None)

    def _remember(self, session: Session, now: datetime) -> None:
        if len(self._known) >= self._MOST:
            self._known.clear()
        self._known[session.digest] = (session, now)


def revoke_account(tx: Tx, account_id: str, *, but: str | None = None) -> None:
    """End the sessions of an account in the caller's transaction."""
    ended = delete(SESSION).where(SESSION.c.account_id == account_id)
    tx.execute(ended if but is None else ended.where(SESSION.c.token_digest != but))


def purge(tx: Tx, now: datetime, rules: SessionRules | None = None) -> int:
    """Delete sessions that no longer hold; a job for the scheduler."""
    idle = (rules or SessionRules()).idle
    over = or_(SESSION.c.expires_at <= now, SESSION.c.last_seen_at <= now - idle)
    return tx.execute(delete(SESSION).where(over)).rowcount


def _find(conn: Connection, digest: str) -> Session | None:
    query = (
        select(SESSION, ACCOUNT.c.staff_id, ACCOUNT.c.login, ACCOUNT.c.must_change)
        .join(ACCOUNT, ACCOUNT.c.id == SESSION.c.account_id)
        .where(SESSION.c.token_digest == digest, ACCOUNT.c.active)
    )
    row = conn.execute(query).first()
    if row is None:
        return None
    return Session(
        digest=row.token_digest,
        account_id=row.account_id,
        staff_id=StaffId(row.staff_id),
        login=row.login,
        must_change=row.must_change,
        csrf=row.csrf,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_seen_at=row.last_seen_at,
    )


def _touch(tx: Tx, digest: str, now: datetime) -> None:
    later = (SESSION.c.token_digest == digest, SESSION.c.last_seen_at < now)
    tx.execute(update(SESSION).where(*later).values(last_seen_at=now))
