"""From the log to JetStream: gives every row its place and publishes it, in order, until it is acknowledged."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from nats.aio.msg import Msg
from sqlalchemy import Connection as Sql
from sqlalchemy.exc import SQLAlchemyError

from onewindow.bus.connection import Connection, stored
from onewindow.bus.envelope import Placed, encode
from onewindow.bus.errors import BusUnavailable, NobodyAnswers, StreamMissing, TimedOut
from onewindow.bus.log import Log, LogRow
from onewindow.office.types import new_id
from onewindow.store import Store, Tx
from onewindow.store.leader import Leader

logger = logging.getLogger(__name__)

PUBLISHED: Final = "published"
_ACK_SECONDS = 5.0
_LEADER_SECONDS = 2.0

# One sync of the disk for so many messages; the server takes at most 1,000.
_BATCH = 100
_SAVE_EVERY = 1000


@dataclass(frozen=True, slots=True)
class Sent:
    """Rows that wait for one acknowledgement, and the place of the last."""

    pos: int
    count: int
    ack: asyncio.Future[Msg]


class Rest(Enum):
    """Why the relay goes on."""

    NEW = "something was written"
    SETTLED = "something was acknowledged"
    IDLE = "nothing happened for a while"


class Relay:
    """One runs for each store (on PostgreSQL among all processes). Rows stay after publishing: JetStream is no copy.

    What queued up goes in atomic batches. When something was not acknowledged it goes back to that row and sends
    again, one by one and with the same ids, everything that it had sent after it: so what belongs together is first
    seen in the order of the log. (One by one, because a batch with a message that is there already is refused.)
    """

    def __init__(
        self,
        store: Store,
        log: Log,
        connection: Connection,
        *,
        window: int = 256,
        idle: float | None = None,
        missing: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._store = store
        self._log = log
        self._connection = connection
        self._window = window
        # A SQLite store has no other writers, so nobody has to look for rows of theirs.
        self._idle = idle if idle is not None else (2.0 if store.dialect == "sqlite" else 0.05)
        self._missing = missing
        self._leader = Leader(store.place, "relay")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._poked = asyncio.Event()
        self._ringing = False
        self._advanced = asyncio.Condition()
        self._rewind: int | None = None
        self._saved = 0
        self._singly = 0  # up to here rows may be in the stream already
        self.published = 0
        log.listeners.append(self.poke)

    def poke(self) -> None:
        """There is something new; from any thread, as often as one likes."""
        if self._loop is not None and not self._ringing and not self._loop.is_closed():
            self._ringing = True
            self._loop.call_soon_threadsafe(self._poked.set)

    async def run(self) -> None:
        """Until cancelled."""
        self._loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    await self._connection.wait_connected()
                    if await asyncio.to_thread(self._leader.holds):
                        await self._relay()
                    await asyncio.sleep(_LEADER_SECONDS / 2)
                except StreamMissing:
                    await self._ask_for_stream()
                except (BusUnavailable, TimedOut):
                    await asyncio.sleep(0.05)
                except SQLAlchemyError:
                    logger.exception("relay: the store does not answer")
                    await asyncio.sleep(1)
        finally:
            self._loop = None
            await asyncio.shield(asyncio.to_thread(self._leader.release))

    async def republish(self, from_pos: int = 0) -> int:
        """Publish everything after `from_pos` once more and wait for it; the place reached."""
        head = await self._store.read(self._log.end)
        await self._store.write(lambda tx: self._log.meta.set(tx, PUBLISHED, str(from_pos)))
        self._rewind = from_pos
        self.published = self._saved = from_pos
        self._poked.set()
        async with self._advanced:
            await self._advanced.wait_for(lambda: self._rewind is None and self.published >= head)
        return self.published

    async def wait_published(self, pos: int) -> None:
        """Wait until everything up to `pos` is in JetStream."""
        async with self._advanced:
            await self._advanced.wait_for(lambda: self.published >= pos)

    async def _ask_for_stream(self) -> None:
        logger.warning("relay: the stream is missing")
        if self._missing is None:
            await asyncio.sleep(0.5)
            return
        with contextlib.suppress(BusUnavailable, NobodyAnswers, TimedOut):
            await self._missing()
        await asyncio.sleep(0.05)

    async def _relay(self) -> None:
        """Publish as long as we lead and nothing fails."""
        loop = asyncio.get_running_loop()
        epoch = await self._store.write(self._log.ensure_epoch)
        sent = self.published = self._saved = await self._store.read(self._stand)
        self._rewind = None
        await self._notify()
        window: deque[Sent] = deque()
        look = loop.time() + _LEADER_SECONDS
        rest = Rest.NEW
        try:
            while True:
                if self._rewound():
                    return
                if loop.time() > look:
                    look = loop.time() + _LEADER_SECONDS
                    if not await asyncio.to_thread(self._leader.holds):
                        return
                # An acknowledgement alone brings nothing to send.
                rows = [] if rest is Rest.SETTLED else await self._next(sent, rest is Rest.NEW)
                for chunk in self._chunks(rows):
                    while sum(each.count for each in window) >= self._window:
                        await self._settle(window)
                    sent = chunk[-1].pos
                    window.append(Sent(sent, len(chunk), await self._publish(chunk, epoch)))
                while window and window[0].ack.done():
                    await self._settle(window)
                rest = Rest.NEW if len(rows) == self._window else await self._rest(window)
        except (BusUnavailable, StreamMissing, TimedOut):
            self._singly = sent
            raise
        finally:
            for each in window:
                each.ack.cancel()

    def _rewound(self) -> bool:
        return self._rewind is not None

    def _stand(self, conn: Sql) -> int:
        return int(self._log.meta.get(conn, PUBLISHED) or 0)

    async def _next(self, sent: int, fresh: bool) -> list[LogRow]:
        """The rows after `sent`, stamped; writes only where something is new."""
        published = self.published
        if fresh and self._log.alone:
            placed, left = await self._store.read(lambda conn: self._placed(conn, sent))
            if not left:
                if published - self._saved >= _SAVE_EVERY:
                    await self._save(published)
                return placed
        if not fresh and not await self._store.read(lambda conn: self._log.waiting(conn, sent)):
            if published > self._saved:
                await self._save(published)
            return []

        def work(tx: Tx) -> list[LogRow]:
            self._log.stamp(tx, 4 * self._window)
            if published > self._saved:
                self._log.meta.set(tx, PUBLISHED, str(published))
            return self._log.after(tx.conn, None, sent, self._window)

        rows = await self._store.write(work)
        self._saved = max(self._saved, published)
        return rows

    async def _save(self, published: int) -> None:
        """Keep how far publishing came; what was published after it is published again after a restart."""
        await self._store.write(lambda tx: self._log.meta.set(tx, PUBLISHED, str(published)))
        self._saved = published

    def _placed(self, conn: Sql, sent: int) -> tuple[list[LogRow], bool]:
        """The rows after `sent` that have their places, and whether some wait for theirs."""
        return self._log.after(conn, None, sent, self._window), self._log.pending(conn)

    def _chunks(self, rows: list[LogRow]) -> Iterator[list[LogRow]]:
        start = 0
        while start < len(rows):
            size = 1 if rows[start].pos <= self._singly else _BATCH
            yield rows[start : start + size]
            start += size

    async def _publish(self, rows: list[LogRow], epoch: str) -> asyncio.Future[Msg]:
        """Send rows that are stored together or not at all; the last one brings the acknowledgement."""
        messages = [encode(Placed(row.event, row.pos, epoch)) for row in rows]
        if len(messages) > 1:
            batch = new_id()
            for number, message in enumerate(messages, 1):
                message.headers.update({"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)})
            for message in messages[:-1]:
                await self._connection.say(message.subject, message.payload, headers=message.headers)
            messages[-1].headers["Nats-Batch-Commit"] = "1"
        last = messages[-1]
        return await self._connection.send(last.subject, last.payload, last.headers)

    async def _settle(self, window: deque[Sent]) -> None:
        """Wait for the oldest acknowledgement."""
        pos, future = window[0].pos, window[0].ack
        try:
            async with asyncio.timeout(_ACK_SECONDS):
                stored(await future)
        except TimeoutError:
            raise TimedOut from None
        window.popleft()
        self.published = pos
        await self._notify()

    async def _notify(self) -> None:
        async with self._advanced:
            self._advanced.notify_all()

    async def _rest(self, window: deque[Sent]) -> Rest:
        """Wait for an acknowledgement, for something new, or for the time to look whether another wrote something."""
        ring = asyncio.create_task(self._poked.wait())
        waits: set[asyncio.Future[object]] = {ring}  # type: ignore[arg-type]
        if window:
            waits.add(window[0].ack)  # type: ignore[arg-type]
        try:
            await asyncio.wait(
                waits, timeout=_ACK_SECONDS if window else self._idle, return_when=asyncio.FIRST_COMPLETED
            )
            settled = bool(window) and not ring.done()
            if settled:
                await self._settle(window)
        finally:
            ring.cancel()
        self._ringing = False  # before looking: a poke from now on rings again
        if self._poked.is_set():
            self._poked.clear()
            return Rest.NEW
        return Rest.SETTLED if settled else Rest.IDLE
