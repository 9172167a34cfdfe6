"""An office's host as a process of its own: `onewindow office run`, against the centre's bus or on another machine."""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import structlog

from onewindow.access.vault import Vault
from onewindow.bus.connection import Connection
from onewindow.bus.credentials import Credentials
from onewindow.errors import Misconfigured
from onewindow.host.host import Host, HostSettings, check_office
from onewindow.host.tables import HostTable
from onewindow.i18n import _
from onewindow.office.declaration import Office
from onewindow.store import Store
from onewindow.store.migrations import Migrations

HOST_VERSIONS = Path(__file__).parent / "versions"
log = structlog.get_logger(__name__)


def migrations_of(office: Office, url: str) -> list[Migrations]:
    """The migrations of an office's store: the host's own tables, then the office's records if it has any."""
    schema = schema_of(office.id, url)
    found = [Migrations(url, schema, [HOST_VERSIONS], "alembic_host", HostTable.metadata)]
    if office.records:
        versions = Path(str(files(office.package))) / "versions"
        found.append(Migrations(url, schema, [versions], f"alembic_{office.id}", office.records[0].metadata))
    return found


def schema_of(office: str, url: str) -> str | None:
    """The schema of an office's tables: one for each on PostgreSQL, none on SQLite."""
    return None if url.startswith("sqlite") else f"ow_{office}"


def open_store(office: Office, url: str) -> Store:
    """Open an office's store: an embedded one is brought forward, any other must have been.

    Raises:
        Misconfigured: the tables are behind; says how to migrate.
    """
    for migrations in migrations_of(office, url):
        if url.startswith("sqlite"):
            migrations.upgrade()
        else:
            migrations.check()
    return Store.open(url, metadata=HostTable.metadata, schema=schema_of(office.id, url))


async def run_office(
    office: Office,
    credentials: Credentials,
    url: str,
    now: Callable[[], datetime],
    *,
    ready: Callable[[], None] = lambda: None,
    reconcile_seconds: float = 60.0,
) -> None:
    """Serve an office until SIGTERM or Ctrl-C.

    Raises:
        Misconfigured: the credentials are another office's, or its store has to be migrated first.
    """
    check_office(office, credentials.office)
    store = open_store(office, url)
    connection = await Connection.open(credentials.access(f"office {office.id}"))
    settings = HostSettings(credentials.district, credentials.kernel_keys, reconcile_seconds)
    host = Host(office, store, connection, Vault.taken_over(credentials.key), settings, now)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(sign, stop.set)
    serving = asyncio.create_task(host.run())
    accepted = asyncio.create_task(host.accepted.wait())
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, accepted, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if accepted.done():
            log.info("office.serving", office=office.id, version=host.manifest.version)
            ready()
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
    finally:
        for task in (serving, accepted, stopped):
            task.cancel()
        await asyncio.gather(serving, accepted, stopped, return_exceptions=True)
        await connection.close()
        await store.close()


def load_credentials(path: Path) -> Credentials:
    """Read a credentials file.

    Raises:
        Misconfigured: there is none, or others can read it.
    """
    if not path.is_file():
        raise Misconfigured(_("找不到凭证文件 {path}"), remedy=_("请管理员签发凭证文件"), path=str(path))
    return Credentials.load(path)
