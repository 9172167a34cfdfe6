"""The scheduler catches up, wakes in time, and is held up by nothing."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select

from onewindow.clocks import rows, service
from onewindow.clocks.book import CalendarBook
from onewindow.clocks.scheduler import Scheduler
from onewindow.clocks.tables import PAUSE
from onewindow.clocks.turning import Turned
from onewindow.office.clocks import days, hours
from onewindow.office.types import new_id
from onewindow.store import KernelTable, Store, Tx
from tests.unit.clocks.helpers import at, owner, spec


async def begin(store: Store, book: CalendarBook, started: datetime, of: int = 0) -> str:
    what = spec(hours(of)) if of else spec(days(15))
    work = partial(service.start, spec=what, owner=owner(), started=started, book=book)
    return (await store.write(work)).id


def note(tx: Tx, turned: Turned) -> None:
    """Keep what was reported in the transaction itself, as a timeline entry would be."""
    moment = turned.since
    tx.execute(
        insert(PAUSE).values(id=new_id(), clock_id=turned.clock.id, from_at=moment, to_at=moment, reason=turned.colour)
    )


async def noted(store: Store) -> list[tuple[str, str]]:
    query = select(PAUSE.c.clock_id, PAUSE.c.reason).order_by(PAUSE.c.id)
    return [(row.clock_id, row.reason) for row in await store.read(lambda conn: conn.execute(query).all())]


def fixed(now: datetime) -> Callable[[], datetime]:
    return lambda: now


async def test_a_centre_that_was_off_catches_up_with_everything(store: Store, book: CalendarBook) -> None:
    clocks = [await begin(store, book, at("2026-03-02")) for _ in range(5)]
    scheduler = Scheduler(store, fixed(at("2026-05-01")), note, limit=2)
    assert await scheduler.catch_up() == 10
    assert await scheduler.catch_up() == 0
    seen = await noted(store)
    for clock in clocks:
        assert [colour for each, colour in seen if each == clock] == ["amber", "red"]


async def test_a_turn_that_fails_is_undone_and_holds_up_no_other(store: Store, book: CalendarBook) -> None:
    bad = await begin(store, book, at("2026-03-01"))
    good = [await begin(store, book, at("2026-03-02")) for _ in range(3)]

    def refuse(tx: Tx, turned: Turned) -> None:
        if turned.clock.id == bad:
            raise RuntimeError("no entry for this one")
        note(tx, turned)

    scheduler = Scheduler(store, fixed(at("2026-05-01")), refuse, limit=1)
    assert await scheduler.catch_up() == 6
    assert {clock for clock, _colour in await noted(store)} == set(good)
    assert (await store.read(partial(rows.read, clock_id=bad))).colour == "green"
    # Once the cause is gone, it is reported like any other.
    assert await Scheduler(store, fixed(at("2026-05-01")), note).catch_up() == 2


async def test_jobs_run_until_nothing_is_left_and_a_broken_one_stops_no_other(store: Store, book: CalendarBook) -> None:
    left = [3]
    ran: list[str] = []

    def some(tx: Tx, now: datetime) -> int:
        if not left[0]:
            return 0
        tx.on_commit(lambda: ran.append("some"))
        left[0] -= 1
        return 1

    def broken(tx: Tx, now: datetime) -> int:
        raise RuntimeError("broken")

    await begin(store, book, at("2026-03-02"))
    scheduler = Scheduler(store, fixed(at("2026-05-01")), note, jobs=[("broken", broken)])
    scheduler.add("some", some)
    with pytest.raises(ValueError, match="some"):
        scheduler.add("some", some)
    assert await scheduler.catch_up() == 5
    assert ran == ["some"] * 3


async def test_it_wakes_when_a_clock_turns_and_when_it_is_called(sqlite_url: str, book: CalendarBook) -> None:
    store = Store.open(sqlite_url, metadata=KernelTable.metadata)
    store.create_tables()
    # An hour's clock that warned long ago and ends in half a second.
    real = datetime.now(UTC)
    await begin(store, book, real - timedelta(hours=1) + timedelta(seconds=0.5), of=1)
    scheduler = Scheduler(store, lambda: datetime.now(UTC), note, tick=60)
    task = asyncio.create_task(scheduler.run())
    try:
        async with asyncio.timeout(10):
            while [colour for _clock, colour in await noted(store)] != ["amber", "red"]:
                await asyncio.sleep(0.05)
            await begin(store, book, datetime.now(UTC) - timedelta(hours=2), of=1)
            scheduler.wake()
            while len(await noted(store)) < 4:
                await asyncio.sleep(0.05)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await store.close()


@pytest.mark.postgres
async def test_two_schedulers_report_each_turn_once(postgres_url: str, book: CalendarBook) -> None:
    stores = [Store.open(postgres_url, metadata=KernelTable.metadata, schema="kernel") for _ in range(2)]
    stores[0].create_tables()
    clocks = [await begin(stores[0], book, at("2026-03-02")) for _ in range(30)]
    schedulers = [Scheduler(store, fixed(at("2026-05-01")), note, limit=5) for store in stores]
    assert sum(await asyncio.gather(*(each.catch_up() for each in schedulers))) == 60
    seen = await noted(stores[0])
    assert sorted(seen) == sorted((clock, colour) for clock in clocks for colour in ("amber", "red"))
    await asyncio.gather(*(store.close() for store in stores))
