"""The log of what this side says: outbox, history and answer to "your log after my cursor", in one table."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self

from sqlalchemy import BigInteger, Connection, Row, Select, bindparam, func, select, update

from onewindow.bus.envelope import Event, Placed, dump, event_from_json, event_json
from onewindow.bus.errors import Unreadable
from onewindow.bus.tables import BusTables
from onewindow.office.types import OfficeId, new_id
from onewindow.store import Store, Tx, advisory_lock
from onewindow.store.fixed import Fixed

EPOCH: Final = "epoch"
# A page of the log must fit into one message of the bus (4 MB), with room for base64 and headers.
PAGE_BYTES: Final = 2_500_000
STAMPED_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class LogRow:
    """One event with its place in this log and the ciphertext of its words, which never enter JetStream."""

    pos: int
    event: Event
    body: bytes | None


@dataclass(frozen=True, slots=True)
class LogPage:
    """The answer to "your log after my cursor"; `more` when there is another page after it."""

    epoch: str
    rows: tuple[LogRow, ...]
    more: bool

    def to_bytes(self) -> bytes:
        return dump(
            {
                "epoch": self.epoch,
                "more": self.more,
                "rows": [
                    {
                        "event": event_json(Placed(row.event, row.pos, self.epoch)),
                        "body": None if row.body is None else base64.b64encode(row.body).decode(),
                    }
                    for row in self.rows
                ],
            }
        )

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        try:
            value = json.loads(payload)
            rows = []
            for item in value["rows"]:
                placed = event_from_json(item["event"])
                body = None if item["body"] is None else base64.b64decode(item["body"])
                rows.append(LogRow(placed.pos, placed.event, body))
            return cls(str(value["epoch"]), tuple(rows), bool(value["more"]))
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable from error


class Meta:
    """Small facts about this store: the log's epoch, how far the relay came."""

    def __init__(self, tables: BusTables) -> None:
        self._table = tables.meta

    def get(self, conn: Connection, key: str) -> str | None:
        return conn.execute(select(self._table.c.value).where(self._table.c.key == key)).scalar()

    def set(self, tx: Tx, key: str, value: str) -> None:
        tx.upsert(self._table, {"key": key, "value": value}, key=["key"])


class Log:
    """Append in the transaction of the effect; each row is given its place (`pos`) in the order of the commits.

    `alone`: one lane writes this store, so its order is known and a row gets its place as it is committed. Where
    several write, the relay gives the places afterwards.
    """

    def __init__(self, tables: BusTables, source: str, *, alone: bool = False) -> None:
        self.alone = alone
        self._log = log = tables.log
        self.source = source
        self._epoch = ""
        pending = select(log.c.id).where(log.c.pos.is_(None)).order_by(log.c.id).limit(bindparam("limit")).subquery()
        numbered = select(pending.c.id, func.row_number().over(order_by=pending.c.id).label("n")).subquery()
        place = numbered.c.n + bindparam("head", type_=BigInteger())
        self._stamp = Fixed(update(log).where(log.c.id == numbered.c.id).values(pos=place), writes=True)
        self._head = Fixed(select(func.max(log.c.pos)))
        self._pending = Fixed(select(log.c.id).where(log.c.pos.is_(None)).limit(1))
        self.meta = Meta(tables)
        self.listeners: list[Callable[[], None]] = []  # called after a commit that appended, in the lane's thread

    def append(self, tx: Tx, event: Event, body: bytes | None = None) -> None:
        """Say `event` when this transaction commits; `body` is the ciphertext of its words."""
        if event.source != self.source:
            raise Unreadable(source=event.source)
        tx.insert(
            self._log,
            {
                "pos": None,
                "event_id": event.id,
                "type": event.type,
                "schema_version": event.schema,
                "office": event.office,
                "township": event.township,
                "subject": event.subject,
                "at": event.time,
                "data": event.data,
                "body": body,
            },
        )
        if self.alone:
            tx.before_commit(self, lambda: self.stamp(tx, STAMPED_AT_ONCE))
        for listener in self.listeners:
            tx.on_commit(listener)

    def stamp(self, tx: Tx, limit: int) -> int:
        """Give the next places to at most `limit` rows that have none, in the order of their ids; how many got one.

        One at a time: ids are drawn before commit, so their order alone would let a row appear behind a reader's
        cursor.
        """
        advisory_lock(tx.conn, "relay stamp")
        return self._stamp.change(tx, {"limit": limit, "head": self.head(tx.conn)})

    async def settle(self, store: Store) -> None:
        """Give all rows that wait their places, so that whoever reads now reads all that was committed."""
        while await store.read(self.pending):
            await store.write(lambda tx: self.stamp(tx, STAMPED_AT_ONCE))

    def head(self, conn: Connection) -> int:
        """The last place given; 0 in a new log."""
        row = self._head.row(conn, {})
        return int(row[0] or 0) if row else 0

    def end(self, conn: Connection) -> int:
        """The place that the last row has, or will have once all that wait for theirs have one."""
        pending = select(func.count()).select_from(self._log).where(self._log.c.pos.is_(None))
        return self.head(conn) + conn.execute(pending).scalar_one()

    def pending(self, conn: Connection) -> bool:
        """Whether there are rows without a place."""
        return self._pending.row(conn, {}) is not None

    def waiting(self, conn: Connection, sent: int) -> bool:
        """Whether there are rows that the relay has not sent."""
        return self.head(conn) > sent or self.pending(conn)

    def after(self, conn: Connection, office: OfficeId | None, pos: int, limit: int) -> list[LogRow]:
        """At most `limit` rows after place `pos`, in order; those of one office, or (None) all."""
        return [self._row(row) for row in conn.execute(self._query(office, pos, limit))]

    def page(self, conn: Connection, office: OfficeId | None, pos: int, limit: int = 500) -> LogPage:
        """The answer to one log request: as many rows as fit into one message."""
        rows: list[LogRow] = []
        room = PAGE_BYTES
        for row in self.after(conn, office, pos, limit + 1):
            room -= len(row.body or b"") * 4 // 3 + len(json.dumps(row.event.data)) + 500
            if rows and (room < 0 or len(rows) == limit):
                return LogPage(self.epoch(conn), tuple(rows), True)
            rows.append(row)
        return LogPage(self.epoch(conn), tuple(rows), False)

    def _query(self, office: OfficeId | None, pos: int, limit: int) -> Select[Any]:
        query = select(self._log).where(self._log.c.pos > pos).order_by(self._log.c.pos).limit(limit)
        return query if office is None else query.where(self._log.c.office == office)

    def _row(self, row: Row[Any]) -> LogRow:
        event = Event(
            row.event_id,
            row.type,
            self.source,
            row.subject,
            row.at,
            OfficeId(row.office),
            row.township,
            row.data,
            row.schema_version,
        )
        return LogRow(row.pos, event, row.body)

    def epoch(self, conn: Connection) -> str:
        """The name of this log's life; another one means that it was restored and its places begin anew."""
        if not self._epoch:
            self._epoch = self.meta.get(conn, EPOCH) or ""
        return self._epoch

    def ensure_epoch(self, tx: Tx) -> str:
        """The epoch, made at the first call."""
        return self.epoch(tx.conn) or self.new_epoch(tx)

    def new_epoch(self, tx: Tx) -> str:
        """Begin a new epoch: after a restore, places may be given again to other events."""
        epoch, self._epoch = new_id(), ""
        self.meta.set(tx, EPOCH, epoch)
        return epoch
