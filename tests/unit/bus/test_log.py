"""The log and the inbox keep their promises on both databases."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from onewindow.bus.envelope import Placed
from onewindow.bus.errors import Unreadable
from onewindow.bus.inbox import Cursor, Inbox, Parking, Peer
from onewindow.bus.log import Log, LogPage
from onewindow.bus.tables import BusTables, bus_tables, nats_user_table
from onewindow.office.types import OfficeId
from onewindow.store import Store, Tx
from tests.unit.bus.examples import NOW, assigned, proceeded

SOURCE = "/onewindow/demo/kernel"


@pytest.fixture
def log(tables: BusTables) -> Log:
    return Log(tables, SOURCE)


async def append(store: Store, log: Log, count: int, office: str = "petition", body: bytes | None = None) -> None:
    def work(tx: Tx) -> None:
        for _ in range(count):
            log.append(tx, assigned(office=office), body)

    await store.write(work)


async def test_rows_get_their_places_in_order_and_only_once(store: Store, log: Log) -> None:
    await append(store, log, 5)
    assert await store.write(lambda tx: log.stamp(tx, 3)) == 3
    await append(store, log, 2)
    assert await store.write(lambda tx: log.stamp(tx, 100)) == 4
    assert await store.write(lambda tx: log.stamp(tx, 100)) == 0
    rows = await store.read(lambda conn: log.after(conn, None, 0, 100))
    assert [row.pos for row in rows] == list(range(1, 8))


async def test_whoever_asks_for_the_log_reads_also_what_had_no_place_yet(store: Store, log: Log) -> None:
    await append(store, log, 3)
    await log.settle(store)
    rows = await store.read(lambda conn: log.after(conn, None, 0, 100))
    assert [row.pos for row in rows] == [1, 2, 3]
    await log.settle(store)
    assert await store.read(log.head) == 3


async def test_where_one_lane_writes_alone_a_row_has_its_place_once_it_is_committed(
    store: Store, tables: BusTables
) -> None:
    log = Log(tables, SOURCE, alone=True)
    await append(store, log, 2)

    def failing(tx: Tx) -> None:
        log.append(tx, assigned())
        raise ValueError

    with pytest.raises(ValueError):
        await store.write(failing)
    await asyncio.gather(*(append(store, log, 2) for _ in range(20)))
    rows = await store.read(lambda conn: log.after(conn, None, 0, 100))
    assert [row.pos for row in rows] == list(range(1, 43))
    assert not await store.read(log.pending)


async def test_an_event_comes_out_of_the_log_as_it_went_in(store: Store, log: Log) -> None:
    event = assigned()
    await store.write(lambda tx: log.append(tx, event, b"sealed"))
    await store.write(lambda tx: log.stamp(tx, 1))
    [row] = await store.read(lambda conn: log.after(conn, None, 0, 1))
    assert (row.pos, row.event, row.body) == (1, event, b"sealed")


async def test_a_reader_pages_through_the_rows_of_its_office(store: Store, log: Log) -> None:
    for _ in range(3):
        await append(store, log, 4, "petition")
        await append(store, log, 3, "mediation")
    await store.write(lambda tx: log.stamp(tx, 100))
    await store.write(log.ensure_epoch)
    seen, cursor, more = [], 0, True
    while more:
        page = await store.read(partial(log.page, office=OfficeId("mediation"), pos=cursor, limit=4))
        assert LogPage.from_bytes(page.to_bytes()) == page
        seen += [row.event.office for row in page.rows]
        cursor, more = page.rows[-1].pos, page.more
    assert seen == ["mediation"] * 9


async def test_a_page_fits_into_one_message_however_long_the_words_are(store: Store, log: Log) -> None:
    await append(store, log, 8, body=b"x" * 900_000)
    await store.write(lambda tx: log.stamp(tx, 100))
    page = await store.read(lambda conn: log.page(conn, None, 0))
    assert page.more and 1 <= len(page.rows) < 8
    assert len(page.to_bytes()) < 4 << 20


async def test_what_has_no_place_yet_is_not_read(store: Store, log: Log) -> None:
    await append(store, log, 1)
    assert await store.read(lambda conn: log.after(conn, None, 0, 10)) == []
    assert await store.read(lambda conn: log.waiting(conn, 0))


async def test_a_log_keeps_its_epoch_until_a_restore(store: Store, log: Log) -> None:
    first = await store.write(log.ensure_epoch)
    assert await store.write(log.ensure_epoch) == first == await store.read(log.epoch)
    assert await store.write(log.new_epoch) != first


async def test_nobody_appends_in_another_name(store: Store, log: Log) -> None:
    with pytest.raises(Unreadable):
        await store.write(lambda tx: log.append(tx, proceeded()))


async def test_listeners_hear_of_a_commit_and_not_of_a_failure(store: Store, log: Log) -> None:
    heard: list[int] = []
    log.listeners.append(lambda: heard.append(1))

    def fails(tx: Tx) -> None:
        log.append(tx, assigned())
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await store.write(fails)
    assert not heard
    await append(store, log, 1)
    assert heard


async def test_an_event_takes_effect_once(store: Store, tables: BusTables) -> None:
    inbox = Inbox(tables)
    assert await store.write(lambda tx: inbox.first_time(tx, "e1", NOW))
    assert not await store.write(lambda tx: inbox.first_time(tx, "e1", NOW))
    assert await store.write(lambda tx: inbox.first_time(tx, "e2", NOW))


async def test_an_event_whose_effect_failed_may_come_again(store: Store, tables: BusTables) -> None:
    inbox = Inbox(tables)

    def fails(tx: Tx) -> None:
        assert inbox.first_time(tx, "e1", NOW)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await store.write(fails)
    assert await store.write(lambda tx: inbox.first_time(tx, "e1", NOW))


async def test_a_cursor_moves_forward_only_until_the_epoch_changes(store: Store, tables: BusTables) -> None:
    peer = Peer(tables)
    assert await store.read(lambda conn: peer.get(conn, "petition")) is None
    for cursor, stands in ((Cursor("a", 5), 5), (Cursor("a", 3), 5), (Cursor("a", 9), 9), (Cursor("b", 2), 2)):
        await store.write(partial(peer.set, name="petition", cursor=cursor))
        assert await store.read(lambda conn: peer.get(conn, "petition")) == Cursor(cursor.epoch, stands)


async def test_a_parked_message_waits_until_somebody_resolves_it(store: Store, tables: BusTables) -> None:
    parking, placed = Parking(tables), Placed(proceeded(), 4, "e")
    for _ in range(2):
        await store.write(lambda tx: parking.park(tx, "petition", placed, "newer-schema", NOW, b"sealed"))
    await store.write(lambda tx: parking.park_unreadable(tx, "petition", "ow.x", {"ce-id": "1"}, "unreadable", NOW))
    first, second = await store.read(parking.parked)
    assert (first.reason, first.body, first.at) == ("newer-schema", b"sealed", NOW)
    assert second.event == {"headers": {"ce-id": "1"}}
    assert await store.read(lambda conn: parking.holds(conn, placed.event))
    assert not await store.read(lambda conn: parking.holds(conn, proceeded()))
    later = NOW + timedelta(hours=1)
    assert await store.write(lambda tx: parking.resolve(tx, first.id, later))
    assert not await store.write(lambda tx: parking.resolve(tx, first.id, later))
    assert await store.read(lambda conn: len(parking.parked(conn))) == 1


def test_the_tables_are_made_once_on_a_metadata(tables: BusTables) -> None:
    metadata = tables.log.metadata
    assert bus_tables(metadata).log is tables.log
    assert nats_user_table(metadata) is nats_user_table(metadata)
