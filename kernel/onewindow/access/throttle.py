"""Attempts are limited, for logins and for tracking codes, in a table that every process shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from sqlalchemy import Connection, delete, select, update

from onewindow.access.tables import ATTEMPT
from onewindow.access.vault import Vault
from onewindow.errors import TooMany
from onewindow.store import Store, Tx, upsert


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures in so long a time, weighed over this window and the one before."""

    name: str
    count: int
    window: timedelta

    def start(self, now: datetime) -> datetime:
        length = int(self.window.total_seconds())
        return datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)


@dataclass(frozen=True, slots=True)
class Key:
    """What is counted: a limit and the digest of whom it holds for. Neither logins nor addresses are stored."""

    limit: Limit
    digest: str


# A stranger who guesses at a name locks out only their own address, never the name. The address by itself has a limit
# of its own against guessing at many names; it is wide, because a whole township may sit behind one address.
LOGIN_AT_ADDRESS = Limit("login+address", 5, timedelta(minutes=15))
LOGINS_OF_ADDRESS = Limit("address", 50, timedelta(minutes=15))
CODES_OF_ADDRESS = Limit("code", 20, timedelta(minutes=15))
LONGEST = max(limit.window for limit in (LOGIN_AT_ADDRESS, LOGINS_OF_ADDRESS, CODES_OF_ADDRESS))


def login_keys(vault: Vault, login: str, address: str) -> tuple[Key, ...]:
    """What a login attempt counts against."""
    pair = f"{login.strip().casefold()}\n{address}"
    return (_key(vault, LOGIN_AT_ADDRESS, pair), _key(vault, LOGINS_OF_ADDRESS, address))


def code_keys(vault: Vault, address: str) -> tuple[Key, ...]:
    """What a look-up by tracking code counts against."""
    return (_key(vault, CODES_OF_ADDRESS, address),)


def _key(vault: Vault, limit: Limit, who: str) -> Key:
    return Key(limit, vault.digest(f"attempt:{limit.name}", who))


def wait_for(conn: Connection, keys: Sequence[Key], now: datetime) -> int:
    """Seconds until another attempt is allowed under all of these keys; 0: now."""
    return max((_wait(conn, key, now) for key in keys), default=0)


def check(conn: Connection, keys: Sequence[Key], now: datetime) -> None:
    """Refuse a further attempt while a limit is reached.

    Raises:
        TooMany: with the seconds to wait.
    """
    if wait := wait_for(conn, keys, now):
        raise TooMany(retry_after=wait)


def count(tx: Tx, keys: Sequence[Key], now: datetime) -> None:
    """Note one attempt."""
    statement = upsert(ATTEMPT, tx.dialect, key=["key", "window_start"], update=[], add=["count"])
    for key in sorted(keys, key=lambda key: key.digest):
        tx.execute(statement, {"key": key.digest, "window_start": key.limit.start(now), "count": 1})


def give_back(tx: Tx, keys: Sequence[Key], now: datetime) -> None:
    """Take one attempt back: it was no failure."""
    for key in sorted(keys, key=lambda key: key.digest):
        here = (ATTEMPT.c.key == key.digest, ATTEMPT.c.window_start == key.limit.start(now), ATTEMPT.c.count > 0)
        tx.execute(update(ATTEMPT).where(*here).values(count=ATTEMPT.c.count - 1))


def forget(tx: Tx, keys: Sequence[Key]) -> None:
    """Start over: the right password was given."""
    tx.execute(delete(ATTEMPT).where(ATTEMPT.c.key.in_([key.digest for key in keys])))


def purge(tx: Tx, now: datetime) -> int:
    """Delete what no limit looks at any more; a job for the scheduler."""
    return tx.execute(delete(ATTEMPT).where(ATTEMPT.c.window_start < now - 2 * LONGEST)).rowcount


class Throttle:
    """The same for the edges that await."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(self, keys: Sequence[Key], now: datetime) -> None:
        """Count an attempt beforehand, so that many at once can't slip through together.

        Raises:
            TooMany: a limit is reached; then nothing is counted, and waiting always ends it.
        """

        def work(tx: Tx) -> int:
            wait = wait_for(tx.conn, keys, now)
            if not wait:
                count(tx, keys, now)
            return wait

        if wait := await self._store.write(work):
            raise TooMany(retry_after=wait)

    async def check(self, keys: Sequence[Key], now: datetime) -> None:
        """Refuse while a limit is reached, and count nothing."""
        await self._store.read(lambda conn: check(conn, keys, now))

    async def count(self, keys: Sequence[Key], now: datetime) -> None:
        """Note a failure."""
        await self._store.write(lambda tx: count(tx, keys, now))


def _wait(conn: Connection, key: Key, now: datetime) -> int:
    limit = key.limit
    length = limit.window.total_seconds()
    start = limit.start(now)
    query = select(ATTEMPT.c.window_start, ATTEMPT.c.count.label("failures")).where(
        ATTEMPT.c.key == key.digest, ATTEMPT.c.window_start >= start - limit.window
    )
    counts: dict[datetime, int] = {row.window_start: row.failures for row in conn.execute(query)}
    current, before = counts.get(start, 0), counts.get(start - limit.window, 0)
    passed = (now - start).total_seconds()
    room = limit.count - 1 - current  # once this attempt is counted too
    if before * (1 - passed / length) <= room:
        return 0
    if room >= 0:
        # The window before fades until there is room for one.
        return max(1, ceil(length * (1 - room / before) - passed))
    return max(1, ceil(length - passed + length * (1 - (limit.count - 1) / current)))
