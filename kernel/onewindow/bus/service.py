"""A NATS micro service: what `nats micro ls` shows of the kernel and of every host, and how they take requests."""

import asyncio
import contextlib
import json
import logging
import os
import platform
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from nats.aio.msg import Msg

from onewindow.bus.connection import Connection, Listening
from onewindow.bus.envelope import escape
from onewindow.bus.errors import BusUnavailable, NobodyAnswers, TimedOut
from onewindow.errors import OneWindowError
from onewindow.office.types import new_id

log = logging.getLogger(__name__)

ERROR, ERROR_CODE = "Nats-Service-Error", "Nats-Service-Error-Code"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks; `answer` is what the endpoint returns."""

    subject: str
    payload: bytes
    headers: Mapping[str, str]


RequestHandler = Callable[[Request], Awaitable[bytes]]


class ServiceError(OneWindowError):
    """The other side says that it could not answer; `code` is its status, `slug` the kind of error."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__()
        self.code = code
        self.reason = reason


@dataclass
class Endpoint:
    """One verb: its subject (wildcards allowed), what answers it, and how many it answers at a time."""

    name: str
    subject: str
    handler: RequestHandler
    limit: int = 64
    requests: int = 0
    errors: int = 0
    nanoseconds: int = 0
    last_error: str = ""
    listening: Listening | None = field(default=None, repr=False)


class Service:
    """Answers on its endpoints and on `$SRV.PING|INFO|STATS`.

    The client library's own micro service answers one request at a time, so one slow command would hold up the rest.
    """

    def __init__(
        self,
        connection: Connection,
        name: str,
        version: str,
        *,
        description: str = "",
        metadata: Mapping[str, str] | None = None,
        started: datetime | None = None,
    ) -> None:
        self._connection = connection
        self._identity = {"name": name, "id": new_id(), "version": version, "metadata": dict(metadata or {})}
        self._description = description
        self._started = started or datetime.now(UTC)
        self._endpoints: list[Endpoint] = []
        self._listening: list[Listening] = []
        self._running: set[asyncio.Task[None]] = set()

    async def start(self, endpoints: list[Endpoint]) -> None:
        """Listen."""
        name, own = self._identity["name"], self._identity["id"]
        for verb, answer in (("PING", self._ping), ("INFO", self._info), ("STATS", self._stats)):
            for subject in (f"$SRV.{verb}", f"$SRV.{verb}.{name}", f"$SRV.{verb}.{name}.{own}"):
                self._listening.append(await self._connection.subscribe(subject, self._control(answer)))
        for endpoint in endpoints:
            # Several processes of one office share the work: each request goes to one of them.
            endpoint.listening = await self._connection.subscribe(
                endpoint.subject, self._door(endpoint), queue=str(name)
            )
            self._endpoints.append(endpoint)

    async def stop(self) -> None:
        """Take no more, finish what runs."""
        for listening in [*self._listening, *(e.listening for e in self._endpoints if e.listening)]:
            await self._connection.unsubscribe(listening)
        self._listening.clear()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _door(self, endpoint: Endpoint) -> Callable[[Msg], Awaitable[None]]:
        places = asyncio.Semaphore(endpoint.limit)

        async def come_in(msg: Msg) -> None:
            await places.acquire()  # the rest waits in the subscription
            task = asyncio.create_task(self._answer(endpoint, msg))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            task.add_done_callback(lambda _: places.release())

        return come_in

    async def _answer(self, endpoint: Endpoint, msg: Msg) -> None:
        begun = time.perf_counter_ns()
        headers: dict[str, str] | None = None
        try:
            payload = await endpoint.handler(Request(msg.subject, msg.data, dict(msg.headers or {})))
        except Exception as error:
            # Its text may hold words about people, so only its kind leaves this process.
            code, slug = (error.status, error.slug) if isinstance(error, OneWindowError) else (500, "internal")
            if code >= 500:
                log.exception("%s: a request failed", msg.subject)
            payload, headers = b"", {ERROR: escape(slug), ERROR_CODE: str(code)}
            endpoint.errors += 1
            endpoint.last_error = slug
        endpoint.requests += 1
        endpoint.nanoseconds += time.perf_counter_ns() - begun
        if msg.reply:
            with contextlib.suppress(BusUnavailable):
                await self._connection.say(msg.reply, payload, headers=headers)

    def _control(self, answer: Callable[[], dict[str, Any]]) -> Callable[[Msg], Awaitable[None]]:
        async def respond(msg: Msg) -> None:
            if msg.reply:
                await self._connection.say(msg.reply, json.dumps(answer(), ensure_ascii=False).encode())

        return respond

    def _ping(self) -> dict[str, Any]:
        return self._identity | {"type": "io.nats.micro.v1.ping_response"}

    def _info(self) -> dict[str, Any]:
        return self._identity | {
            "type": "io.nats.micro.v1.info_response",
            "description": self._description,
            "endpoints": [
                {"name": e.name, "subject": e.subject, "queue_group": self._identity["name"], "metadata": {}}
                for e in self._endpoints
            ],
        }

    def _stats(self) -> dict[str, Any]:
        return self._identity | {
            "type": "io.nats.micro.v1.stats_response",
            "started": self._started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "endpoints": [
                {
                    "name": e.name,
                    "subject": e.subject,
                    "queue_group": self._identity["name"],
                    "num_requests": e.requests,
                    "num_errors": e.errors,
                    "last_error": e.last_error,
                    "processing_time": e.nanoseconds,
                    "average_processing_time": e.nanoseconds // max(e.requests, 1),
                }
                for e in self._endpoints
            ],
        }


async def ask(
    connection: Connection, subject: str, payload: bytes, *, timeout: float, headers: Mapping[str, str] | None = None
) -> bytes:
    """Ask a service and give back its answer.

    Raises:
        ServiceError: it answered that it could not; and all that `Connection.request` raises.
    """
    reply = await connection.request(subject, payload, timeout=timeout, headers=headers)
    if reply.headers and ERROR_CODE in reply.headers:
        code = reply.headers[ERROR_CODE]
        raise ServiceError(int(code) if code.isdigit() else 500, reply.headers.get(ERROR, ""))
    return bytes(reply.data)


def whereabouts() -> dict[str, str]:
    """This process, as a service says it in its metadata: `nats micro info` shows where each office runs."""
    return {"host": platform.node(), "pid": str(os.getpid())}


async def whereabouts_of(connection: Connection, name: str, *, timeout: float = 0.5) -> Mapping[str, str] | None:
    """Where a service of this name runs now; None if none answers. Nobody else can answer on its subject."""
    try:
        reply = await connection.request(f"$SRV.PING.{name}", b"", timeout=timeout)
        said = json.loads(reply.data)
    except (BusUnavailable, NobodyAnswers, TimedOut, ValueError):
        return None
    found = said.get("metadata") if isinstance(said, dict) else None
    return {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}


async def find_services(connection: Connection, *, wait: float = 0.3) -> list[dict[str, Any]]:
    """Who answers a ping: the kernel and the offices' hosts that run now."""
    found: list[dict[str, Any]] = []

    async def collect(msg: Msg) -> None:
        if msg.data:
            found.append(json.loads(msg.data))

    inbox = connection.new_inbox()
    listening = await connection.subscribe(inbox, collect)
    try:
        await connection.say("$SRV.PING", reply=inbox)
        await asyncio.sleep(wait)
    finally:
        await connection.unsubscribe(listening)
    return sorted(found, key=lambda service: (service["name"], service["id"]))
