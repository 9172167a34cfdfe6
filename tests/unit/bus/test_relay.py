"""Everything in the log reaches its readers, at least once and in order, whatever is killed or deleted."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from onewindow.bus.connection import Connection
from onewindow.bus.consume import Consumer, Delivery
from onewindow.bus.envelope import Message, Placed, decode
from onewindow.bus.jetstream import Topology
from onewindow.bus.log import Log
from onewindow.bus.relay import Relay
from onewindow.bus.tables import BusTables
from onewindow.office.types import new_id
from onewindow.store import Store, Tx
from tests.support.nats import Bus
from tests.unit.bus.examples import assigned

SOURCE = "/onewindow/demo/kernel"
Run = Callable[[Awaitable[None]], "asyncio.Task[None]"]


@pytest.fixture
async def run() -> AsyncIterator[Run]:
    """Starts loops that are ended with the test."""
    tasks: list[asyncio.Task[None]] = []

    def start(loop: Awaitable[None]) -> "asyncio.Task[None]":
        tasks.append(asyncio.ensure_future(loop))
        return tasks[-1]

    yield start
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def log(store: Store, tables: BusTables) -> Log:
    return Log(tables, SOURCE, alone=store.dialect == "sqlite")


@pytest.fixture
async def topology(bus: Bus, kernel: Connection) -> Topology:
    return await bus.topology(kernel)


class Reader:
    """An office that notes what it is handed."""

    def __init__(self) -> None:
        self.seen: list[Placed] = []
        self.news = asyncio.Event()

    async def take(self, delivery: Delivery) -> None:
        self.seen.append(decode(delivery.message))
        self.news.set()

    def first_seen(self) -> list[Placed]:
        return list({placed.event.id: placed for placed in reversed(self.seen)}.values())[::-1]

    async def until(self, count: int, timeout: float = 30) -> None:
        async with asyncio.timeout(timeout):
            while len({placed.event.id for placed in self.seen}) < count:
                self.news.clear()
                await self.news.wait()


async def in_stream(kernel: Connection) -> list[Placed]:
    """Everything that the stream holds, in its order."""
    last = (await kernel.api("STREAM.INFO.OW"))["state"]["last_seq"]
    found = []
    for seq in range(1, last + 1):
        message = (await kernel.api("STREAM.MSG.GET.OW", {"seq": seq}))["message"]
        lines = base64.b64decode(message["hdrs"]).decode().split("\r\n")[1:]
        headers = dict(line.split(": ", 1) for line in lines if line)
        found.append(decode(Message(message["subject"], headers, base64.b64decode(message["data"]))))
    return found


async def append(store: Store, log: Log, about: list[str], *, group: int = 1) -> None:
    def work(some: list[str]) -> Callable[[Tx], None]:
        def append_some(tx: Tx) -> None:
            for each in some:
                log.append(tx, assigned(each))

        return append_some

    await asyncio.gather(*(store.write(work(about[i : i + group])) for i in range(0, len(about), group)))


async def test_what_is_appended_arrives_with_its_place(
    store: Store, log: Log, bus: Bus, kernel: Connection, topology: Topology, run: Run
) -> None:
    relay, reader = Relay(store, log, kernel), Reader()
    run(relay.run())
    run(Consumer(await bus.connect("petition"), "petition", reader.take).run())
    await append(store, log, [f"a{i % 7}" for i in range(600)], group=3)
    await reader.until(600)
    assert sorted(placed.pos for placed in reader.first_seen()) == list(range(1, 601))
    assert {placed.epoch for placed in reader.seen} == {await store.read(log.epoch)}
    await asyncio.wait_for(relay.wait_published(600), 5)


async def test_a_commit_wakes_the_relay(
    lite: Store, log: Log, bus: Bus, kernel: Connection, topology: Topology, run: Run
) -> None:
    relay, reader = Relay(lite, log, kernel, idle=60), Reader()
    run(relay.run())
    run(Consumer(await bus.connect("petition"), "petition", reader.take).run())
    await asyncio.sleep(0.3)
    for count in range(1, 21):
        await append(lite, log, ["a"])
        await reader.until(count, timeout=2)


async def test_rows_written_before_the_relay_ran_are_published(
    lite: Store, log: Log, kernel: Connection, topology: Topology, run: Run
) -> None:
    await append(lite, log, ["a"] * 10)
    relay = Relay(lite, log, kernel)
    run(relay.run())
    await asyncio.wait_for(relay.wait_published(10), 5)


async def test_a_restarted_relay_goes_on_where_it_was(
    lite: Store, log: Log, bus: Bus, kernel: Connection, topology: Topology, run: Run
) -> None:
    await append(lite, log, ["a"] * 10)
    for count in (10, 20):
        relay = Relay(lite, log, kernel)
        task = run(relay.run())
        await asyncio.wait_for(relay.wait_published(count), 5)
        await asyncio.sleep(0.1)
        task.cancel()
        await append(lite, log, ["a"] * 10)
    assert await topology.backlog("petition") == 20


async def test_what_is_in_the_stream_already_is_not_stored_twice_in_a_row(
    lite: Store, log: Log, kernel: Connection, topology: Topology, run: Run
) -> None:
    """A batch with a known message is refused as a whole; then its rows go one by one."""
    relay = Relay(lite, log, kernel)
    run(relay.run())
    await append(lite, log, ["a"] * 250, group=250)
    await asyncio.wait_for(relay.wait_published(250), 5)
    assert await asyncio.wait_for(relay.republish(100), 10) == 250
    assert await topology.backlog("petition") == 250


async def test_sending_again_ends_where_there_is_nothing_to_send(
    lite: Store, log: Log, kernel: Connection, topology: Topology, run: Run
) -> None:
    relay = Relay(lite, log, kernel)
    run(relay.run())
    assert await asyncio.wait_for(relay.republish(), 10) == 0
    await append(lite, log, ["a"] * 3)
    await asyncio.wait_for(relay.wait_published(3), 5)
    assert await asyncio.wait_for(relay.republish(3), 10) == 3


@pytest.mark.postgres
async def test_of_two_relays_on_one_store_one_publishes_until_it_is_gone(
    tables: BusTables, postgres_url: str, bus: Bus, kernel: Connection, topology: Topology, run: Run
) -> None:
    stores = [Store.open(postgres_url, metadata=tables.log.metadata) for _ in range(2)]
    stores[0].create_tables()
    logs = [Log(tables, SOURCE) for _ in stores]
    relays = [Relay(store, log, kernel) for store, log in zip(stores, logs, strict=True)]
    first = run(relays[0].run())
    await asyncio.sleep(0.3)
    second = run(relays[1].run())
    await append(stores[1], logs[1], ["a"] * 10)
    await asyncio.wait_for(relays[0].wait_published(10), 5)
    assert relays[1].published == 0
    first.cancel()
    await append(stores[1], logs[1], ["a"] * 10)
    await asyncio.wait_for(relays[1].wait_published(20), 5)
    second.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await second
    for store in stores:
        await store.close()
    assert await topology.backlog("petition") == 20


@pytest.mark.faults
async def test_nothing_is_lost_or_out_of_order_when_the_server_is_killed(
    store: Store, log: Log, bus: Bus, kernel: Connection, topology: Topology, run: Run
) -> None:
    relay, reader = Relay(store, log, kernel, missing=topology.ensure), Reader()
    run(relay.run())
    run(Consumer(await bus.connect("petition"), "petition", reader.take).run())
    subjects = [new_id() for _ in range(5)]
    written = 0
    for _ in range(4):
        writing = asyncio.create_task(append(store, log, [subjects[i % 5] for i in range(400)]))
        await asyncio.sleep(0.15)
        await bus.kill()
        await writing
        written += 400
    await reader.until(written)
    assert {placed.pos for placed in reader.seen} == set(range(1, written + 1))
    # In the stream: what a reader was being handed when the server died comes to it again later.
    kept = await in_stream(kernel)
    for subject in subjects:
        order = list(dict.fromkeys(placed.pos for placed in kept if placed.event.subject == subject))
        assert order == sorted(order)
    assert bus.server.restarts >= 4


async def test_a_deleted_stream_is_made_again_and_the_log_published_again(
    lite: Store, log: Log, bus: Bus, kernel: Connection, topology: Topology, run: Run
) -> None:
    relay, reader = Relay(lite, log, kernel, missing=topology.ensure), Reader()
    run(relay.run())
    await append(lite, log, ["a"] * 50)
    await asyncio.wait_for(relay.wait_published(50), 5)
    await kernel.api("STREAM.DELETE.OW")
    assert await topology.backlog("petition") is None
    assert await asyncio.wait_for(relay.republish(), 10) == 50
    assert topology.created == 2
    run(Consumer(await bus.connect("petition"), "petition", reader.take).run())
    await reader.until(50)


async def test_an_office_whose_consumer_was_deleted_goes_on_once_the_kernel_made_it_again(
    lite: Store, log: Log, bus: Bus, kernel: Connection, topology: Topology, run: Run
) -> None:
    relay, reader = Relay(lite, log, kernel, missing=topology.ensure), Reader()
    run(relay.run())
    run(Consumer(await bus.connect("petition"), "petition", reader.take).run())
    await append(lite, log, ["a"] * 5)
    await reader.until(5)
    await kernel.api("STREAM.DELETE.OW")
    await append(lite, log, ["a"] * 5)
    await reader.until(10)


async def test_the_kernels_consumer_makes_the_stream_again_by_itself(
    bus: Bus, kernel: Connection, topology: Topology, run: Run
) -> None:
    reader = Reader()
    run(Consumer(kernel, "kernel", reader.take, missing=topology.ensure).run())
    await asyncio.sleep(0.2)
    await kernel.api("STREAM.DELETE.OW")
    for _ in range(100):
        if topology.created == 2 and await topology.backlog("petition") == 0:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("not made again")


async def test_one_case_is_handled_in_order_and_different_ones_side_by_side(
    lite: Store, log: Log, bus: Bus, kernel: Connection, topology: Topology, run: Run
) -> None:
    relay = Relay(lite, log, kernel)
    run(relay.run())
    running: dict[str, int] = {}
    most, done = 0, list[Placed]()

    async def slow(delivery: Delivery) -> None:
        nonlocal most
        placed = decode(delivery.message)
        about = placed.event.subject
        assert not running.get(about), "two of one case at once"
        running[about] = 1
        most = max(most, sum(running.values()))
        await asyncio.sleep(0.01)
        running[about] = 0
        done.append(placed)

    run(Consumer(await bus.connect("petition"), "petition", slow, batch=16).run())
    await append(lite, log, [f"a{i % 8}" for i in range(80)], group=80)
    async with asyncio.timeout(10):
        while len(done) < 80:
            await asyncio.sleep(0.02)
    assert most > 4
    for about in {placed.event.subject for placed in done}:
        order = [placed.pos for placed in done if placed.event.subject == about]
        assert order == sorted(order)


async def test_what_failed_is_offered_again(
    lite: Store, log: Log, bus: Bus, kernel: Connection, topology: Topology, run: Run
) -> None:
    relay = Relay(lite, log, kernel)
    run(relay.run())
    attempts: list[int] = []
    good = asyncio.Event()

    async def third_time(delivery: Delivery) -> None:
        attempts.append(delivery.attempt)
        if len(attempts) < 3:
            raise RuntimeError("not yet")
        good.set()

    run(Consumer(await bus.connect("petition"), "petition", third_time).run())
    await append(lite, log, ["a"])
    await asyncio.wait_for(good.wait(), 10)
    assert attempts == [1, 2, 3]
    async with asyncio.timeout(3):
        while await topology.backlog("petition"):
            await asyncio.sleep(0.02)


@pytest.mark.slow
async def test_work_longer_than_the_acknowledgement_allows_is_not_given_to_another(
    lite: Store, log: Log, bus: Bus, kernel: Connection, topology: Topology, run: Run
) -> None:
    relay = Relay(lite, log, kernel)
    run(relay.run())
    attempts: list[int] = []
    done = asyncio.Event()

    async def long(delivery: Delivery) -> None:
        attempts.append(delivery.attempt)
        await asyncio.sleep(12)
        done.set()

    for _ in range(2):
        run(Consumer(await bus.connect("petition"), "petition", long).run())
    await append(lite, log, ["a"])
    await asyncio.wait_for(done.wait(), 20)
    assert attempts == [1]
