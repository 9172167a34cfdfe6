"""Instants and JSON come back as they went in, on both databases."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import JSON, Column, Integer, Table, select
from sqlalchemy.exc import StatementError

from onewindow.store import Instant, Store, new_metadata, serial

METADATA = new_metadata()
MOMENT = Table(
    "moment", METADATA, Column("id", serial(), primary_key=True), Column("at", Instant()), Column("what", JSON),
    Column("place", Integer),
)  # fmt: skip


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    store = Store.open(store_url, metadata=METADATA)
    store.create_tables()
    yield store
    await store.close()


async def test_an_instant_comes_back_in_utc(store: Store) -> None:
    shanghai = timezone(timedelta(hours=8))
    at = datetime(2026, 3, 1, 0, 30, 0, 123456, tzinfo=shanghai)
    await store.write(lambda tx: tx.insert(MOMENT, {"at": at, "what": None, "place": 1}))
    found = await store.read(lambda conn: conn.scalars(select(MOMENT.c.at)).one())
    assert found == at
    assert found is not None and found.tzinfo is UTC


async def test_instants_are_ordered_whatever_zone_they_came_in(store: Store) -> None:
    zones = [timezone(timedelta(hours=hours)) for hours in (8, -5, 0)]
    moments = [datetime(2026, 1, 1, tzinfo=UTC).astimezone(zone) + timedelta(hours=n) for n, zone in enumerate(zones)]
    for place in (2, 0, 1):
        row = {"at": moments[place], "what": None, "place": place}
        await store.write(lambda tx, row=row: tx.insert(MOMENT, row))  # type: ignore[misc]
    query = select(MOMENT.c.place).where(MOMENT.c.at >= moments[1]).order_by(MOMENT.c.at)
    assert await store.read(lambda conn: list(conn.scalars(query))) == [1, 2]


async def test_an_instant_without_a_zone_is_refused(store: Store) -> None:
    row = {"at": datetime(2026, 1, 1), "what": None, "place": 1}
    with pytest.raises(StatementError, match="time zone"):
        await store.write(lambda tx: tx.insert(MOMENT, row))


async def test_json_keeps_chinese_as_it_is_and_refuses_what_is_not_json(store: Store) -> None:
    what = {"标题": "楼上漏水", "n": [1, 2.5, None, True]}
    await store.write(lambda tx: tx.insert(MOMENT, {"at": None, "what": what, "place": 1}))
    assert await store.read(lambda conn: conn.scalars(select(MOMENT.c.what)).one()) == what
    with pytest.raises((StatementError, TypeError)):
        await store.write(lambda tx: tx.insert(MOMENT, {"at": None, "what": {"at": datetime.now(UTC)}, "place": 2}))


async def test_the_serial_key_counts_up_in_the_order_of_the_inserts(store: Store) -> None:
    def work(place: int) -> None:
        store.write_now(lambda tx: tx.insert(MOMENT, {"at": None, "what": None, "place": place}))

    for place in (5, 3, 9):
        work(place)
    query = select(MOMENT.c.place).order_by(MOMENT.c.id)
    assert await store.read(lambda conn: list(conn.scalars(query))) == [5, 3, 9]
