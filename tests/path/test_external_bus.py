"""A centre on a nats-server of somebody else's, configured as we write it: plain on this machine, by TLS off it."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from onewindow.bus.connection import Access, Connection
from onewindow.bus.errors import BusUnavailable, NobodyAnswers, TimedOut
from onewindow.bus.serverconfig import Ports, ServerSettings, check_server
from onewindow.bus.service import ServiceError, ask, find_services
from onewindow.bus.subjects import AskSubject, AskVerb
from onewindow.bus.tls import require_private, trust
from onewindow.cli import findings
from onewindow.errors import Misconfigured
from onewindow.office.types import OfficeId
from onewindow.routing.switchboard import Where
from onewindow.settings import Settings
from onewindow.setup.external_bus import server_configuration
from tests.support.external_nats import Papers, free_port, nats_server, papers
from tests.support.nats import users_of
from tests.support.office_process import office_process
from tests.support.path import Running, Town, running

pytestmark = pytest.mark.asyncio(loop_scope="session")
PETITION = OfficeId("petition")


def serve(closing: ExitStack, folder: Path, settings: Settings, made: Papers | None) -> Mapping[str, str]:
    """Start the server from the file that `onewindow bus config` writes; how the centre reaches it."""
    folder.mkdir()
    ports = Ports(free_port(), free_port())
    where = ServerSettings(
        folder, settings.district, tls_cert=made.cert if made else None, tls_key=made.key if made else None
    )
    config = folder / "nats-server.conf"
    config.write_text(server_configuration(settings, where, ports, ["mediation"]))
    closing.enter_context(nats_server(config, ports.client))
    reached = {
        "nats": f"{'tls' if made else 'nats'}://127.0.0.1:{ports.client}",
        "nats_monitor": f"http://127.0.0.1:{ports.monitor}",
    }
    return {**reached, "nats_ca": str(made.authority)} if made else reached


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["plain", "tls"])
async def outside(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """A centre on such a server, its office in its process."""
    folder = tmp_path_factory.mktemp(f"outside-{request.param}")
    made = papers(folder / "papers") if request.param == "tls" else None
    with ExitStack() as closing:
        async with running(folder / "data", more=lambda s: serve(closing, folder / "nats", s, made)) as path:
            assert path.centre.server is None, "no server of our own"
            yield path


@pytest_asyncio.fixture(loop_scope="session")
async def there(outside: Running) -> Town:
    return await outside.township()


async def test_a_matter_reaches_the_office_and_is_replied_to(there: Town) -> None:
    matter = await there.register()
    await matter.accept()
    await matter.reply()
    assert (await matter.row())["phase"] == "answered"
    assert (await matter.verdict()).ok


async def test_it_syncs_always_and_doctor_finds_nothing_wrong(outside: Running) -> None:
    health = await check_server(outside.settings.nats_monitor)
    assert health.sync_always is True and health.complaints == []
    assert {finding.level for finding in findings.bus(outside.settings)} == {"ok"}


async def test_everybody_on_the_bus_is_found_as_a_micro_service(outside: Running) -> None:
    """What `nats micro ls`, `info` and `stats` ask, and where each runs."""
    connection = outside.centre.switchboard.connection
    found = await find_services(connection)
    assert [service["name"] for service in found] == ["kernel", "mediation", "petition"]
    assert {service["type"] for service in found} == {"io.nats.micro.v1.ping_response"}

    async def control(verb: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads((await connection.request(f"$SRV.{verb}.petition", b"", timeout=5)).data)
        return answer

    info, stats = await control("INFO"), await control("STATS")
    assert info["type"] == "io.nats.micro.v1.info_response"
    assert [e["name"] for e in info["endpoints"]] == ["act", "describe", "status", "log", "bundle"]
    assert all(e["subject"] == f"ow.371700.*.cmd.petition.{e['name']}" for e in info["endpoints"])
    assert stats["type"] == "io.nats.micro.v1.stats_response" and stats["id"] == info["id"]
    assert sum(e["num_errors"] for e in stats["endpoints"]) == 0
    assert await outside.centre.switchboard.where("petition") is Where.EMBEDDED
    assert await outside.centre.switchboard.where("nobody") is Where.AWAY


async def test_the_permissions_that_we_write_confine_an_office(outside: Running, there: Town) -> None:
    access = outside.centre.credentials("mediation").access()
    mediation = await Connection.open(access, timeout=10)
    heard: list[str] = []

    async def hear(message: Any) -> None:
        heard.append(message.subject)

    try:
        for subject in (
            "_INBOX_petition.>",
            "_INBOX_kernel.>",
            "ow.371700.*.cmd.petition.>",
            "ow.>",
            "$SRV.PING.petition",
        ):
            await mediation.subscribe(subject, hear)
        as_another = str(AskSubject("371700", PETITION, AskVerb.LOG))
        for asked in (as_another, "$JS.API.CONSUMER.MSG.NEXT.OW.petition", "$JS.API.STREAM.INFO.OW"):
            with pytest.raises((TimedOut, NobodyAnswers)):
                await ask(mediation, asked, b"{}", timeout=0.3)
        own = str(AskSubject("371700", OfficeId("mediation"), AskVerb.LOG))
        with pytest.raises(ServiceError):
            await ask(mediation, own, b"not json", timeout=5)
        await (await there.register()).accept()
        assert heard == []
    finally:
        await mediation.close()


async def test_an_office_in_a_process_of_its_own_brings_all_that_it_needs_in_its_credentials(tmp_path: Path) -> None:
    """The authority too, so that the department's machine needs no settings."""
    made = papers(tmp_path / "papers")
    with ExitStack() as closing:
        async with running(
            tmp_path / "data", remote=("petition",), more=lambda s: serve(closing, tmp_path / "nats", s, made)
        ) as path:
            town = await path.township()
            assert await path.centre.switchboard.where("petition") is Where.AWAY
            credentials = path.centre.credentials("petition")
            assert "BEGIN CERTIFICATE" in credentials.ca and credentials.url.startswith("tls://")
            async with office_process(credentials, tmp_path / "office", shift=path.time.shift):
                assert await path.centre.switchboard.where("petition") is Where.APART
                await (await town.register()).accept()


