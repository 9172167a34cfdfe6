"""A connection to NATS that comes back by itself; the only module that knows the client library."""

import asyncio
import contextlib
import json
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final, Self

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from onewindow.bus.envelope import MSG_ID
from onewindow.bus.errors import BusUnavailable, NobodyAnswers, StreamMissing, TimedOut
from onewindow.bus.subjects import inbox_prefix
from onewindow.bus.tls import require_private

log = logging.getLogger(__name__)

Handler = Callable[[Msg], Awaitable[None]]
_SECONDS_BETWEEN_ATTEMPTS = 0.2
_SECONDS_BETWEEN_LOOKS = 0.1
# A connection may be closing and not know it yet: whoever tries again lets it come to that.
PAUSE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Access:
    """Where the bus is and who we are there."""

    url: str | Sequence[str]
    user: str
    password: str
    who: str  # "kernel" or the office: names the private inbox
    name: str = ""  # shown in the server's list of connections
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """JetStream has it on disk."""

    stream: str
    seq: int
    duplicate: bool


class Listening:
    """A subscription that outlives the connection on which it was made."""

    def __init__(self, subject: str, queue: str, handler: Handler) -> None:
        self.subject = subject
        self.queue = queue
        self.handler = handler
        self.current: Subscription | None = None


class _Client(Client):
    """The library's client, but for one thing: where TLS was asked for, no word of who we are goes out without it.

    The library does as the server's first line says, which anybody on the way can change.
    """

    def _connect_command(self) -> bytes:
        server = self._current_server
        if server is not None and server.uri.scheme == "tls" and not self._server_info.get("tls_required"):
            raise nats.errors.Error("the server does not offer TLS")
        return super()._connect_command()


