"""Idempotency keys of writes: the same key and request get the same answer, another request is refused."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import IntegrityError

from onewindow.access.vault import Vault
from onewindow.errors import Conflict
from onewindow.i18n import _
from onewindow.registry.tables import WriteKey
from onewindow.store import Store
from onewindow.store.sql import table_of
from onewindow.store.tx import Tx

T = TypeVar("T")
WRITE_KEY: Table = table_of(WriteKey)
PURPOSE = "write-key"


def request_digest(kind: str, body: Any) -> str:
    """The digest of a request, whatever order its members came in."""
    return hashlib.sha256(kind.encode() + b"\0" + orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def keep(
    tx: Tx, vault: Vault, key: str, actor: str, digest: str, answer: Any, at: datetime, case_id: str | None = None
) -> None:
    """Keep the answer with the write that it is for; a second use of the key fails the transaction."""
    sealed = vault.seal_json(PURPOSE, answer, context=f"{actor}/{key}")
    row = {"key": key, "actor": actor, "digest": digest, "case_id": case_id, "answer": sealed, "at": at}
    tx.insert(WRITE_KEY, row)


def earlier(conn: Connection, vault: Vault, key: str, actor: str, digest: str) -> Any | None:
    """The answer that this key got before, or None.

    Raises:
        Conflict: the key was used for another request.
    """
    row = conn.execute(select(WRITE_KEY).where(WRITE_KEY.c.key == key, WRITE_KEY.c.actor == actor)).mappings().first()
    if row is None:
        return None
    if row["digest"] != digest:
        raise Conflict(_("同一幂等键不能用于不同的请求"), remedy=_("换一个新的 Idempotency-Key"))
    return vault.open_json(PURPOSE, row["answer"], context=f"{actor}/{key}")


@dataclass(frozen=True, slots=True)
class Once:
    """A write that is to be made once: whose key it is, and the digest of the request."""

    key: str
    actor: str
    digest: str

    @classmethod
    def of(cls, key: str | None, actor: str, kind: str, body: Any) -> "Once | None":
        """From what a caller sent; None without a key."""
        return cls(key, actor, request_digest(kind, body)) if key else None


def kept(work: Callable[[Tx], T], vault: Vault, once: Once | None, at: datetime) -> Callable[[Tx], T]:
    """The same work, giving the earlier answer where it was done before. It answers with plain JSON values."""
    if once is None:
        return work

    def run(tx: Tx) -> T:
        tx.flush()
        known: T | None = earlier(tx.conn, vault, once.key, once.actor, once.digest)
        if known is not None:
            return known
        done = work(tx)
        keep(tx, vault, once.key, once.actor, once.digest, done, at)
        return done

    return run


async def write_once(store: Store, vault: Vault, once: Once | None, at: datetime, work: Callable[[Tx], T]) -> T:
    """Do this in a transaction, or give the answer that it got before.

    Raises:
        Conflict: the key was used for another request.
    """
    try:
        return await store.write(kept(work, vault, once, at))
    except IntegrityError:
        # Another process was quicker with the same key.
        known: T | None = None
        if once is not None:
            known = await store.read(lambda c: earlier(c, vault, once.key, once.actor, once.digest))
        if known is None:
            raise
        return known
