"""Events may come late, twice, out of order, forged or never: the store ends as if they had come once, in order."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from onewindow.bus.consume import Delivery
from onewindow.bus.envelope import Message, Placed, encode
from onewindow.bus.events import DocumentServed
from onewindow.bus.log import LogRow
from onewindow.bus.subjects import STREAM
from onewindow.bus.wire import ActReply, ActRequest
from onewindow.host.host import Host
from onewindow.host.tables import BUS, PROCEEDING
from onewindow.office.types import new_id
from onewindow.office.views import Actor
from onewindow.routing import casefile
from onewindow.routing.assignments import event_of
from onewindow.store import Tx
from tests.support.path import ACCEPT, DRAFT, Matter, Running, Town, running, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (("accept", ACCEPT), ("draft", DRAFT), ("submit", {}))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deaf(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """A centre whose kernel has stopped listening to events: the tests bring them."""
    async with running(tmp_path_factory.mktemp("deaf") / "data") as path:
        await until(lambda: follows(path))
        for name in ("switchboard", "scheduler"):
            await stop_loop(path, name)
        yield path


async def follows(path: Running) -> bool:
    """Whether the office has come level with the kernel."""
    host = path.centre.hosts.get("petition")
    return host is not None and host.level.is_set() and bool(host._following.epoch)


async def stop_loop(path: Running, name: str) -> None:
    task = next(t for t in path.centre._tasks if t.get_name() == name)
    path.centre._tasks.remove(task)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def host_of(path: Running) -> Host:
    return path.centre.hosts["petition"]


async def worked(path: Running, matter: Matter, steps: Sequence[tuple[str, dict[str, Any]]] = STEPS) -> list[LogRow]:
    """Let the office alone take these steps, without the kernel's commands; its log rows, once they are published."""
    await matter.sign()
    await until(lambda: path.proceeding_arrived(matter))
    host, row = host_of(path), await matter.assignment()
    file = await matter.file()
    view, clocks = casefile.office_view(path.centre.kernel, file), casefile.clock_views(file, row["id"])
    people = matter.town.people
    for action, form in steps:
        request = ActRequest(
            key=new_id(), claim="", assignment=row["id"], action=action, form=form, view=view, clocks=clocks,
            valid_until=path.time.forward(seconds=0.001).replace(year=2027),
        )  # fmt: skip
        actor = Actor(staff_id=people["handler"], roles=("handler",))
        reply = await host._store.write(partial(take, host, request, actor, path.time()))
        assert reply.outcome == "done", reply.fault
    rows: list[LogRow] = await until(lambda: published(host, row["id"], len(steps)))
    return rows


def take(host: Host, request: ActRequest, actor: Actor, now: datetime, tx: Tx) -> ActReply:
    return host._work.act(tx, request, f"staff:{actor.staff_id}", actor, now)


async def published(host: Host, assignment: str, count: int) -> list[LogRow]:
    rows = await host._store.read(lambda c: host._log.after(c, None, 0, 10_000))
    mine = [row for row in rows if row.event.subject == assignment]
    return mine if len(mine) == count and host._relay.published >= mine[-1].pos else []


async def deliver(path: Running, row: LogRow, seq: int = 1) -> None:
    """As the consumer hands it to the kernel."""
    epoch = await host_of(path)._store.read(host_of(path)._log.epoch)
    await path.centre.switchboard._receive(Delivery(encode(Placed(row.event, row.pos, epoch)), 1, seq))


async def standing(matter: Matter) -> list[Any]:
    """What must be the same whichever way the events came."""
    row = await matter.assignment()
    entries = [(e.kind, e.data.get("action"), e.data.get("version")) for e in await matter.timeline()]
    file = await matter.file()
    clocks = sorted((c.key, c.status, c.lawful_on) for c in file.clocks)
    mirror = (row["proceeding_version"], row["proceeding_state"], row["phase"], row["listed"])
    return [mirror, entries, clocks, [d.kind for d in file.documents]]


# From the office -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [(3, 1, 2, 2), (2, 3, 1), (3, 2, 1), (1, 1, 3, 2), (3, 3)])
async def test_events_in_any_order_end_as_in_their_own(deaf: Running, order: tuple[int, ...]) -> None:
    town = await deaf.township()
    plain, mixed = await town.register(), await town.register()
    for row in await worked(deaf, plain):
        await deliver(deaf, row)
    rows = await worked(deaf, mixed)
    for number in order:
        await deliver(deaf, rows[number - 1])
    assert await standing(mixed) == await standing(plain)
    assert [e.data["version"] for e in await mixed.timeline() if e.kind == "acted"] == [1, 2, 3]
    assert (await mixed.verdict()).ok


async def test_an_event_applies_at_the_version_after_the_last_and_at_no_other(deaf: Running) -> None:
    """What a reply brings, without the log to fall back on."""
    matter = await (await deaf.township()).register()
    host = host_of(deaf)
    epoch = await host._store.read(host._log.epoch)
    saids = [host._work.said_row(row, epoch) for row in await worked(deaf, matter)]
    apply = partial(deaf.centre.switchboard.inbound.take, office="petition", now=deaf.time(), from_log=False)
    results = [await deaf.centre.store.write(partial(apply, said=saids[number - 1])) for number in (3, 1, 2, 2, 3, 1)]
    assert results == ["gap", "applied", "applied", "duplicate", "applied", "duplicate"]
    assert [e.data["version"] for e in await matter.timeline() if e.kind == "acted"] == [1, 2, 3]
    assert (await matter.verdict()).ok


