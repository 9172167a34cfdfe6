"""The embedded server: alone on its folder, back after a crash, gone with its parent, closed to strangers."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import nats.errors
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from onewindow.bus.connection import Access, Connection
from onewindow.bus.credentials import new_user
from onewindow.bus.server import EmbeddedServer
from onewindow.bus.serverconfig import (
    Health,
    Ports,
    ServerSettings,
    check_server,
    choose_ports,
    command_of,
    configuration,
    find_binary,
    parse_version,
)
from onewindow.errors import Misconfigured, Unavailable
from onewindow.office.types import OfficeId
from tests.support.nats import DISTRICT, Bus, users_of

CHILD = """
import asyncio, sys
from pathlib import Path
from onewindow.bus.credentials import new_user
from onewindow.bus.server import EmbeddedServer
from onewindow.bus.serverconfig import ServerSettings

async def main():
    server = EmbeddedServer(ServerSettings(Path(sys.argv[1]), "demo"), [new_user()])
    await server.start()
    print(server.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def gone(pid: int) -> bool:
    for _ in range(200):
        if "nats-server" not in command_of(pid):
            return True
        await asyncio.sleep(0.02)
    return False


def centre(folder: Path) -> "tuple[subprocess.Popen[str], int]":
    """Another process with a server on this folder; and the server's pid."""
    process = subprocess.Popen([sys.executable, "-c", CHILD, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


async def test_the_server_syncs_always_and_is_new_enough(bus: Bus) -> None:
    assert bus.server.health.sync_always is True
    assert bus.server.health.version >= (2, 12)
    assert bus.server.health.complaints == []


async def test_an_external_server_that_cannot_be_asked_is_complained_of(caplog: pytest.LogCaptureFixture) -> None:
    assert (await check_server(None)).complaints
    assert (await check_server("http://127.0.0.1:1")).sync_always is None
    assert "syncs always" in caplog.text


def test_an_old_server_or_one_that_does_not_sync_is_complained_of() -> None:
    assert len(Health((2, 9, 1), False).complaints) == 2


async def test_without_a_login_nobody_gets_in(bus: Bus) -> None:
    for user, password in ((None, None), ("kernel", "guess"), ("petition", "")):
        client = Client()
        with pytest.raises(nats.errors.Error):
            await client.connect(bus.server.url, allow_reconnect=False, error_cb=_quiet, user=user, password=password)
        await client.close()


async def _quiet(error: Exception) -> None:
    """The library reports to a callback what it raises as well."""


async def test_a_second_server_on_the_folder_is_refused(bus: Bus, nats_folder: Path) -> None:
    second = EmbeddedServer(ServerSettings(nats_folder, DISTRICT), [new_user()])
    with pytest.raises(Unavailable):
        await second.start()
    assert (await check_server(bus.server.monitor_url)).sync_always


@pytest.mark.faults
async def test_a_killed_server_is_started_again_and_connections_go_on(bus: Bus, kernel: Connection) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def hear(msg: Msg) -> None:
        await heard.put(msg.data)

    await kernel.subscribe("test.>", hear)
    before = bus.server.pid
    assert before is not None
    for round_ in range(2):
        await bus.kill()
        await asyncio.sleep(0.05)
        await asyncio.wait_for(kernel.wait_connected(), 10)
        await kernel.say("test.x", str(round_).encode())
        assert await asyncio.wait_for(heard.get(), 5) == str(round_).encode()
    assert bus.server.restarts >= 2
    assert bus.server.pid != before


async def test_a_stopped_server_comes_back_on_the_same_port(nats_folder: Path) -> None:
    urls = set()
    for _ in range(2):
        server = EmbeddedServer(ServerSettings(nats_folder, DISTRICT), [new_user()])
        await server.start()
        pid = server.pid
        urls.add(server.url)
        await server.stop()
        assert pid is not None and await gone(pid)
    assert len(urls) == 1


@pytest.mark.faults
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
async def test_the_server_ends_with_a_killed_centre(nats_folder: Path) -> None:
    process, pid = await asyncio.to_thread(centre, nats_folder)
    assert "nats-server" in command_of(pid)
    process.kill()
    await asyncio.to_thread(process.communicate)
    assert await gone(pid)


@pytest.mark.faults
async def test_a_server_left_over_is_ended_before_ours_starts(nats_folder: Path) -> None:
    users = list(users_of().values())
    server = EmbeddedServer(ServerSettings(nats_folder, DISTRICT), users)
    await server.start()
    await server.stop()
    leftover = subprocess.Popen([find_binary(None), "-c", str(server.settings.config)])
    try:
        for _ in range(200):
            if server.settings.pid_file.exists() and (await check_server(server.monitor_url)).sync_always:
                break
            await asyncio.sleep(0.02)
        again = EmbeddedServer(ServerSettings(nats_folder, DISTRICT), users)
        starting = asyncio.create_task(again.start())
        await asyncio.to_thread(leftover.wait, 10)
        await starting
        assert again.url == server.url
        await again.stop()
    finally:
        leftover.kill()
        leftover.wait()


async def test_a_stale_pid_file_ends_no_stranger(nats_folder: Path) -> None:
    nats_folder.mkdir()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        settings = ServerSettings(nats_folder, DISTRICT)
        settings.pid_file.write_text(str(stranger.pid))
        server = EmbeddedServer(settings, [new_user()])
        await server.start()
        await server.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_users_change_without_a_restart(bus: Bus, kernel: Connection) -> None:
    pid = bus.server.pid
    court = new_user(OfficeId("court"))
    mediation = await bus.connect("mediation")
    users = {name: user for name, user in bus.users.items() if name != "mediation"} | {"court": court}
    await bus.server.reload(list(users.values()))
    newcomer = await Connection.open(Access(bus.server.url, court.name, court.password, "court"), timeout=5)
    await newcomer.close()
    for _ in range(100):
        if not mediation.connected:
            break
        await asyncio.sleep(0.02)
    assert not mediation.connected
    assert kernel.connected and kernel.reconnects == 0 and bus.server.pid == pid


async def test_secrets_are_readable_by_the_owner_alone(bus: Bus, nats_folder: Path) -> None:
    assert (nats_folder / "nats-server.conf").stat().st_mode & 0o077 == 0
    assert nats_folder.stat().st_mode & 0o077 == 0


def test_a_server_is_never_open_to_all(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        configuration(ServerSettings(tmp_path, DISTRICT), Ports(1, 2), [])
    with pytest.raises(Misconfigured):
        configuration(ServerSettings(tmp_path, DISTRICT, host="0.0.0.0"), Ports(1, 2), [new_user()])


def test_a_port_that_was_set_and_is_taken_is_an_error(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Misconfigured):
            choose_ports(ServerSettings(tmp_path, DISTRICT, port=taken.getsockname()[1]))


def test_an_old_or_missing_binary_is_refused(tmp_path: Path) -> None:
    old = tmp_path / "nats-server"
    old.write_text("#!/bin/sh\necho 'nats-server: v2.9.10'\n")
    old.chmod(0o755)
    for binary in (old, tmp_path / "nothing"):
        with pytest.raises(Misconfigured):
            find_binary(binary)
    assert parse_version("nats-server: v2.15.1") == (2, 15, 1)
    assert find_binary(None)
