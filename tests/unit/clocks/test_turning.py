"""Amber and red: each turn once, whoever looks and however late."""

import asyncio
from collections import Counter
from functools import partial

import pytest

from onewindow.clocks import rows, service
from onewindow.clocks.book import CalendarBook
from onewindow.clocks.turning import candidates, next_turn, turn
from onewindow.office.clocks import days
from onewindow.store import KernelTable, Store
from tests.unit.clocks.helpers import at, midnight_after, owner, spec

FIFTEEN = spec(days(15))


async def begin(store: Store, book: CalendarBook, *started: str) -> list[str]:
    works = (partial(service.start, spec=FIFTEEN, owner=owner(), started=at(each), book=book) for each in started)
    return [clock.id for clock in await asyncio.gather(*(store.write(work) for work in works))]


async def test_a_clock_turns_amber_at_its_warning_and_red_after_its_last_day(store: Store, book: CalendarBook) -> None:
    (clock,) = await begin(store, book, "2026-03-02")
    seen = []
    for now in (
        at("2026-03-15", "23:59"),
        at("2026-03-16", "00:00"),
        at("2026-03-16", "00:00"),
        at("2026-03-17", "23:59"),
        midnight_after("2026-03-17"),
        at("2026-04-17"),
    ):
        seen.append([each.colour for each in await store.write(partial(turn, now=now))])
    assert seen == [[], ["amber"], [], [], ["red"], []]
    assert (await store.read(partial(rows.read, clock_id=clock))).colour == "red"


async def test_a_centre_that_was_off_over_both_dates_reports_amber_and_then_red(
    store: Store, book: CalendarBook
) -> None:
    first, second = await begin(store, book, "2026-03-02", "2026-03-03")
    turned = await store.write(partial(turn, now=at("2026-05-01")))
    assert [(each.clock.id, each.colour) for each in turned] == [
        (first, "amber"),
        (first, "red"),
        (second, "amber"),
        (second, "red"),
    ]
    assert [each.since for each in turned[:2]] == [at("2026-03-16", "00:00"), midnight_after("2026-03-17")]
    assert [each.clock.colour for each in turned[:2]] == ["amber", "red"]
    assert await store.write(partial(turn, now=at("2026-05-01"))) == []


async def test_turning_goes_in_pages(store: Store, book: CalendarBook) -> None:
    await begin(store, book, *["2026-03-02"] * 5)
    sizes = []
    while turned := await store.write(partial(turn, now=at("2026-05-01"), limit=2)):
        sizes.append(len(turned))
    assert sizes == [4, 4, 2]


async def test_the_next_turn_is_the_earliest_warning_or_end(store: Store, book: CalendarBook) -> None:
    assert await store.read(next_turn) is None
    await begin(store, book, "2026-03-02", "2026-04-02")
    assert await store.read(next_turn) == at("2026-03-16", "00:00")
    await store.write(partial(turn, now=at("2026-03-16")))
    assert await store.read(next_turn) == midnight_after("2026-03-17")
    await store.write(partial(turn, now=at("2026-03-18")))
    assert await store.read(next_turn) == at("2026-04-16", "00:00")


@pytest.mark.postgres
async def test_two_replicas_turn_each_clock_once(postgres_url: str, book: CalendarBook) -> None:
    stores = [Store.open(postgres_url, metadata=KernelTable.metadata, schema="kernel") for _ in range(2)]
    stores[0].create_tables()
    clocks = await begin(stores[0], book, *["2026-03-02"] * 40)

    async def replica(store: Store) -> list[tuple[str, str]]:
        seen: list[tuple[str, str]] = []
        while await store.read(partial(candidates, now=at("2026-05-01"), limit=1)):
            turned = await store.write(partial(turn, now=at("2026-05-01"), limit=7))
            seen += [(each.clock.id, each.colour) for each in turned]
        return seen

    both = await asyncio.gather(*(replica(store) for store in stores))
    assert Counter(both[0] + both[1]) == Counter((clock, colour) for clock in clocks for colour in ("amber", "red"))
    for seen in both:
        for clock in clocks:
            assert [colour for each, colour in seen if each == clock] in ([], ["amber"], ["red"], ["amber", "red"])
    await asyncio.gather(*(store.close() for store in stores))
