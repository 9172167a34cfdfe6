"""Who looked at what: written before the answer leaves, and read by the person whom it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from onewindow.access.tables import ACCESS_LOG
from onewindow.access.vault import Vault
from onewindow.office.types import CaseId, PartyId, new_id
from onewindow.store import Tx

PURPOSE = "access_log"


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a case, or at one party's fields in it."""

    id: str
    at: datetime
    actor: str
    case_id: CaseId
    party_id: PartyId | None
    what: str
    reason: str


def note(
    tx: Tx,
    vault: Vault,
    *,
    at: datetime,
    actor: str,
    case_id: CaseId,
    what: str,
    party_id: PartyId | None = None,
    reason: str = "",
) -> str:
    """Log a look; `actor` is a staff id or `party:<id>`, `what` an action or the names of the fields."""
    entry = new_id()
    tx.insert(
        ACCESS_LOG,
        {
            "id": entry,
            "at": at,
            "actor": actor,
            "case_id": case_id,
            "party_id": party_id,
            "what": what,
            "reason": vault.seal_text(PURPOSE, reason, context=entry) if reason else None,
        },
    )
    return entry


def of_party(
    conn: Connection, vault: Vault, case_id: CaseId, party_id: PartyId, *, after: str | None = None, limit: int = 50
) -> list[Look]:
    """What a party may see: looks at their own fields, and at the case as a whole, of staff only; the newest first.

    That another party looked is theirs, not this one's.
    """
    query = select(ACCESS_LOG).where(
        ACCESS_LOG.c.case_id == case_id,
        or_(ACCESS_LOG.c.party_id == party_id, ACCESS_LOG.c.party_id.is_(None)),
        or_(ACCESS_LOG.c.actor == f"party:{party_id}", ACCESS_LOG.c.actor.not_like("party:%")),
    )
    return _looks(conn, vault, query, after, limit)


def of_case(
    conn: Connection, vault: Vault, case_id: CaseId, *, after: str | None = None, limit: int = 50
) -> list[Look]:
    """Every look at a case, the newest first; for the auditor."""
    return _looks(conn, vault, select(ACCESS_LOG).where(ACCESS_LOG.c.case_id == case_id), after, limit)


def everything(conn: Connection, vault: Vault, *, after: str | None = None, limit: int = 50) -> list[Look]:
    """Every look at any case, the newest first; for the auditor."""
    return _looks(conn, vault, select(ACCESS_LOG), after, limit)


def _looks(conn: Connection, vault: Vault, query: Select[Any], after: str | None, limit: int) -> list[Look]:
    if after is not None:
        query = query.where(ACCESS_LOG.c.id < after)
    rows: Sequence[Any] = conn.execute(query.order_by(ACCESS_LOG.c.id.desc()).limit(limit)).all()
    return [
        Look(
            id=row.id,
            at=row.at,
            actor=row.actor,
            case_id=CaseId(row.case_id),
            party_id=PartyId(row.party_id) if row.party_id else None,
            what=row.what,
            reason=vault.open_text(PURPOSE, row.reason, context=row.id) if row.reason is not None else "",
        )
        for row in rows
    ]
