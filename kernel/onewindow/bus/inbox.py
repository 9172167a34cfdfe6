"""What arrived: which events took effect, how far each sender was read, and what had to be set aside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from onewindow.bus.envelope import Event, Placed, event_json
from onewindow.bus.tables import BusTables
from onewindow.store import Tx


class Inbox:
    """The real guarantee against doing something twice: a row in the transaction of the effect."""

    def __init__(self, tables: BusTables) -> None:
        self._inbox = tables.inbox

    def first_time(self, tx: Tx, event_id: str, at: datetime) -> bool:
        """Whether `event_id` takes effect now for the first time, which it then has."""
        return tx.insert_new(self._inbox, {"event_id": event_id, "at": at})


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a sender's log was read, and in which of its epochs."""

    epoch: str
    pos: int


class Peer:
    """The cursors, one for each sender."""

    def __init__(self, tables: BusTables) -> None:
        self._peer = tables.peer

    def get(self, conn: Connection, name: str) -> Cursor | None:
        row = conn.execute(select(self._peer).where(self._peer.c.name == name)).first()
        return None if row is None else Cursor(row.epoch, row.pos)

    def set(self, tx: Tx, name: str, cursor: Cursor) -> None:
        """Move the cursor: forward only, unless the sender's epoch is another."""
        table = self._peer
        ahead = (table.c.epoch != cursor.epoch) | (table.c.pos < cursor.pos)
        changed = tx.execute(
            update(table).where(table.c.name == name, ahead).values(epoch=cursor.epoch, pos=cursor.pos)
        )
        if not changed.rowcount:
            tx.insert_new(table, {"name": name, "epoch": cursor.epoch, "pos": cursor.pos})


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """A message that could not be applied, why, and whether somebody has dealt with it."""

    id: int
    peer: str
    event_id: str
    subject: str
    reason: str
    event: Mapping[str, Any]
    body: bytes | None
    at: datetime
    resolved_at: datetime | None


class Parking:
    """Messages set aside; each holds up only what it is about."""

    def __init__(self, tables: BusTables) -> None:
        self._parked = tables.parked

    def park(self, tx: Tx, peer: str, placed: Placed, reason: str, at: datetime, body: bytes | None = None) -> None:
        """Set an event aside, once."""
        event = placed.event
        self._keep(tx, peer, event.id, event.subject, reason, event_json(placed), body, at)

    def park_unreadable(
        self, tx: Tx, peer: str, subject: str, headers: Mapping[str, str], reason: str, at: datetime
    ) -> None:
        """Set aside what is no event of ours. Its payload is not kept: nobody knows what is in it."""
        name = headers.get("Nats-Msg-Id") or headers.get("ce-id") or subject
        self._keep(tx, peer, name[:100], subject[:200], reason, {"headers": dict(headers)}, None, at)

    def _keep(
        self,
        tx: Tx,
        peer: str,
        event_id: str,
        subject: str,
        reason: str,
        event: Mapping[str, Any],
        body: bytes | None,
        at: datetime,
    ) -> None:
        table = self._parked
        known = tx.execute(
            select(table.c.id).where(
                table.c.event_id == event_id,
                table.c.peer == peer,
                table.c.subject == subject,
                table.c.resolved_at.is_(None),
            )
        ).first()
        if known is None:
            tx.insert(
                table,
                {
                    "peer": peer,
                    "event_id": event_id,
                    "subject": subject,
                    "reason": reason,
                    "event": dict(event),
                    "body": body,
                    "at": at,
                    "resolved_at": None,
                },
            )

    def parked(self, conn: Connection, *, subject: str | None = None, limit: int = 200) -> list[ParkedMessage]:
        """What still waits, oldest first; of one case or assignment, or of all."""
        query = select(self._parked).where(self._parked.c.resolved_at.is_(None)).order_by(self._parked.c.id)
        if subject is not None:
            query = query.where(self._parked.c.subject == subject)
        return [ParkedMessage(**row._mapping) for row in conn.execute(query.limit(limit))]

    def holds(self, conn: Connection, event: Event) -> bool:
        """Whether something about the same case or assignment waits already."""
        return bool(self.parked(conn, subject=event.subject, limit=1))

    def resolve(self, tx: Tx, parked_id: int, at: datetime) -> bool:
        """Mark a parked message as dealt with; whether it still waited."""
        table = self._parked
        changed = tx.execute(
            update(table).where(table.c.id == parked_id, table.c.resolved_at.is_(None)).values(resolved_at=at)
        )
        return changed.rowcount == 1
