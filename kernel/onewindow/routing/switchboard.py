"""The kernel's end of the bus: greets hosts, answers their log requests, sends commands, and follows their logs."""

import asyncio
import base64
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

import structlog
from sqlalchemy import Connection as Sql
from sqlalchemy import select

from onewindow.bus import subjects
from onewindow.bus.claims import Signer
from onewindow.bus.connection import Connection
from onewindow.bus.consume import Consumer, Delivery
from onewindow.bus.envelope import Placed, decode, event_json
from onewindow.bus.errors import BusUnavailable, NobodyAnswers, TimedOut, Unreadable
from onewindow.bus.events import ProceedingChanged
from onewindow.bus.following import Following, begin_after
from onewindow.bus.inbox import Cursor, Parking, Peer
from onewindow.bus.jetstream import Topology
from onewindow.bus.service import Endpoint, Request, Service, ServiceError, ask, whereabouts, whereabouts_of
from onewindow.bus.subjects import AskSubject, AskVerb, CommandSubject, Verb
from onewindow.bus.tables import BusTables
from onewindow.bus.wire import Hello, HelloReply, LogReply, LogRequest, MirrorRequest, Said
from onewindow.office.types import OfficeId
from onewindow.plugins.book import OfficesBook
from onewindow.routing.apply import Result
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.routing.context import Kernel
from onewindow.routing.inbound import Inbound
from onewindow.routing.mirror import mirror_page, note_lost
from onewindow.store import Store

RECONCILE_SECONDS = 60.0
REPLY_SECONDS = 1.0
VERSION = "0.1.0"
log = structlog.get_logger(__name__)


class Where(StrEnum):
    """Where an office runs: in the centre's process, in one of its own beside it, on another machine, or nowhere."""

    EMBEDDED = "embedded"
    APART = "apart"
    ELSEWHERE = "elsewhere"
    AWAY = "away"


@dataclass
class Reached:
    """What the kernel knows of a host: when it last said hello, and whether it answered then."""

    since: datetime
    answering: bool = True


