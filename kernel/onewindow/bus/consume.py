"""Pull from a durable consumer without end: in order for each case or assignment, side by side for different ones."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nats.aio.msg import Msg

from onewindow.bus.connection import PAUSE, Connection
from onewindow.bus.envelope import Message
from onewindow.bus.errors import BusUnavailable, NobodyAnswers, TimedOut
from onewindow.bus.jetstream import ACK_WAIT
from onewindow.bus.subjects import STREAM

log = logging.getLogger(__name__)

_NANO = 1_000_000_000
_EXPIRES = 20.0
_HEARTBEAT = 2.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message and how often it was tried."""

    message: Message
    attempt: int
    stream_seq: int


DeliveryHandler = Callable[[Delivery], Awaitable[None]]


class Consumer:
    """Runs `handler` on each message of a durable: acknowledged when it returns, offered again when it raises.

    At most `batch` messages are in hand. Messages with the same `ce-subject` are handled one after the other.
    `missing` is called when there is no such consumer: the kernel makes it again; an office can only wait.
    """

    def __init__(
        self,
        connection: Connection,
        durable: str,
        handler: DeliveryHandler,
        *,
        batch: int = 64,
        missing: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._connection = connection
        self._durable = durable
        self._handler = handler
        self._batch = batch
        self._missing = missing
        self._arrived: asyncio.Queue[Msg | None] = asyncio.Queue()
        self._in_hand: dict[asyncio.Task[None], Msg] = {}
        self._last: dict[str, asyncio.Task[None]] = {}
        self._freed = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        inbox = self._connection.new_inbox()
        listening = await self._connection.subscribe(inbox, self._arrived.put)
        self._connection.on_connect.append(self._wake)
        progress = asyncio.create_task(self._progress())
        try:
            while True:
                await self._connection.wait_connected()
                try:
                    await self._pull(inbox)
                except BusUnavailable:
                    await asyncio.sleep(PAUSE)
        finally:
            progress.cancel()
            self._connection.on_connect.remove(self._wake)
            for task in list(self._in_hand):
                task.cancel()
            await asyncio.gather(progress, *self._in_hand, return_exceptions=True)
            await self._connection.unsubscribe(listening)

    def _wake(self) -> None:
        self._arrived.put_nowait(None)  # the request on the old connection is void

    async def _pull(self, inbox: str) -> None:
        """One request and what it brings."""
        while (free := self._batch - len(self._in_hand)) < max(1, self._batch // 2):
            self._freed.clear()
            await self._freed.wait()
        request = {"batch": free, "expires": int(_EXPIRES * _NANO), "idle_heartbeat": int(_HEARTBEAT * _NANO)}
        await self._connection.say(
            f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{self._durable}", json.dumps(request).encode(), reply=inbox
        )
        while free:
            try:
                async with asyncio.timeout(2 * _HEARTBEAT + 1):
                    msg = await self._arrived.get()
            except TimeoutError:
                return  # no heartbeat: the request is lost
            if msg is None:
                return
            if not msg.headers or "Status" not in msg.headers:
                self._take(msg)
                free -= 1
            elif await self._is_over(msg):
                return

    async def _is_over(self, msg: Msg) -> bool:
        """Whether this status ends the request."""
        status = (msg.headers or {}).get("Status")
        if status == "100":
            return False
        if status in ("408", "404"):
            return True
        # 503: nobody listens for this consumer; 409: it was just deleted, or its server goes down.
        await asyncio.sleep(0.05)
        if self._missing is None:
            await asyncio.sleep(0.5)
        else:
            with contextlib.suppress(BusUnavailable, NobodyAnswers, TimedOut):
                await self._missing()
        return True

    def _take(self, msg: Msg) -> None:
        key = (msg.headers or {}).get("ce-subject", msg.subject)
        task = asyncio.create_task(self._handle(msg, self._last.get(key)))
        self._in_hand[task] = msg
        self._last[key] = task
        task.add_done_callback(lambda done: self._done(done, key))

    def _done(self, task: asyncio.Task[None], key: str) -> None:
        self._in_hand.pop(task, None)
        if self._last.get(key) is task:
            del self._last[key]
        self._freed.set()

    async def _handle(self, msg: Msg, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        where = msg.metadata
        attempt = where.num_delivered or 1
        delivery = Delivery(Message(msg.subject, dict(msg.headers or {}), msg.data), attempt, where.sequence.stream)
        try:
            await self._handler(delivery)
        except Exception:
            log.exception("bus: %s could not take %s (attempt %d)", self._durable, msg.subject, attempt)
            answer = b'-NAK {"delay": %d}' % (min(0.2 * 2 ** min(attempt, 8), 30) * _NANO)
        else:
            answer = b"+ACK"
        with contextlib.suppress(BusUnavailable):  # else it comes again, and the inbox knows it
            await self._connection.say(msg.reply, answer)

    async def _progress(self) -> None:
        """Tell the server of work that takes long, so that it does not offer it to somebody else."""
        while True:
            await asyncio.sleep(ACK_WAIT / 3)
            with contextlib.suppress(BusUnavailable):
                for msg in list(self._in_hand.values()):
                    await self._connection.say(msg.reply, b"+WPI")
