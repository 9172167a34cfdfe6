"""Runs an office against the bus: takes its assignments and commands, keeps its own store, tells the kernel."""

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection as Sql

from onewindow.access.vault import Vault
from onewindow.bus import subjects
from onewindow.bus.claims import Verifier
from onewindow.bus.connection import Connection
from onewindow.bus.consume import Consumer, Delivery
from onewindow.bus.envelope import Placed, decode
from onewindow.bus.errors import BusUnavailable, NobodyAnswers, TimedOut, Unreadable
from onewindow.bus.events import AssignmentChanged, Payload, read
from onewindow.bus.following import Following, begin_after
from onewindow.bus.inbox import Cursor, Inbox, Parking, Peer
from onewindow.bus.log import Log, LogPage
from onewindow.bus.relay import Relay
from onewindow.bus.service import Endpoint, Request, Service, ServiceError, ask, whereabouts
from onewindow.bus.subjects import AskSubject, AskVerb, Verb
from onewindow.bus.tables import BusTables
from onewindow.bus.wire import (
    ActReply,
    ActRequest,
    DescribeRequest,
    Hello,
    HelloReply,
    LogReply,
    LogRequest,
    StatusReply,
    StatusRequest,
)
from onewindow.documents.bundle import Bundle, make_bundle
from onewindow.errors import Misconfigured, NotFound, Unavailable
from onewindow.host.forward import Forward
from onewindow.host.happenings import happening_of
from onewindow.host.tables import BUS
from onewindow.host.work import Workshop, catching_up
from onewindow.i18n import _
from onewindow.office.declaration import Office
from onewindow.office.types import OfficeId
from onewindow.store import Store, Tx

KERNEL = "kernel"
RECONCILE_SECONDS = 60.0
LEVEL_SECONDS = 2.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class HostSettings:
    """Who this host is on the bus."""

    district: str
    kernel_keys: dict[str, str]
    reconcile_seconds: float = RECONCILE_SECONDS