class Switchboard:
    """Everything between the kernel and its offices. The kernel never waits for an office but for its reply."""

    def __init__(
        self,
        store: Store,
        kernel: Kernel,
        connection: Connection,
        topology: Topology,
        tables: BusTables,
        book: OfficesBook,
        signer: Signer,
        *,
        reconcile_seconds: float = RECONCILE_SECONDS,
        concerns: Callable[[], None] = lambda: None,
    ):
        self._store = store
        self._kernel = kernel
        self.connection = connection
        self._topology = topology
        self._tables = tables
        self._book = book
        self.signer = signer
        self.parking, self._peer = Parking(tables), Peer(tables)
        self.inbound = Inbound(kernel, self.parking, self._peer)
        self._following: dict[str, Following] = {}
        self._replying: dict[str, asyncio.Event] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._reconcile_seconds = reconcile_seconds
        self._applied = concerns
        self.reached: dict[str, Reached] = {}

    async def run(self) -> None:
        """Serve until cancelled."""
        await self.connection.wait_connected()
        await self._topology.ensure()
        for office in self._kernel.offices().known:
            await self._topology.add_office(office)
        handlers = {AskVerb.HELLO: self._hello, AskVerb.LOG: self._send_log, AskVerb.MIRROR: self._send_mirror}
        service = Service(
            self.connection, subjects.KERNEL, VERSION, description="OneWindow kernel", metadata=whereabouts()
        )
        await service.start(
            [Endpoint(v.value, subjects.asks_for(self._kernel.district, v), h) for v, h in handlers.items()]
        )
        consumer = Consumer(self.connection, subjects.KERNEL, self._receive, batch=128, missing=self._topology.ensure)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(consumer.run())
                group.create_task(self._reconcile_forever())
        finally:
            await service.stop()

    # What hosts ask --------------------------------------------------------------------------------------------------

    async def _hello(self, request: Request) -> bytes:
        office = AskSubject.parse(request.subject).office
        hello = Hello.model_validate_json(request.payload)
        bundle = base64.b64decode(hello.bundle) if hello.bundle else None
        now = self._kernel.now()
        answer = await self._store.write(
            lambda tx: self._book.accept(tx, hello.manifest, office=office, bundle=bundle, now=now)
        )
        if answer.reason:
            return HelloReply(accepted=False, reason=answer.reason).model_dump_json().encode()
        await self._store.read(self._book.refresh)
        await self._topology.add_office(office)
        if office not in self.reached:
            log.info("office.reached", office=office, version=hello.manifest.version)
            asyncio.get_running_loop().create_task(self._quietly(office))
        self.reached[office] = Reached(now)
        cursor = await self._store.read(lambda c: self._peer.get(c, office)) or Cursor("", 0)
        if hello.lost is not None:
            await note_lost(self._store, self._kernel.log.meta, office, hello.lost)
        said = HelloReply(accepted=True, has_bundle=answer.has_bundle, epoch=cursor.epoch, pos=cursor.pos)
        return said.model_dump_json().encode()

    async def _send_mirror(self, request: Request) -> bytes:
        office = AskSubject.parse(request.subject).office
        asked = MirrorRequest.model_validate_json(request.payload)
        page = await self._store.read(lambda c: mirror_page(c, self._kernel, office, asked))
        return page.model_dump_json().encode()

    async def _send_log(self, request: Request) -> bytes:
        office = AskSubject.parse(request.subject).office
        asked = LogRequest.model_validate_json(request.payload)

        def work(conn: Sql) -> bytes:
            log_, epoch = self._kernel.log, self._kernel.log.epoch(conn)
            pos = begin_after(conn, self._tables.log, epoch, office, asked)
            return log_.page(conn, office, pos, min(asked.limit, 500)).to_bytes()

        return await self._store.read(work)

    # Events from offices ---------------------------------------------------------------------------------------------

    async def _receive(self, delivery: Delivery) -> None:
        try:
            placed = decode(delivery.message)
            said = ProceedingChanged.read(placed.event)
        except Unreadable as error:
            message, slug = delivery.message, error.slug
            now = self._kernel.now()
            await self._store.write(
                lambda tx: self.parking.park_unreadable(
                    tx, subjects.KERNEL, message.subject, message.headers, slug, now
                )
            )
            return
        except Exception:
            # Well formed but newer than we are: its log row will be parked in its order.
            await self.pull(placed.event.office)
            return
        if (reply := self._replying.get(said.assignment_id)) is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REPLY_SECONDS):
                    await reply.wait()
        if not await self._store.read(lambda c: self._knows(c, said)):
            if said.has_body:
                await self.pull(placed.event.office)
            else:
                await self._apply_bare(placed)
        self._follow(placed.event.office).arrived(placed.epoch, placed.pos)

    @contextlib.contextmanager
    def replying(self, assignment: str) -> Iterator[None]:
        """While a command's reply is on its way and being applied: its event, which often arrives first, waits for it
        instead of being fetched from the log as well."""
        done = self._replying[assignment] = asyncio.Event()
        try:
            yield
        finally:
            done.set()
            if self._replying.get(assignment) is done:
                del self._replying[assignment]

    def _knows(self, conn: Sql, said: ProceedingChanged) -> bool:
        query = select(ASSIGNMENT.c.proceeding_version).where(ASSIGNMENT.c.id == said.assignment_id)
        version = conn.execute(query).scalar()
        return version is not None and version >= said.version

    async def _apply_bare(self, placed: Placed) -> None:
        said = Said(event=event_json(placed))
        now = self._kernel.now()
        office = placed.event.office
        result = await self._store.write(lambda tx: self.inbound.take(tx, office, said, now, from_log=False))
        if result is Result.GAP:
            await self.pull(office)

    async def pull(self, office: str) -> int:
        """Read an office's log after our cursor and apply it; how many rows came. One at a time for each office.

        Raises:
            BusUnavailable, NobodyAnswers, TimedOut, ServiceError: the office is away; everything stays as it is.
        """
        count = 0
        async with self._locks[office]:
            follow = self._follow(office)
            if not follow.epoch:
                follow.start(await self._store.read(lambda c: self._peer.get(c, office)))
            while True:
                district = self._kernel.district
                subject = CommandSubject(district, district, OfficeId(office), Verb.LOG)
                payload = follow.request().model_dump_json().encode()
                reply = LogReply.model_validate_json(await ask(self.connection, str(subject), payload, timeout=10))
                last = reply.said[-1].placed().pos if reply.said else None
                upto = follow.reached(reply.epoch, last)
                if reply.said or upto != follow.pos or reply.epoch != follow.epoch:
                    cursor, now = Cursor(reply.epoch, upto), self._kernel.now()
                    page = partial(self.inbound.take_page, office=office, said=reply.said, cursor=cursor, now=now)
                    await self._store.write(page)
                    follow.moved(reply.epoch, upto)
                    self._applied()
                count += len(reply.said)
                if not reply.more:
                    return count

    def _follow(self, office: str) -> Following:
        return self._following.setdefault(office, Following())

    async def _quietly(self, office: str) -> None:
        with contextlib.suppress(BusUnavailable, NobodyAnswers, TimedOut, ServiceError):
            await self.pull(office)

    async def _reconcile_forever(self) -> None:
        while True:
            for office in list(self._kernel.offices().known):
                try:
                    await self.pull(office)
                    known = self.reached.get(office)
                    if known is None or not known.answering:
                        self.reached[office] = Reached(self._kernel.now())
                except (BusUnavailable, NobodyAnswers, TimedOut, ServiceError):
                    if office in self.reached:
                        self.reached[office].answering = False
            await asyncio.sleep(self._reconcile_seconds)

    async def where(self, office: str) -> Where:
        """Where an office's host runs at this moment, asked of itself."""
        said = await whereabouts_of(self.connection, office)
        if said is None:
            self.lost(office)
            return Where.AWAY
        mine = whereabouts()
        if said == mine:
            return Where.EMBEDDED
        return Where.APART if said.get("host") == mine["host"] else Where.ELSEWHERE

    def is_answering(self, office: str) -> bool:
        """Whether the office's host answered when it was last asked."""
        known = self.reached.get(office)
        return known is not None and known.answering

    def lost(self, office: str) -> None:
        """Nobody answered for this office just now."""
        if office in self.reached:
            self.reached[office].answering = False
