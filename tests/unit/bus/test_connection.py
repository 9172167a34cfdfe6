"""The connection: what an answer, its absence and its delay mean; and what one office's login cannot do."""

import asyncio
import contextlib
import json
import logging
import time
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from onewindow.bus.connection import Connection
from onewindow.bus.credentials import Credentials, NatsUser, authorization, new_user
from onewindow.bus.envelope import Message, Placed, decode, encode
from onewindow.bus.errors import BusUnavailable, NobodyAnswers, StreamMissing, TimedOut, Unreadable
from onewindow.errors import Misconfigured
from onewindow.office.types import OfficeId
from tests.support.nats import DISTRICT, Bus
from tests.unit.bus.examples import assigned, proceeded

PETITION = OfficeId("petition")


@pytest.fixture
async def office(bus: Bus, kernel: Connection) -> Connection:
    """petition's connection, with the stream and its consumer there."""
    await bus.topology(kernel)
    return await bus.connect("petition")


async def test_a_request_is_answered(kernel: Connection, office: Connection) -> None:
    async def answer(msg: Msg) -> None:
        await office.say(msg.reply, b"got " + msg.data)

    await office.subscribe("ow.demo.*.cmd.petition.>", answer)
    reply = await kernel.request("ow.demo.donghu.cmd.petition.status", b"x", timeout=2)
    assert reply.data == b"got x"


async def test_that_nobody_answers_is_known_at_once(kernel: Connection) -> None:
    begun = time.perf_counter()
    with pytest.raises(NobodyAnswers):
        await kernel.request("ow.demo.donghu.cmd.petition.act", b"x", timeout=5)
    assert time.perf_counter() - begun < 0.5


async def test_an_answer_that_does_not_come_is_told_from_nobody_there(kernel: Connection, office: Connection) -> None:
    async def silent(msg: Msg) -> None:
        """Never answers."""

    await office.subscribe("ow.demo.*.cmd.petition.>", silent)
    with pytest.raises(TimedOut):
        await kernel.request("ow.demo.donghu.cmd.petition.act", b"x", timeout=0.2)


async def test_without_a_server_a_request_is_refused_and_nothing_is_sent_later(bus: Bus, kernel: Connection) -> None:
    await bus.server.stop()
    for _ in range(200):
        if not kernel.connected:
            break
        await asyncio.sleep(0.01)
    with pytest.raises(BusUnavailable):
        await kernel.request("ow.demo.donghu.cmd.petition.act", b"late", timeout=1)
    await bus.server.start()
    office = await bus.connect("petition")
    heard: list[bytes] = []

    async def hear(msg: Msg) -> None:
        heard.append(msg.data)

    await office.subscribe("ow.demo.*.cmd.petition.>", hear)
    await asyncio.wait_for(kernel.wait_connected(), 10)
    await asyncio.sleep(0.3)
    assert heard == []


async def test_a_request_whose_connection_is_lost_is_unconfirmed(
    bus: Bus, kernel: Connection, office: Connection
) -> None:
    came = asyncio.Event()

    async def hear(msg: Msg) -> None:
        came.set()

    await office.subscribe("ow.demo.*.cmd.petition.>", hear)
    asking = asyncio.create_task(kernel.request("ow.demo.donghu.cmd.petition.act", b"x", timeout=30))
    await came.wait()
    await bus.server.stop()
    with pytest.raises(TimedOut):
        await asyncio.wait_for(asking, 5)


async def test_publishing_twice_stores_once(kernel: Connection, office: Connection) -> None:
    message = encode(Placed(assigned(), 1, "e"))
    first = await kernel.publish(message.subject, message.payload, headers=message.headers, msg_id="one")
    again = await kernel.publish(message.subject, message.payload, headers=message.headers, msg_id="one")
    assert (first.duplicate, again.duplicate) == (False, True)
    assert first.seq == again.seq


async def test_publishing_without_a_stream_says_so(kernel: Connection) -> None:
    with pytest.raises(StreamMissing):
        await kernel.publish("ow.demo.donghu.to.petition.x", b"{}", msg_id="x", timeout=2)


