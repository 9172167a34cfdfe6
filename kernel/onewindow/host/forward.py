"""Brings a host whose store came from a backup forward, from what the kernel last knew of its proceedings."""

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Connection, select, update

from onewindow.bus.events import AssignmentChanged
from onewindow.bus.log import Log
from onewindow.bus.subjects import AskVerb
from onewindow.bus.wire import HelloReply, LostSpan, Mirrored, MirrorReply, MirrorRequest
from onewindow.host.tables import COMMAND, PROCEEDING
from onewindow.host.work import TAKEN, Workshop
from onewindow.store import Store, Tx

# In `meta`: a restore (or the kernel's cursor) says that the store is behind; and what the last one left a gap in.
BEHIND = "behind"
LOST = "lost"
log = structlog.get_logger(__name__)

Ask = Callable[[AskVerb, bytes, float], Awaitable[bytes]]


def mark_behind(tx: Tx, log_: Log, since: datetime | None, at: datetime) -> None:
    """Begin a new epoch of the office's log, and take no command until the store was brought forward."""
    log_.new_epoch(tx)
    log_.meta.set(tx, BEHIND, LostSpan(since=since, until=at).model_dump_json())


@dataclass
class Forward:
    """What a host must do before it may work on: nothing, unless its store came from a backup."""

    store: Store
    log: Log
    work: Workshop
    ask: Ask
    now: Callable[[], datetime]
    # When the last known step of a brought-forward proceeding was: what happened before it has been reacted to.
    settled: dict[str, datetime] = field(default_factory=dict)

    def behind(self, conn: Connection) -> LostSpan | None:
        """The span that was lost and not yet made up for."""
        return _span(self.log.meta.get(conn, BEHIND))

    def lost(self, conn: Connection) -> LostSpan | None:
        """The span of the last restore, of which the office's own records are gone."""
        return _span(self.log.meta.get(conn, LOST))

    async def notice(self, reply: HelloReply) -> None:
        """See whether the kernel has read further in our log than it goes: then somebody put an older store back."""
        at = self.now()

        def work(tx: Tx) -> bool:
            ours = self.log.epoch(tx.conn)
            if not reply.epoch or reply.epoch != ours or reply.pos <= self.log.head(tx.conn):
                return False
            mark_behind(tx, self.log, None, at)
            return True

        if await self.store.write(work):
            log.warning("host.store_put_back", office=self.work.office.id)

    async def bring(self) -> int:
        """Take over what the kernel has and we have not; how many proceedings were brought forward.

        Raises:
            BusUnavailable, NobodyAnswers, TimedOut, ServiceError: the kernel is away; to be tried again from the start.
        """
        self.settled.clear()
        count, after = 0, ""
        while True:
            asked = MirrorRequest(after=after)
            page = MirrorReply.model_validate_json(await self.ask(AskVerb.MIRROR, asked.model_dump_json().encode(), 30))

            def work(tx: Tx, page: MirrorReply = page) -> int:
                return sum(self._take(tx, row) for row in page.rows)

            count += await self.store.write(work)
            for row in page.rows:
                after = row.assignment["assignment_id"]
                if row.at is not None:
                    self.settled[after] = row.at
            if not page.more:
                return count

    async def finish(self, count: int) -> None:
        """The store is level with the kernel; what stays lost is kept, to be shown."""

        def work(tx: Tx) -> None:
            span = self.log.meta.get(tx.conn, BEHIND) or ""
            self.log.meta.set(tx, LOST, span)
            self.log.meta.set(tx, BEHIND, "")

        await self.store.write(work)
        self.settled.clear()
        log.info("host.brought_forward", office=self.work.office.id, proceedings=count)

    def is_settled(self, assignment: str, at: datetime) -> bool:
        """Whether what happened then was followed by a step that the kernel knows: it is not reacted to again."""
        last = self.settled.get(assignment)
        return last is not None and at <= last

    def _take(self, tx: Tx, row: Mirrored) -> bool:
        change = AssignmentChanged.model_validate(row.assignment)
        now = self.now()
        self.work.receive(tx, change, row.township, now, careful=True)
        known = tx.execute(select(PROCEEDING.c.version).where(PROCEEDING.c.id == change.assignment_id)).scalar_one()
        if row.version <= known:
            return False
        values = {
            "version": row.version,
            "state": row.state,
            "procedure": row.procedure,
            "procedure_version": row.procedure_version,
            "facts": None if row.facts is None else base64.b64decode(row.facts),
            "updated_at": row.at or now,
        }
        tx.execute(update(PROCEEDING).where(PROCEEDING.c.id == change.assignment_id).values(values))
        for digest, version in row.commands.items():
            if version > known:
                taken = {"key": TAKEN + digest, "actor": "", "digest": "", "event_id": ""}
                tx.insert_new(COMMAND, {**taken, "assignment_id": change.assignment_id, "at": row.at or now})
        return True


def _span(text: str | None) -> LostSpan | None:
    return LostSpan.model_validate(json.loads(text)) if text else None
