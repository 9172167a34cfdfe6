"""The composition root: settings in, a wired centre out. The one place where the parts meet."""

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from onewindow.access import sessions, throttle
from onewindow.access.accounts import Accounts
from onewindow.access.vault import Vault
from onewindow.bus.claims import Signer
from onewindow.bus.connection import Access, Connection
from onewindow.bus.credentials import Credentials, NatsUser
from onewindow.bus.jetstream import Topology
from onewindow.bus.log import Log
from onewindow.bus.relay import Relay
from onewindow.bus.server import EmbeddedServer
from onewindow.bus.serverconfig import ServerSettings
from onewindow.bus.subjects import KERNEL
from onewindow.bus.tables import BusTables, bus_tables
from onewindow.bus.tls import read_authority, trust
from onewindow.clocks.book import CalendarBook
from onewindow.clocks.importing import note_published
from onewindow.clocks.recompute import CalendarJob
from onewindow.clocks.scheduler import Scheduler
from onewindow.documents.attachments import Attachments
from onewindow.documents.files import FileStore
from onewindow.documents.render import Renderer
from onewindow.documents.service import Documents
from onewindow.errors import Misconfigured
from onewindow.host.host import Host, HostSettings
from onewindow.host.run import open_store
from onewindow.i18n import _
from onewindow.office.types import OfficeId
from onewindow.organisation.cache import OrganisationCache
from onewindow.plugins.book import OfficesBook
from onewindow.plugins.discovery import Found, discover
from onewindow.routing import window, withdrawals
from onewindow.routing.administration import Administration
from onewindow.routing.applicant import Applicant
from onewindow.routing.commands import Commands
from onewindow.routing.context import Kernel
from onewindow.routing.counter import Counter
from onewindow.routing.desk import Desk
from onewindow.routing.handling import Handling
from onewindow.routing.indexing import Indexer
from onewindow.routing.ledger import Ledger
from onewindow.routing.likeness import Likely
from onewindow.routing.materials import Materials
from onewindow.routing.personnel import Personnel
from onewindow.routing.receipts import Receipts
from onewindow.routing.register import Registrar
from onewindow.routing.roster import Roster
from onewindow.routing.saved import SavedFilters
from onewindow.routing.searching import Search
from onewindow.routing.supplement import Supplement
from onewindow.routing.switchboard import Switchboard
from onewindow.routing.tracking import Tracking
from onewindow.routing.upkeep import Upkeep
from onewindow.settings import Settings
from onewindow.setup.stores import open_kernel_store
from onewindow.store import Store
from onewindow.store.base import KernelTable

KERNEL_TABLES: BusTables = bus_tables(KernelTable.metadata)
log = structlog.get_logger(__name__)


def login_of(vault: Vault, office: OfficeId | None) -> NatsUser:
    """The login of an office, or of the kernel; the same as long as the keys are."""
    name = office or KERNEL
    return NatsUser(name, vault.digest("nats-user", name), office)


