"""The append-only, hash-chained history of a case (办理记录): verifiable for ever, erasable in its words."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Table, bindparam, select, update

from onewindow.access.vault import Vault
from onewindow.errors import NotFound, Stale
from onewindow.registry.tables import Case, Entry
from onewindow.store.fixed import Fixed
from onewindow.store.sql import for_update, table_of
from onewindow.store.tx import Tx

CASE: Table = table_of(Case)
ENTRY: Table = table_of(Entry)
PURPOSE = "timeline"
OFFICE = "office"
PARTIES = "parties"
SEALED = "sealed"
SYSTEM = "system"

_HEAD = select(CASE.c.version, CASE.c.head).where(CASE.c.id == bindparam("case"))
_LOCK_HEAD = Fixed(for_update(_HEAD))
_MOVE = Fixed(update(CASE).where(CASE.c.id == bindparam("this")), writes=True)


@dataclass(frozen=True, slots=True)
class Line:
    """One line to be written. `data` holds no personal data; `words` are sealed and may be erased later."""

    kind: str
    at: datetime
    actor: str = SYSTEM
    readers: tuple[str, ...] = (OFFICE,)
    data: dict[str, Any] | None = None
    words: dict[str, Any] | None = None


def staff_actor(staff_id: str | None) -> str:
    """How the timeline names a member of staff, or nobody."""
    return f"staff:{staff_id}" if staff_id else SYSTEM


def party_actor(party_id: str) -> str:
    return f"party:{party_id}"


def party_reader(party_id: str) -> str:
    """The reader mark of a single party."""
    return f"party:{party_id}"


def admitted_reader(assignment_id: str) -> str:
    """The reader mark of whoever an office admitted to one assignment: PARTIES are those who brought the matter."""
    return f"admitted:{assignment_id}"


def digest_of(
    prev: str, case_id: str, seq: int, at: datetime, kind: str, actor: str, readers: Sequence[str], data: Any, body: str
) -> str:
    """The digest of an entry over everything in it but its words, which stand in by their own salted digest."""
    stamp = at.astimezone(UTC).isoformat(timespec="microseconds")
    plain = [prev, case_id, seq, stamp, kind, actor, list(readers), data, body]
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _body_digest(salt: bytes, plain: bytes) -> str:
    return hashlib.sha256(salt + plain).hexdigest()


def entry_row(case_id: str, seq: int, prev: str, line: Line, vault: Vault) -> dict[str, Any]:
    """The row of an entry whose place in the chain is known."""
    body = salt = None
    body_digest = ""
    if line.words is not None:
        plain = orjson.dumps(line.words, option=orjson.OPT_SORT_KEYS)
        salt = os.urandom(16)
        body_digest = _body_digest(salt, plain)
        body = vault.seal(PURPOSE, plain, context=f"{case_id}/{seq}")
    data = line.data or {}
    return {
        "case_id": case_id,
        "seq": seq,
        "at": line.at,
        "kind": line.kind,
        "actor": line.actor,
        "readers": list(line.readers),
        "data": data,
        "body": body,
        "salt": salt,
        "body_digest": body_digest,
        "digest": digest_of(prev, case_id, seq, line.at, line.kind, line.actor, line.readers, data, body_digest),
    }


def append(tx: Tx, vault: Vault, case_id: str, *lines: Line, expect: int | None = None) -> int:
    """Write lines at the end of a case's history and raise its version; the new version.

    Raises:
        NotFound: no such case.
        Stale: the case is not at version `expect`.
    """
    version, head = tx.memo.get((CASE, case_id)) or _lock_head(tx, case_id)
    if expect is not None and version != expect:
        raise Stale()
    for line in lines:
        version += 1
        row = entry_row(case_id, version, head, line, vault)
        head = row["digest"]
        tx.insert(ENTRY, row)
    _MOVE.change(tx, {"this": case_id, "version": version, "head": head})
    tx.memo[CASE, case_id] = version, head
    return version


def _lock_head(tx: Tx, case_id: str) -> tuple[int, str]:
    row = _LOCK_HEAD.row(tx, {"case": case_id})
    if row is None:
        raise NotFound()
    version, head = row
    return version, head


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a chain holds; if not, the entry where it breaks and what is wrong there."""

    ok: bool
    entries: int
    seq: int | None = None
    problem: str = ""


def verify(conn: Connection, vault: Vault, case_id: str) -> Verdict:
    """Walk the chain of a case from its first entry; an erased body leaves it verifiable.

    Raises:
        NotFound: no such case.
    """
    case = conn.execute(_HEAD, {"case": case_id}).one_or_none()
    if case is None:
        raise NotFound()
    prev, count = "", 0
    for row in conn.execute(select(ENTRY).where(ENTRY.c.case_id == case_id).order_by(ENTRY.c.seq)).mappings():
        count += 1
        if row["seq"] != count:
            return Verdict(False, count, count, "missing")
        if row["body"] is not None:
            try:
                plain = vault.open(PURPOSE, row["body"], context=f"{case_id}/{count}")
            except Exception:
                return Verdict(False, count, count, "body")
            if row["salt"] is None or _body_digest(row["salt"], plain) != row["body_digest"]:
                return Verdict(False, count, count, "body")
        digest = digest_of(
            prev, case_id, count, row["at"], row["kind"], row["actor"], row["readers"], row["data"], row["body_digest"]
        )
        if digest != row["digest"]:
            return Verdict(False, count, count, "digest")
        prev = digest
    if count != case.version:
        return Verdict(False, count, count + 1, "missing")
    if prev != case.head:
        return Verdict(False, count, count, "head")
    return Verdict(True, count)


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as a reader sees it."""

    seq: int
    at: datetime
    kind: str
    actor: str
    data: dict[str, Any]
    words: dict[str, Any]


def read(conn: Connection, vault: Vault, case_id: str, readers: frozenset[str] | None) -> list[Shown]:
    """The entries of a case, oldest first; `readers` are the marks that this reader has, None for all of them."""
    shown = []
    for row in conn.execute(select(ENTRY).where(ENTRY.c.case_id == case_id).order_by(ENTRY.c.seq)).mappings():
        if readers is not None and not readers.intersection(row["readers"]):
            continue
        words: dict[str, Any] = {}
        if row["body"] is not None:
            words = vault.open_json(PURPOSE, row["body"], context=f"{case_id}/{row['seq']}")
        shown.append(Shown(row["seq"], row["at"], row["kind"], row["actor"], row["data"], words))
    return shown


def erase_words(tx: Tx, case_id: str, readers: str | None = None) -> None:
    """Erase the words of a case's entries (or of those for one reader only); the chain stays verifiable."""
    rows = tx.execute(select(ENTRY.c.seq, ENTRY.c.readers).where(ENTRY.c.case_id == case_id)).all()
    for row in rows:
        if readers is None or readers in row.readers:
            tx.execute(
                update(ENTRY).where(ENTRY.c.case_id == case_id, ENTRY.c.seq == row.seq).values(body=None, salt=None)
            )