async def test_connecting_gives_up_after_its_timeout(bus: Bus) -> None:
    await bus.server.stop()
    with pytest.raises(BusUnavailable):
        await Connection.open(bus.access("kernel"), timeout=0.3)


# What one office's login can and cannot do


async def violations(bus: Bus, caplog: pytest.LogCaptureFixture, text: str) -> bool:
    """Whether the server complained about something like `text`."""
    for _ in range(100):
        if text.lower() in caplog.text.lower():
            return True
        await asyncio.sleep(0.02)
    return False


async def test_an_office_does_all_that_it_has_to(kernel: Connection, office: Connection) -> None:
    sent = encode(Placed(assigned(), 1, "e"))
    await kernel.publish(sent.subject, sent.payload, headers=sent.headers, msg_id="k1")
    inbox, got = office.new_inbox(), asyncio.Queue[Msg]()
    await office.subscribe(inbox, got.put)
    await office.say("$JS.API.CONSUMER.MSG.NEXT.OW.petition", b'{"batch":1,"expires":2000000000}', reply=inbox)
    msg = await asyncio.wait_for(got.get(), 3)
    assert decode(Message(msg.subject, msg.headers or {}, msg.data)) == Placed(decode(sent).event, 1, "e")
    assert (await office.request(msg.reply, b"+ACK", timeout=2)).data == b""
    said = encode(Placed(proceeded(), 1, "e"))
    assert (await office.publish(said.subject, said.payload, headers=said.headers, msg_id="o1")).seq == 2

    async def answer(request: Msg) -> None:
        await kernel.say(request.reply, b"hello")

    await kernel.subscribe("ow.demo.ask.*.hello", answer)
    assert (await office.request("ow.demo.ask.petition.hello", b"", timeout=2)).data == b"hello"


@pytest.mark.parametrize(
    "subject",
    [
        "$JS.API.CONSUMER.MSG.NEXT.OW.mediation",
        "$JS.API.CONSUMER.MSG.NEXT.OW.kernel",
        "$JS.API.CONSUMER.DURABLE.CREATE.OW.thief",
        "$JS.API.CONSUMER.CREATE.OW.thief",
        "$JS.API.CONSUMER.DELETE.OW.mediation",
        "$JS.API.STREAM.INFO.OW",
        "$JS.API.STREAM.MSG.GET.OW",
        "$JS.API.DIRECT.GET.OW",
        "$JS.API.STREAM.DELETE.OW",
        "$JS.API.STREAM.PURGE.OW",
        "$JS.ACK.OW.mediation.1.1.1.1.1",
        "ow.demo.donghu.from.mediation.proceeding.changed",
        "ow.demo.donghu.to.petition.assignment.changed",
        "ow.demo.donghu.to.mediation.assignment.changed",
        "ow.other.donghu.from.petition.proceeding.changed",
        "ow.demo.ask.mediation.log",
        "ow.demo.donghu.cmd.mediation.act",
        "ow.demo.donghu.cmd.petition.act",
        "_INBOX_kernel.x",
        "$SYS.REQ.SERVER.PING",
    ],
)
async def test_an_office_may_not_publish(
    bus: Bus, office: Connection, caplog: pytest.LogCaptureFixture, subject: str
) -> None:
    with caplog.at_level(logging.WARNING):
        with pytest.raises(TimedOut):
            await office.request(subject, b"{}", timeout=0.2)
        assert await violations(bus, caplog, f'permissions violation for publish to "{subject}"')


@pytest.mark.parametrize(
    "subject",
    [
        ">",
        "ow.>",
        "_INBOX.>",
        "_INBOX_mediation.>",
        "_INBOX_kernel.>",
        "ow.demo.*.to.petition.>",
        "ow.demo.*.to.mediation.>",
        "ow.demo.*.from.mediation.>",
        "ow.demo.*.cmd.mediation.>",
        "ow.demo.ask.*.hello",
        "$JS.>",
        "$SYS.>",
        "$SRV.>",
        "$SRV.*",
        "$SRV.PING.>",
        "$SRV.PING.mediation",
    ],
)
async def test_an_office_may_not_listen(
    bus: Bus, office: Connection, caplog: pytest.LogCaptureFixture, subject: str
) -> None:
    async def hear(msg: Msg) -> None:
        raise AssertionError("heard")

    with caplog.at_level(logging.WARNING):
        await office.subscribe(subject, hear)
        assert await violations(bus, caplog, f'permissions violation for subscription to "{subject}"')


