"""What was done to the organisation, by whom and when: written with the change itself, read by the auditor."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from onewindow.office.types import new_id
from onewindow.organisation.tables import ORGANISATION_LOG
from onewindow.store import Tx


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `subject` is the id of the row that it concerns, `data` holds ids, dates and numbers only."""

    id: str
    at: datetime
    actor: str
    what: str
    subject: str
    data: dict[str, Any]


def note(tx: Tx, *, at: datetime, actor: str, what: str, subject: str, **data: Any) -> None:
    """Log a change in its own transaction. Never a password, and no name: who bears an id is in the staff table."""
    row = {"id": new_id(), "at": at, "actor": actor, "what": what, "subject": subject, "data": data}
    tx.execute(ORGANISATION_LOG.insert(), row)


def changes(conn: Connection, *, subject: str | None = None, after: str | None = None, limit: int = 50) -> list[Change]:
    """The newest first, of one subject or of all; one more than `limit` if there are more."""
    query = select(ORGANISATION_LOG)
    if subject is not None:
        query = query.where(ORGANISATION_LOG.c.subject == subject)
    if after is not None:
        query = query.where(ORGANISATION_LOG.c.id < after)
    rows = conn.execute(query.order_by(ORGANISATION_LOG.c.id.desc()).limit(limit + 1)).mappings()
    return [Change(**row) for row in rows]