class Centre:
    """A township governance service centre at work. Make one with settings, `start` it, and `stop` it."""

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime] | None = None,
        found: Sequence[Found] | None = None,
        reconcile_seconds: float = 60.0,
        command_seconds: float = 10.0,
        scheduler_tick: float = 30.0,
    ):
        self.settings = settings
        self.now = now or settings.now
        self.district = settings.district.lower()
        self.found = list(discover() if found is None else found)
        self.vault = Vault.load(settings.key_file)
        self.store = open_kernel_store(settings)
        self.organisation = OrganisationCache(self.store)
        self.book = OfficesBook(self.store)
        self.calendar = CalendarBook()
        self.accounts = Accounts(self.store, self.vault, self.organisation)
        files_ = FileStore(settings.data / "documents", self.vault)
        self.documents = Documents(self.store, self.vault, files_, Renderer(seconds=settings.render_seconds))
        self.signer = Signer(self.vault.child("claims"), self.vault.anchor)
        self.kernel = Kernel(
            vault=self.vault,
            log=Log(KERNEL_TABLES, f"/onewindow/{self.district}/{KERNEL}", alone=self.store.dialect == "sqlite"),
            district=self.district,
            organisation=lambda: self.organisation.current,
            offices=lambda: self.book.current,
            book=self.calendar,
            documents=self.documents,
            attachments=Attachments(self.vault, files_),
            now=self.now,
            profile=settings.provincial_profile,
        )
        self.likely = Likely(self.store, self.kernel)
        self.registrar = Registrar(self.store, self.kernel, self.likely.note)
        self.desk = Desk(self.store, self.kernel)
        self.search = Search(self.store, self.kernel)
        self.indexer = Indexer(self.store, self.vault)
        self.saved = SavedFilters(self.store, self.kernel)
        self.counter = Counter(self.desk)
        self.administration = Administration(self.store, self.kernel, self.organisation, self.accounts)
        self.personnel = Personnel(self.store, self.kernel, self.organisation, self.accounts)
        self.roster = Roster(self.store, self.kernel, self.organisation, self.accounts)
        self.ledger = Ledger(self.store, self.kernel, self.registrar)
        self.scheduler = Scheduler(
            self.store,
            self.now,
            lambda tx, turned: window.clock_turned(tx, self.kernel, turned),
            jobs=[
                ("unsigned", lambda tx, now: window.unsigned(tx, self.kernel, now)),
                ("withdrawals", lambda tx, now: withdrawals.ripen(tx, self.kernel, now)),
                ("attempts", throttle.purge),
                ("sessions", sessions.purge),
                ("calendar", CalendarJob(self.calendar, lambda tx, new: window.clock_recomputed(tx, self.kernel, new))),
            ],
            tick=scheduler_tick,
        )
        self.server: EmbeddedServer | None = None
        self.hosts: dict[str, Host] = {}
        self._reconcile_seconds = reconcile_seconds
        self._command_seconds = command_seconds
        self._connections: list[Connection] = []
        self._host_stores: list[Store] = []
        self._tasks: list[asyncio.Task[None]] = []

    # Starting and stopping -------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start everything: documents, the bus, the kernel's end of it, and the offices of this process."""
        try:
            await self.store.write(self.kernel.log.ensure_epoch)
            await self.store.write(lambda tx: self.book.record(tx, self.found, now=self.now()))
            await self.store.read(self.book.refresh)
            await self.store.write(lambda tx: note_published(tx, self.calendar, self.now()))
            await self.store.read(self.calendar.refresh)
            await self.organisation.refresh()
            await self.documents.start(now=self.now())
            await self._start_bus()
            await self._start_hosts()
        except BaseException:
            await self.stop()
            raise

    async def _start_bus(self) -> None:
        if not self.settings.nats:
            binary = Path(self.settings.nats_server) if self.settings.nats_server else None
            folder = self.settings.data / "nats"
            self.server = EmbeddedServer(ServerSettings(folder, self.district, binary=binary), self.users())
            await self.server.start()
        connection = await self._connect(self._access(None))
        self.topology = topology = Topology(connection, self.district)
        self.switchboard = Switchboard(
            self.store,
            self.kernel,
            connection,
            topology,
            KERNEL_TABLES,
            self.book,
            self.signer,
            reconcile_seconds=self._reconcile_seconds,
            concerns=self.scheduler.wake,
        )
        self.commands = Commands(self.store, self.kernel, self.switchboard, seconds=self._command_seconds)
        self.handling = Handling(self.desk, self.commands)
        self.tracking = Tracking(self.store, self.kernel, self.commands)
        self.applicant = Applicant(self.store, self.kernel, self.tracking)
        self.supplement = Supplement(self.store, self.kernel, self.desk)
        self.materials = Materials(self.store, self.kernel, self.desk, self.tracking)
        self.receipts = Receipts(self.store, self.kernel, self.tracking)
        await topology.ensure()
        for office in self.book.current.known:
            await topology.add_office(office)
        self.relay = Relay(self.store, self.kernel.log, connection, missing=topology.ensure)
        republish = self.relay.republish
        self.upkeep = Upkeep(self.store, self.kernel, self.book, self.switchboard, self.let_in, republish)
        self._keep("relay", self.relay.run)
        self._keep("switchboard", self.switchboard.run)
        self._keep("commands", self.commands.run)
        self._keep("scheduler", self.scheduler.run)
        self._keep("search", self.indexer.run)
        self._keep("likeness", self.likely.run)
        self._keep("snapshots", self._watch_snapshots)

    async def _watch_snapshots(self) -> None:
        """See within seconds what another process of this centre changed."""
        while True:
            await self.organisation.get()
            await self.store.read(self.book.refresh)
            await asyncio.sleep(2.0)

    async def _start_hosts(self) -> None:
        if not self.settings.embedded:
            return
        for found in self.found:
            if found.office is None or found.reason or found.id in self.settings.remote:
                continue
            try:
                await self._start_host(found)
            except Exception:
                # An office that cannot start must never stop the window.
                log.exception("office.start_failed", office=found.id)

    async def _start_host(self, found: Found) -> None:
        assert found.office is not None
        url = self.settings.office_database(found.id)
        if not self.settings.database:
            (self.settings.data / "offices").mkdir(exist_ok=True, mode=0o700)
        store = await asyncio.to_thread(open_store, found.office, url)
        self._host_stores.append(store)
        connection = await self._connect(self._access(OfficeId(found.id)))
        settings = HostSettings(self.district, self.kernel_keys(), self._reconcile_seconds)
        vault = self.vault.child_vault(f"office:{found.id}")
        office = found.office

        async def serve() -> None:
            # A fresh host each time: nothing of one that failed is carried into the next.
            host = Host(office, store, connection, vault, settings, self.now)
            self.hosts[office.id] = host
            await host.run()

        self._keep(f"office {office.id}", serve)

    def _keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Keep a loop running: a failure is logged and it starts again, ever later."""

        async def loop() -> None:
            pause = 0.5
            while True:
                try:
                    await run()
                except Exception:
                    log.exception("loop.failed", loop=name)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 30.0)

        self._tasks.append(asyncio.create_task(loop(), name=name))

    async def stop(self) -> None:
        """Stop everything, in the opposite order; nothing that was acknowledged is lost."""
        # Again and again: a cancellation that meets what a task was waiting for in the same moment can be lost.
        while running := [task for task in reversed(self._tasks) if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=1.0)
        self._tasks.clear()
        for connection in reversed(self._connections):
            with contextlib.suppress(Exception):
                await connection.close()
        self._connections.clear()
        await self.documents.stop()
        if self.server is not None:
            await self.server.stop()
            self.server = None
        for store in self._host_stores:
            await store.close()
        self._host_stores.clear()
        await self.store.close()

    async def settled(self) -> None:
        """Wait until whatever was told up to now has been heard on both sides of the bus."""
        quiet = 0
        while quiet < 2:
            waiting = [await self.topology.backlog(who) for who in (KERNEL, *self.book.current.known)]
            unsent = await self.store.read(lambda conn: self.kernel.log.waiting(conn, self.relay.published))
            quiet = 0 if unsent or any(waiting) else quiet + 1
            await asyncio.sleep(0.01)

    # The bus ---------------------------------------------------------------------------------------------------------

    def users(self) -> list[NatsUser]:
        """The logins of the embedded server: the kernel's, and one for each office that is known or installed."""
        names = {found.id for found in self.found} | set(self.book.current.known) | set(self.settings.remote)
        offices = sorted(OfficeId(name) for name in names)
        return [self._user(None), *(self._user(office) for office in offices)]

    def _user(self, office: OfficeId | None) -> NatsUser:
        return login_of(self.vault, office)

    def _access(self, office: OfficeId | None) -> Access:
        user = self._user(office)
        if self.server is not None:
            return Access(self.server.url, user.name, user.password, office or KERNEL)
        parts = urlsplit(self.settings.nats)
        if office is None and parts.username:
            name, password = parts.username, parts.password or ""
        else:
            name, password = user.name, user.password
        url = f"{parts.scheme}://{parts.hostname}:{parts.port or 4222}"
        return Access(url, name, password, office or KERNEL, tls=trust(read_authority(self.settings.nats_ca)))

    async def _connect(self, access: Access) -> Connection:
        connection = await Connection.open(access, timeout=30)
        self._connections.append(connection)
        return connection

    def kernel_keys(self) -> dict[str, str]:
        """The public keys by which hosts check claims."""
        return {self.signer.kid: self.signer.public_pem()}

    def credentials(self, office: str) -> Credentials:
        """What an office's host on a machine of its own needs to know."""
        access = self._access(OfficeId(office))
        url = access.url if isinstance(access.url, str) else access.url[0]
        return Credentials(
            url=url,
            user=access.user,
            password=access.password,
            office=office,
            district=self.district,
            key=base64.b64encode(self.vault.child_vault(f"office:{office}").handed_over()),
            kernel_keys=self.kernel_keys(),
            ca=read_authority(self.settings.nats_ca) if self.settings.nats else "",
        )

    async def let_in(self, office: str) -> Credentials:
        """Let an office that is not installed here onto the bus, now and after every restart."""
        if self.server is None and not self.settings.nats:
            raise Misconfigured(_("消息总线没有运行"))
        if office not in self.book.current.known:
            await self.book.expect(office, now=self.now())
        if self.server is not None:
            await self.server.reload(self.users())
        return self.credentials(office)