async def test_nobody_is_told_a_password_who_does_not_prove_who_they_are(outside: Running, tmp_path: Path) -> None:
    """A certificate of another authority, and a server that says that it has no TLS."""
    access = outside.centre.credentials("petition").access()
    other = papers(tmp_path, "别的机关").authority.read_text()
    assert isinstance(access.url, str)
    if access.tls is None:
        access = replace(access, url=access.url.replace("nats://", "tls://"))
    else:
        access = replace(access, tls=trust(other))
    with pytest.raises(BusUnavailable):
        await Connection.open(access, timeout=1.5)


async def test_off_this_machine_there_is_no_way_without_tls() -> None:
    for url in ("nats://10.1.2.3:4222", "nats://nats.example:4222", ["nats://127.0.0.1:4222", "ws://nats.example"]):
        with pytest.raises(Misconfigured) as refused:
            require_private(url)
        assert "tls://" in str(refused.value.remedy)
    for url in ("nats://127.0.0.1:4222", "nats://localhost:4222", "tls://10.1.2.3:4222"):
        require_private(url)


async def test_a_connection_off_this_machine_without_tls_is_never_opened() -> None:
    user = users_of(PETITION)["petition"]
    with pytest.raises(Misconfigured):
        await Connection.open(Access("nats://192.0.2.1:4222", user.name, user.password, "petition"), timeout=1)


async def test_a_server_off_this_machine_is_not_configured_without_a_certificate(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with pytest.raises(Misconfigured):
        server_configuration(settings, ServerSettings(tmp_path, "371700", host="0.0.0.0"), Ports(4222, 8222))
