"""Two kernels on one PostgreSQL: what both try at once happens once."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from onewindow.clocks import rows, service
from onewindow.clocks.book import CalendarBook
from onewindow.clocks.extensions import Outcome, request_extension, serve_extension
from onewindow.clocks.importing import parse_year, store_year
from onewindow.clocks.recompute import CalendarJob, Recomputed
from onewindow.errors import Conflict
from onewindow.office.clocks import days
from onewindow.store import KernelTable, Store, Tx
from tests.unit.clocks.helpers import PLAN_2027, SIXTY, at, day, owner, spec

pytestmark = pytest.mark.postgres


@pytest.fixture
async def kernels(postgres_url: str) -> AsyncIterator[list[Store]]:
    stores = [Store.open(postgres_url, metadata=KernelTable.metadata, schema="kernel") for _ in range(2)]
    stores[0].create_tables()
    yield stores
    await asyncio.gather(*(store.close() for store in stores))


async def test_a_service_recorded_by_two_at_once_extends_once(kernels: list[Store], book: CalendarBook) -> None:
    for _round in range(5):
        clock = await kernels[0].write(
            partial(service.start, spec=SIXTY, owner=owner(), started=at("2026-03-02"), book=book)
        )
        ask = partial(request_extension, clock_id=clock.id, amount=30, document_id=clock.id)
        await kernels[0].write(partial(ask, requested_at=at("2026-04-01"), requested_by="s1"))
        serve = partial(serve_extension, document_id=clock.id, served_on=day("2026-04-02"), book=book)
        both = await asyncio.gather(
            *(each.write(partial(serve, recorded_at=at("2026-04-02"), by_handler=True)) for each in kernels)
        )
        assert {outcome.outcome for outcome in both if outcome} == {Outcome.EFFECTIVE, Outcome.ALREADY}
        assert (await kernels[1].read(partial(rows.read, clock_id=clock.id))).extended_days == 30


async def test_two_who_ask_for_the_only_extension_get_one(kernels: list[Store], book: CalendarBook) -> None:
    clock = await kernels[0].write(
        partial(service.start, spec=SIXTY, owner=owner(), started=at("2026-03-02"), book=book)
    )
    ask = partial(request_extension, clock_id=clock.id, amount=10, document_id=None)
    both = await asyncio.gather(
        *(each.write(partial(ask, requested_at=at("2026-04-01"), requested_by="s1")) for each in kernels),
        return_exceptions=True,
    )
    assert sum(isinstance(each, str) for each in both) == 1


async def test_two_who_pause_at_once_pause_once(kernels: list[Store], book: CalendarBook) -> None:
    clock = await kernels[0].write(
        partial(service.start, spec=SIXTY, owner=owner(), started=at("2026-03-02"), book=book)
    )
    pause = partial(service.pause, clock_id=clock.id, at=at("2026-03-10"), reason="鉴定")
    both = await asyncio.gather(*(each.write(pause) for each in kernels), return_exceptions=True)
    assert sorted(type(each).__name__ for each in both) == ["ClockRow", Conflict.__name__]


async def test_a_year_is_carried_through_once_and_seen_by_a_kernel_that_did_not_import_it(
    kernels: list[Store], book: CalendarBook
) -> None:
    books = [book, CalendarBook(book.base)]
    start = partial(service.start, spec=spec(days(60)), started=at("2026-12-10"), book=book)
    clocks = [(await kernels[0].write(partial(start, owner=owner()))).id for _ in range(20)]
    now = at("2026-12-20")
    plan = parse_year(PLAN_2027, 2027, "csv")
    await kernels[0].write(partial(store_year, plan=plan, book=book, now=now, imported_by="s1"))
    reported: list[str] = []

    async def carry(store: Store, own: CalendarBook) -> None:
        def page(tx: Tx) -> int:
            changes: list[Recomputed] = []
            tx.on_commit(lambda: reported.extend(change.clock.id for change in changes))
            return CalendarJob(own, lambda _tx, change: changes.append(change), limit=3)(tx, now)

        for _page in range(20):
            await store.write(page)

    await asyncio.gather(*(carry(*each) for each in zip(kernels, books, strict=True)))
    assert sorted(reported) == sorted(clocks)
    assert books[1].calendar.knows(2027)