class Host:
    """One office at work. `run` serves until it is cancelled; nothing that it does can stop the window."""

    def __init__(
        self,
        office: Office,
        store: Store,
        connection: Connection,
        vault: Vault,
        settings: HostSettings,
        now: Callable[[], datetime],
    ):
        self.office = office
        self._store = store
        self._connection = connection
        self._settings = settings
        self._now = now
        self.bundle: Bundle = make_bundle(office.files())
        self.manifest = office.manifest(self.bundle.hash)
        tables: BusTables = BUS
        self._log = Log(tables, f"/onewindow/{settings.district}/{office.id}", alone=store.dialect == "sqlite")
        self._inbox, self._peer, self._parking = Inbox(tables), Peer(tables), Parking(tables)
        self._work = Workshop(office, self.manifest, vault, self._log, settings.district)
        self._verifier = Verifier(office.id, settings.kernel_keys)
        self._following = Following()
        self._reading = asyncio.Lock()
        self._relay = Relay(store, self._log, connection)
        version = _semantic(self.manifest.version)
        self._service = Service(connection, office.id, version, description=office.title, metadata=whereabouts())
        self._forward = Forward(store, self._log, self._work, self._ask, now)
        self.accepted = asyncio.Event()
        self.refused = ""
        # Level with the kernel: set once in each start, and only then commands are taken.
        self.level = asyncio.Event()

    async def run(self) -> None:
        """Serve until cancelled."""
        await self._store.write(self._log.ensure_epoch)
        self._following.start(await self._store.read(lambda c: self._peer.get(c, KERNEL)))
        commands = {
            Verb.ACT: self._act,
            Verb.DESCRIBE: self._describe,
            Verb.STATUS: self._status,
            Verb.LOG: self._send_log,
            Verb.BUNDLE: self._send_bundle,
        }
        endpoints = [
            Endpoint(verb.value, subjects.commands_of(self._settings.district, OfficeId(self.office.id), verb), handler)
            for verb, handler in commands.items()
        ]
        await self._service.start(endpoints)
        loops: list[Awaitable[None]] = [self._greet(), self._relay.run(), self._follow()]
        try:
            async with asyncio.TaskGroup() as group:
                for loop in loops:
                    group.create_task(loop)  # type: ignore[arg-type]
        finally:
            await self._service.stop()

    async def _follow(self) -> None:
        """Come level with the kernel, then take what it says, until cancelled."""
        await self._come_level()
        consumer = Consumer(self._connection, self.office.id, self._receive, batch=256)
        async with asyncio.TaskGroup() as group:
            group.create_task(consumer.run())
            group.create_task(self._reconcile_forever())

    async def _come_level(self) -> None:
        """Nothing to do, unless our store came from a backup: then we are brought forward before we work on."""
        await self.accepted.wait()
        while (await self._store.read(self._forward.behind)) is not None:
            try:
                await self._connection.wait_connected()
                count = await self._forward.bring()
                await self.reconcile()
            except (BusUnavailable, NobodyAnswers, TimedOut, ServiceError):
                await asyncio.sleep(1.0)
            else:
                await self._forward.finish(count)
        self.level.set()

    # Greeting --------------------------------------------------------------------------------------------------------

    async def _greet(self) -> None:
        """Say hello until the kernel has answered, and again after each reconnection."""
        again = asyncio.Event()
        self._connection.on_connect.append(again.set)
        while True:
            again.clear()
            try:
                await self._connection.wait_connected()
                await self._hello()
            except (BusUnavailable, NobodyAnswers, TimedOut, ServiceError):
                await asyncio.sleep(0.5)
                continue
            # The kernel may have been replaced without the bus noticing.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(30):
                    await again.wait()

    async def _hello(self) -> None:
        epoch = await self._store.read(self._log.epoch)
        lost = await self._store.read(self._forward.lost) if self.office.records else None
        hello = Hello(manifest=self.manifest, epoch=epoch, started=self._now(), lost=lost)
        reply = await self._say_hello(hello)
        if reply.accepted and not reply.has_bundle:
            packed = base64.b64encode(self.bundle.data).decode()
            reply = await self._say_hello(hello.model_copy(update={"bundle": packed}))
        if reply.accepted:
            if not self.accepted.is_set():
                await self._forward.notice(reply)
            self.accepted.set()
        elif reply.reason != self.refused:
            log.warning("host.refused", office=self.office.id, reason=reply.reason)
        self.refused = "" if reply.accepted else reply.reason

    async def _say_hello(self, hello: Hello) -> HelloReply:
        answer = await self._ask(AskVerb.HELLO, hello.model_dump_json().encode(), 5.0)
        return HelloReply.model_validate_json(answer)

    async def _ask(self, verb: AskVerb, payload: bytes, timeout: float) -> bytes:
        subject = AskSubject(self._settings.district, OfficeId(self.office.id), verb)
        return await ask(self._connection, str(subject), payload, timeout=timeout)

    # Events from the kernel ------------------------------------------------------------------------------------------

    async def _receive(self, delivery: Delivery) -> None:
        try:
            placed = decode(delivery.message)
            payload = read(placed.event)
        except Unreadable as error:
            message, slug = delivery.message, error.slug
            await self._store.write(
                lambda tx: self._parking.park_unreadable(
                    tx, KERNEL, message.subject, message.headers, slug, self._now()
                )
            )
            return
        except Exception as error:
            reason = getattr(error, "slug", "unreadable")
            await self._store.write(lambda tx: self._parking.park(tx, KERNEL, placed, reason, self._now()))
            return
        if not await self._is_of_this_life(placed):
            return
        if not await self._store.write(lambda tx: self._take(tx, placed, payload, in_order=False)):
            # It overtook its assignment: the log has both in their order.
            await self.reconcile()
            await self._store.write(lambda tx: self._take(tx, placed, payload, in_order=True))
        self._following.arrived(placed.epoch, placed.pos)

    async def _is_of_this_life(self, placed: Placed) -> bool:
        """Whether an event stands in the kernel's log as it is now: after a restore the bus may still hold others."""
        if placed.epoch == self._following.epoch:
            return True
        async with self._reading:
            if placed.epoch != self._following.epoch:
                await self._read_on()
        return placed.epoch == self._following.epoch

    def _take(self, tx: Tx, placed: Placed, payload: Payload, *, in_order: bool) -> bool:
        """One event in one transaction: inbox row and effect; a failure of the office's rule parks it alone.

        False: it is about an assignment that has not arrived; nothing was done, unless everything before it is here.
        """
        now = self._now()
        if isinstance(payload, AssignmentChanged):
            # Whole and versioned: it needs no inbox row, the highest version wins.
            self._work.receive(tx, payload, placed.event.township, now, careful=in_order)
            return True
        found = happening_of(payload)
        unknown = found is not None and not self._work.knows(tx, found[0])
        if unknown and not in_order:
            return False
        if found is None or not self._inbox.first_time(tx, placed.event.id, now):
            return True
        if unknown:
            self._parking.park(tx, KERNEL, placed, "unknown-assignment", now)
            return True
        assignment_id, happening = found
        if self._forward.is_settled(assignment_id, placed.event.time):
            return True
        try:
            self._work.happen(tx, assignment_id, happening, now)
        except Exception as error:
            log.exception("host.reaction_failed", office=self.office.id, happened=happening.event)
            self._parking.park(tx, KERNEL, placed, type(error).__name__, now)
        return True

    async def _reconcile_forever(self) -> None:
        while True:
            await self._connection.wait_connected()
            with contextlib.suppress(BusUnavailable, NobodyAnswers, TimedOut, ServiceError):
                await self.reconcile()
                await asyncio.sleep(self._settings.reconcile_seconds)
                continue
            await asyncio.sleep(1.0)

    async def reconcile(self) -> int:
        """Ask the kernel for its log after our cursor and take what had not arrived; how many rows came."""
        async with self._reading:
            return await self._read_on()

    async def _read_on(self) -> int:
        count = 0
        while True:
            answer = await self._ask(AskVerb.LOG, self._following.request().model_dump_json().encode(), 10.0)
            page = LogPage.from_bytes(answer)
            upto = self._following.reached(page.epoch, page.rows[-1].pos if page.rows else None)
            anew = self._following.epoch not in ("", page.epoch)

            def work(tx: Tx, page: LogPage = page, upto: int = upto, anew: bool = anew) -> None:
                if anew:
                    self._work.forget_versions(tx)
                for row in page.rows:
                    placed = Placed(row.event, row.pos, page.epoch)
                    try:
                        payload = read(row.event)
                    except Exception as error:
                        reason = getattr(error, "slug", "unreadable")
                        self._parking.park(tx, KERNEL, placed, reason, self._now())
                        continue
                    self._take(tx, placed, payload, in_order=True)
                self._peer.set(tx, KERNEL, Cursor(page.epoch, upto))

            if page.rows or upto != self._following.pos or page.epoch != self._following.epoch:
                await self._store.write(work)
                self._following.moved(page.epoch, upto)
            count += len(page.rows)
            if not page.more:
                return count

    # Commands --------------------------------------------------------------------------------------------------------

    async def _act(self, request: Request) -> bytes:
        asked = ActRequest.model_validate_json(request.payload)
        claim = self._verifier.check(asked.claim, asked.key, self._now())
        if not await self._is_level():
            return catching_up().model_dump_json().encode()

        def work(tx: Tx) -> ActReply:
            return self._work.act(tx, asked, claim.subject, claim.actor, self._now())

        return (await self._store.write(work)).model_dump_json().encode()

    async def _is_level(self) -> bool:
        """Whether commands may be taken, waiting a moment for it."""
        if not self.level.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LEVEL_SECONDS):
                    await self.level.wait()
        return self.level.is_set()

    async def _describe(self, request: Request) -> bytes:
        asked = DescribeRequest.model_validate_json(request.payload)
        claim = self._verifier.check(asked.claim, "describe", self._now())
        if not await self._is_level():
            raise Unavailable()
        found = await self._store.read(lambda c: self._work.describe(c, asked, claim.actor, self._now()))
        if found is None:
            raise NotFound()
        return found.model_dump_json().encode()

    async def _status(self, request: Request) -> bytes:
        asked = StatusRequest.model_validate_json(request.payload)
        if not await self._is_level():
            # Not knowing it yet is no answer: the kernel would take it for one.
            raise Unavailable()

        def work(tx: Tx) -> StatusReply:
            # In the lane, so that a command still waiting in it is answered for truthfully.
            row = self._work.taken(tx, asked.key)
            if row is None:
                return StatusReply(outcome="unknown")
            if not row["event_id"]:
                return StatusReply(outcome="done")
            return StatusReply(outcome="done", said=(self._work.said(tx.conn, row["event_id"]),))

        return (await self._store.write(work)).model_dump_json().encode()

    async def _send_log(self, request: Request) -> bytes:
        asked = LogRequest.model_validate_json(request.payload)

        def work(conn: Sql) -> LogReply:
            epoch = self._log.epoch(conn)
            pos = begin_after(conn, BUS.log, epoch, None, asked)
            page = self._log.page(conn, None, pos, min(asked.limit, 500))
            said = tuple(self._work.said_row(row, epoch) for row in page.rows)
            return LogReply(epoch=epoch, pos=pos, said=said, more=page.more)

        # Asked after a gap: what makes it up may have been committed this very moment.
        await self._log.settle(self._store)
        return (await self._store.read(work)).model_dump_json().encode()

    async def _send_bundle(self, request: Request) -> bytes:
        return self.bundle.data


def _semantic(version: str) -> str:
    """A version as NATS micro wants it: three numbers."""
    parts = [p if p.isdigit() else "0" for p in version.split(".")[:3]]
    return ".".join(parts + ["0"] * (3 - len(parts)))


def check_office(office: Office, expected: str) -> None:
    """Refuse to run under another office's credentials.

    Raises:
        Misconfigured: the credentials are another office's.
    """
    if office.id != expected:
        raise Misconfigured(_("凭证文件属于另一个科室"), remedy=_("用本科室的凭证文件"))
