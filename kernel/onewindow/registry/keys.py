"""Idempotency keys of writes: the same key and request get the same answer, another request is refused."""

import hashlib
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Table, select

from onewindow.access.vault import Vault
from onewindow.errors import Conflict
from onewindow.i18n import _
from onewindow.registry.tables import WriteKey
from onewindow.store.sql import table_of
from onewindow.store.tx import Tx

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