class Connection:
    """Publish, ask and listen. While the server is away everything fails at once or waits, as its docstring says.

    Reconnecting is done here and not by the client library: the library would afterwards send what it had buffered
    before, and so deliver events out of order and commands long after their time.
    """

    def __init__(self, access: Access) -> None:
        self.access = access
        self._client: Client | None = None
        self._up = asyncio.Event()
        self._closing = False
        self._keeper: asyncio.Task[None] | None = None
        self._said = ""
        self._subscriptions: list[Listening] = []
        self._waiting: dict[str, asyncio.Future[Msg]] = {}
        self._reply_prefix = ""
        self._serial = 0
        self.reconnects = 0
        self.on_connect: list[Callable[[], None]] = []

    @classmethod
    async def open(cls, access: Access, *, timeout: float | None = None) -> Self:
        """Connect; waits for the server, for ever or `timeout` seconds.

        Raises:
            BusUnavailable: if it did not come up in time.
            Misconfigured: if it is off loopback without TLS.
        """
        require_private(access.url)
        connection = cls(access)
        connection._keeper = asyncio.create_task(connection._keep(), name="bus-connection")
        try:
            async with asyncio.timeout(timeout):
                await connection._up.wait()
        except TimeoutError:
            await connection.close()
            raise BusUnavailable from None
        return connection

    async def close(self) -> None:
        """Say goodbye: what was published is flushed first."""
        self._closing = True
        if self._client is not None and self._client.is_connected:
            with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
                await self._client.flush(2)
        while self._keeper is not None and not self._keeper.done():
            # More than once: the library loses a cancellation that meets a connection being refused.
            self._keeper.cancel()
            await asyncio.wait([self._keeper], timeout=0.1)
        if self._client is not None:
            await _end(self._client)
        self._drop()

    @property
    def connected(self) -> bool:
        return self._up.is_set()

    def _live(self) -> Client:
        if self._client is None or not self.connected:
            raise BusUnavailable
        return self._client

    async def wait_connected(self) -> None:
        """Wait until there is a connection."""
        await self._up.wait()

    async def _keep(self) -> None:
        while not self._closing:
            client, down = _Client(), asyncio.Event()
            try:
                await self._connect(client, down)
            except asyncio.CancelledError:
                await _end(client)
                raise
            except Exception as error:  # whatever it is: who is not connected tries again
                self._say_once(f"cannot connect as {self.access.user}: {type(error).__name__} {error}")
                await _end(client)
                await asyncio.sleep(_SECONDS_BETWEEN_ATTEMPTS)
                continue
            self._client = client
            self._said = ""
            self._up.set()
            for callback in self.on_connect:
                callback()
            await self._until_lost(client, down)
            if not self._closing:
                self.reconnects += 1
                log.warning("bus: %s lost the connection, connecting again", self.access.user)

    async def _until_lost(self, client: Client, down: asyncio.Event) -> None:
        while not down.is_set() and client.is_connected:
            # Looked at as well: the library does not call back when it fails to send the last of its buffer.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SECONDS_BETWEEN_LOOKS):
                    await down.wait()
        self._drop()
        if not down.is_set():
            for subscription in list(client._subs.values()):
                subscription._stop_processing()

    async def _connect(self, client: Client, down: asyncio.Event) -> None:
        async def on_error(error: Exception) -> None:
            self._say_once(f"{self.access.user}: {type(error).__name__} {error}")

        async def on_closed() -> None:
            down.set()
            if self._client is client:
                self._drop()

        access = self.access
        await client.connect(
            access.url if isinstance(access.url, str) else list(access.url),
            user=access.user,
            password=access.password,
            name=access.name or access.user,
            tls=access.tls,
            inbox_prefix=inbox_prefix(access.who),
            allow_reconnect=False,
            max_reconnect_attempts=-1,
            reconnect_time_wait=_SECONDS_BETWEEN_ATTEMPTS,  # type: ignore[arg-type]  # the library sleeps for it
            connect_timeout=2,
            ping_interval=10,
            max_outstanding_pings=2,
            error_cb=on_error,
            closed_cb=on_closed,
        )
        self._reply_prefix = f"{inbox_prefix(access.who)}.{token_hex(11)}."
        await client.subscribe(self._reply_prefix + "*", cb=self._on_reply)
        for listening in self._subscriptions:
            await self._listen(client, listening)
        await _arrived(client)
        if down.is_set():
            raise nats.errors.ConnectionClosedError

    def _say_once(self, text: str) -> None:
        if text != self._said:
            self._said = text
            log.warning("bus: %s", text)

    def _drop(self) -> None:
        """Nobody will answer on the old connection any more."""
        self._up.clear()
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(BusUnavailable())
                future.exception()  # whoever gave up waiting for it needs no warning

    # Asking

    async def send(self, subject: str, payload: bytes, headers: Mapping[str, str] | None = None) -> asyncio.Future[Msg]:
        """Publish with a reply subject of our own; the future has the reply, or fails when the connection does.

        Raises:
            BusUnavailable: if there is no connection; nothing was sent.
        """
        client = self._live()
        self._serial += 1
        token = str(self._serial)
        future: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()
        self._waiting[token] = future
        future.add_done_callback(lambda _: self._waiting.pop(token, None))
        try:
            await client.publish(
                subject, payload, reply=self._reply_prefix + token, headers=dict(headers) if headers else None
            )
        except nats.errors.Error as error:
            future.cancel()
            raise BusUnavailable from error
        return future

    async def _on_reply(self, msg: Msg) -> None:
        future = self._waiting.get(msg.subject.rpartition(".")[2])
        if future is not None and not future.done():
            future.set_result(msg)

    async def request(
        self, subject: str, payload: bytes, *, timeout: float, headers: Mapping[str, str] | None = None
    ) -> Msg:
        """Ask and wait for the answer.

        Raises:
            NobodyAnswers: nobody listens on the subject: not done. Comes back at once.
            BusUnavailable: there was no connection: not done.
            TimedOut: sent, and no answer in time or the connection lost: unknown.
        """
        future = await self.send(subject, payload, headers)
        try:
            async with asyncio.timeout(timeout):
                reply = await future
        except (TimeoutError, BusUnavailable):
            raise TimedOut(subject=subject) from None
        if _is_no_responders(reply):
            raise NobodyAnswers(subject=subject)
        return reply

    async def publish(
        self,
        subject: str,
        payload: bytes,
        *,
        msg_id: str,
        headers: Mapping[str, str] | None = None,
        timeout: float = 5.0,
    ) -> Stored:
        """Store in JetStream, trying again with the same id until it is there.

        Raises:
            StreamMissing: if no stream takes the subject.
            TimedOut: if it was not stored within `timeout` seconds.
        """
        sealed = {**(headers or {}), MSG_ID: msg_id}
        try:
            async with asyncio.timeout(timeout):
                while True:
                    await self.wait_connected()
                    with contextlib.suppress(BusUnavailable):
                        return stored(await (await self.send(subject, payload, sealed)))
                    await asyncio.sleep(PAUSE)
        except TimeoutError:
            raise TimedOut(subject=subject) from None

    async def say(
        self, subject: str, payload: bytes = b"", reply: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        """Publish outside JetStream and expect nothing back.

        Raises:
            BusUnavailable: if there is no connection.
        """
        client = self._live()
        try:
            await client.publish(subject, payload, reply=reply, headers=dict(headers) if headers else None)
        except nats.errors.Error as error:
            raise BusUnavailable from error

    async def api(self, call: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One request to JetStream's API, e.g. `STREAM.INFO.OW`; the answer as it is, errors included."""
        payload = json.dumps(body).encode() if body is not None else b""
        reply = await self.request(f"$JS.API.{call}", payload, timeout=5)
        answer: dict[str, Any] = json.loads(reply.data)
        return answer

    # Listening

    async def subscribe(self, subject: str, handler: Handler, *, queue: str = "") -> Listening:
        """Call `handler` with every message, one after the other, also after reconnecting."""
        listening = Listening(subject, queue, handler)
        self._subscriptions.append(listening)
        if self._client is not None and self.connected:
            with contextlib.suppress(nats.errors.Error, TimeoutError):  # else it is made with the next connection
                await self._listen(self._client, listening)
                await _arrived(self._client)
        return listening

    async def unsubscribe(self, listening: Listening) -> None:
        """Stop listening; what has arrived already is still handled."""
        if listening in self._subscriptions:
            self._subscriptions.remove(listening)
        if listening.current is not None and self.connected:
            with contextlib.suppress(nats.errors.Error):
                await listening.current.unsubscribe()

    async def _listen(self, client: Client, listening: Listening) -> None:
        async def guarded(msg: Msg) -> None:
            try:
                await listening.handler(msg)
            except Exception:
                log.exception("bus: a handler of %s failed", listening.subject)

        listening.current = await client.subscribe(listening.subject, queue=listening.queue, cb=guarded)

    def new_inbox(self) -> str:
        """A subject below our private inbox that nobody has used."""
        return f"{inbox_prefix(self.access.who)}.{token_hex(11)}"


async def _end(client: Client) -> None:
    with contextlib.suppress(OSError, nats.errors.Error, TimeoutError):  # it may fail to send the last of its buffer
        await client.close()


async def _arrived(client: Client) -> None:
    """Wait until the server knows our subscriptions. The library's ping overtakes what it has buffered, so the first
    only gives it the time to write that, and the second one's answer proves that it arrived."""
    for _time in range(2):
        await client.flush(5)
        # The library waits with `wait_for`, which on Python 3.11 loses a cancellation that meets the answer: a task
        # group whose child lost its cancellation never ends.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError


def _is_no_responders(msg: Msg) -> bool:
    return bool(msg.headers) and not msg.data and (msg.headers or {}).get("Status") == "503"


def stored(reply: Msg) -> Stored:
    """What JetStream says about a publication.

    Raises:
        StreamMissing: no stream takes the subject.
        BusUnavailable: the server could not store it now; try again with the same id.
    """
    if _is_no_responders(reply):
        raise StreamMissing
    answer = json.loads(reply.data)
    if "error" in answer:
        log.warning("bus: JetStream refused a message: %s", answer["error"].get("description"))
        raise BusUnavailable
    return Stored(answer["stream"], answer["seq"], answer.get("duplicate", False))
