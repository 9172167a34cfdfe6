"""Fixtures for tests that need the bus: a real nats-server for each test, and connections to it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from onewindow.bus.connection import Access, Connection
from onewindow.bus.credentials import NatsUser, new_user
from onewindow.bus.jetstream import Topology
from onewindow.bus.server import EmbeddedServer
from onewindow.bus.serverconfig import ServerSettings
from onewindow.office.types import OfficeId

DISTRICT = "demo"
OFFICES = (OfficeId("petition"), OfficeId("mediation"))


class Bus:
    """A running server, its users, and connections that are closed with it."""

    def __init__(self, server: EmbeddedServer, users: dict[str, NatsUser], closing: AsyncExitStack) -> None:
        self.server = server
        self.users = users
        self._closing = closing

    def access(self, who: str) -> Access:
        user = self.users[who]
        return Access(self.server.url, user.name, user.password, who)

    async def connect(self, who: str = "kernel") -> Connection:
        connection = await Connection.open(self.access(who), timeout=10)
        self._closing.push_async_callback(connection.close)
        return connection

    async def kill(self) -> None:
        """Kill the server that runs now, or the next one that does."""
        while True:
            # Never kill "no pid": 0 would be this whole process group.
            if (pid := self.server.pid) is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    return
            await asyncio.sleep(0.01)

    async def topology(self, kernel: Connection) -> Topology:
        """The stream, the kernel's consumer and the offices'."""
        topology = Topology(kernel, DISTRICT)
        await topology.ensure()
        for office in OFFICES:
            await topology.add_office(office)
        return topology


def users_of(*offices: OfficeId) -> dict[str, NatsUser]:
    """The kernel's login and one for each office."""
    return {"kernel": new_user(), **{office: new_user(office) for office in offices}}


@pytest.fixture
def nats_folder(tmp_path: Path) -> Path:
    """Where this test's server keeps its data."""
    return tmp_path / "nats"


@pytest.fixture
async def bus(nats_folder: Path) -> AsyncIterator[Bus]:
    """A fresh server with the kernel's login and those of two offices."""
    users = users_of(*OFFICES)
    server = EmbeddedServer(ServerSettings(nats_folder, DISTRICT), list(users.values()))
    await server.start()
    async with AsyncExitStack() as closing:
        closing.push_async_callback(server.stop)
        yield Bus(server, users, closing)


@pytest.fixture
async def kernel(bus: Bus) -> Connection:
    """The kernel's connection."""
    return await bus.connect("kernel")