async def pull(connection: Connection, durable: str) -> Msg | None:
    """One message of a durable consumer, if this login gets one."""
    inbox, got = connection.new_inbox(), asyncio.Queue[Msg]()
    await connection.subscribe(inbox, got.put)
    await connection.say(f"$JS.API.CONSUMER.MSG.NEXT.OW.{durable}", b'{"batch":1,"no_wait":true}', reply=inbox)
    with contextlib.suppress(TimeoutError):
        msg = await asyncio.wait_for(got.get(), 0.5)
        return msg if msg.data else None
    return None


async def test_another_login_does_not_pull_what_is_not_its_own(
    bus: Bus, kernel: Connection, office: Connection
) -> None:
    sent = encode(Placed(assigned(office="mediation"), 1, "e"))
    await kernel.publish(sent.subject, sent.payload, headers=sent.headers, msg_id="k1")
    assert await pull(office, "mediation") is None
    msg = await pull(await bus.connect("mediation"), "mediation")
    assert msg is not None and json.loads(msg.data)["office"] == "mediation"


async def test_a_pull_cannot_turn_our_events_into_words_of_an_office(kernel: Connection, office: Connection) -> None:
    """The server does not check reply subjects: whatever it stores that way, the kernel must not believe it."""
    sent = encode(Placed(assigned(), 1, "e"))
    await kernel.publish(sent.subject, sent.payload, headers=sent.headers, msg_id="k1")
    await office.say(
        "$JS.API.CONSUMER.MSG.NEXT.OW.petition", b"1", reply="ow.demo.donghu.from.mediation.proceeding.changed"
    )
    await office.say("ow.demo.donghu.from.petition.x", b"{}", reply="ow.demo.donghu.from.mediation.proceeding.changed")
    await asyncio.sleep(0.2)
    kept: list[str] = []
    while (msg := await pull(kernel, "kernel")) is not None:
        kept.append(msg.subject)
        with pytest.raises(Unreadable):
            decode(Message(msg.subject, msg.headers or {}, msg.data))
        await kernel.say(msg.reply, b"+ACK")
    assert "ow.demo.donghu.from.mediation.proceeding.changed" in kept, "the server became stricter: simplify decode"


async def test_a_client_of_an_office_finds_no_system_account(bus: Bus) -> None:
    user = bus.users["petition"]
    client = Client()
    await client.connect(bus.server.url, user=user.name, password=user.password, inbox_prefix="_INBOX_petition")
    assert client.connected_server_version.major == 2
    await client.close()


# The credentials file


def credentials(**changes: object) -> Credentials:
    return Credentials.model_validate(
        {
            "url": "nats://127.0.0.1:4222",
            "user": "petition",
            "password": "secret-word",
            "office": "petition",
            "district": DISTRICT,
            "key": "AAECAw==",
            "kernel_keys": {"k1": "PEM"},
        }
        | changes
    )


def test_a_credentials_file_is_private_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "petition.json"
    credentials().save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Credentials.load(path) == credentials()
    assert json.loads(path.read_text())["password"] == "secret-word"
    assert credentials().key == b"\0\1\2\3"


def test_a_credentials_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "petition.json"
    credentials().save(path)
    path.chmod(0o644)
    with pytest.raises(Misconfigured):
        Credentials.load(path)


@pytest.mark.parametrize("text", ["", "{}", '{"url": 1}'])
def test_a_malformed_credentials_file_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "petition.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(Misconfigured) as refused:
        Credentials.load(path)
    assert refused.value.__cause__ is None


def test_secrets_are_not_shown() -> None:
    assert "secret-word" not in f"{credentials()!r} {credentials()} {NatsUser('a', 'secret-word')!r}"


def test_no_user_can_write_its_own_configuration() -> None:
    with pytest.raises(Misconfigured):
        authorization([NatsUser("a\n}", "p", PETITION)], DISTRICT)
    assert '\\"' in authorization([NatsUser('a"', new_user().password, PETITION)], DISTRICT)