async def test_a_lost_event_is_fetched_when_the_next_one_shows_the_gap(deaf: Running) -> None:
    matter = await (await deaf.township()).register()
    rows = await worked(deaf, matter)
    await deliver(deaf, rows[0])
    await deliver(deaf, rows[2])
    assert (await matter.assignment())["proceeding_version"] == 3


async def test_a_reply_that_was_lost_is_found_in_the_offices_log(deaf: Running) -> None:
    matter = await (await deaf.township()).register()
    await worked(deaf, matter, STEPS[:1])
    assert (await matter.assignment())["proceeding_version"] == 0
    await deaf.centre.switchboard.pull("petition")
    assert (await matter.assignment())["proceeding_version"] == 1
    await deaf.centre.switchboard.pull("petition")
    assert (await matter.kinds()).count("acted") == 1


async def test_what_jetstream_lost_after_it_was_published_comes_back_to_the_kernel(deaf: Running) -> None:
    matter = await (await deaf.township()).register()
    await worked(deaf, matter)
    await delete_stream(deaf)
    listening = asyncio.create_task(deaf.centre.switchboard.run())
    try:
        await until(lambda: at_version(matter, 3))
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    assert await standing(matter) == await standing(matter)
    assert (await matter.kinds()).count("acted") == 3


async def at_version(matter: Matter, version: int) -> bool:
    return bool((await matter.assignment())["proceeding_version"] == version)


async def delete_stream(path: Running) -> None:
    answer = await path.centre.switchboard.connection.api(f"STREAM.DELETE.{STREAM}")
    assert answer.get("success"), answer


# To the office -------------------------------------------------------------------------------------------------------


async def test_what_jetstream_lost_after_it_was_published_comes_back_to_the_office(path: Running, town: Town) -> None:
    consuming = await stop_consumer(path)
    try:
        matters = [await town.register() for _ in range(5)]
        await path.centre.relay.wait_published(await path.centre.store.read(path.centre.kernel.log.head))
        await delete_stream(path)
    finally:
        await consuming()
    for matter in matters:
        await until(partial(path.proceeding_arrived, matter))
    await matters[0].accept()
    assert (await matters[0].kinds()).count("acted") == 1


async def stop_consumer(path: Running) -> Any:
    """Stop the office's host; the answer starts it again."""
    found = next(f for f in path.centre.found if f.id == "petition")
    await stop_loop(path, "office petition")
    store, connection = host_of(path)._store, host_of(path)._connection
    path.centre._host_stores.remove(store)
    path.centre._connections.remove(connection)
    await connection.close()
    await store.close()

    async def again() -> None:
        await path.centre._start_host(found)

    return again


async def test_assignments_in_any_order_leave_the_highest_version_standing(deaf: Running) -> None:
    town = await deaf.township()
    matter = await town.register()
    row = {**await matter.assignment(), "id": new_id()}
    host = host_of(deaf)
    for version in (3, 1, 2, 2):
        officer = town.people["handler"] if version == 3 else None
        payload = event_of({**row, "version": version, "officer": officer})
        await host._receive(Delivery(await to_office(deaf, town, payload, 10_000 + version), 1, 1))
    found = await deaf.proceeding(row["id"])
    assert found is not None
    assert (found["assignment_version"], found["assignment"]["officer"]) == (3, town.people["handler"])
    assert found["version"] == 0


async def to_office(path: Running, town: Town, payload: Any, pos: int) -> Message:
    event = payload.event(
        id=new_id(), district=path.centre.district, office="petition", township=town.token, time=path.time()
    )
    return encode(Placed(event, pos, await path.centre.store.read(path.centre.kernel.log.epoch)))


async def test_a_service_moves_the_proceeding_on_in_the_office(path: Running, town: Town) -> None:
    matter = await town.register()
    await matter.sign()
    await matter.do("head", "refuse", ground="rechecked", reason="已经复核", recheck_number="复核〔2025〕1号")
    await matter.serve("handler", "refusal_notice")
    await until(lambda: in_state(path, matter, "refused"))
    await until(lambda: at_version(matter, 2))
    assert (await matter.row())["state"] == "closed"


async def test_what_happened_to_an_assignment_that_nobody_knows_is_set_aside(path: Running, town: Town) -> None:
    host, matter = host_of(path), await town.register()
    unknown = DocumentServed(
        case_id=matter.id, assignment_id=new_id(), document_id=new_id(), document="reply", served_on="2026-03-02"
    )
    await host._receive(Delivery(await to_office(path, town, unknown, 10_001), 1, 1))
    held = await host._store.read(lambda c: host._parking.parked(c, subject=unknown.assignment_id))
    assert [one.reason for one in held] == ["unknown-assignment"]


async def in_state(path: Running, matter: Matter, state: str) -> bool:
    found = await path.proceeding((await matter.assignments())[0]["id"])
    return found is not None and found["state"] == state


async def test_an_assignment_that_a_happening_overtakes_is_fetched_first(path: Running, town: Town) -> None:
    """A service overtakes its assignment: the office asks for the log, which has both in their order."""
    matter = await town.register()
    row = await matter.assignment()
    await until(lambda: path.proceeding_arrived(matter))
    host = host_of(path)

    def forget(tx: Tx) -> None:
        tx.execute(PROCEEDING.delete().where(PROCEEDING.c.id == row["id"]))
        tx.execute(BUS.peer.delete())

    await host._store.write(forget)
    host._following.start(None)
    served = DocumentServed(
        case_id=matter.id, assignment_id=row["id"], document_id=new_id(), document="reply", served_on="2026-03-02"
    )
    await host._receive(Delivery(await to_office(path, town, served, 10_002), 1, 1))
    assert await path.proceeding(row["id"]) is not None
