"""A store with a small table, on both databases."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, func, select

from onewindow.store import Store, counter_table, new_metadata


@dataclass(frozen=True)
class Tables:
    """Matters with numbers, and notes that refer to them."""

    metadata: MetaData
    matter: Table
    note: Table


@pytest.fixture
def tables() -> Tables:
    metadata = new_metadata()
    counter_table(metadata)
    # Named so that neither the alphabet nor the order of declaration puts the referred-to table first.
    note = Table(
        "a_note",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("matter", String, ForeignKey("matter.id"), nullable=False),
    )
    matter = Table(
        "matter",
        metadata,
        Column("id", String, primary_key=True),
        Column("number", Integer, nullable=False),
        Column("series", String, nullable=False, server_default="a"),
    )
    return Tables(metadata, matter, note)


@pytest.fixture
async def store(store_url: str, tables: Tables) -> AsyncIterator[Store]:
    store = Store.open(store_url, metadata=tables.metadata, schema="window")
    store.create_tables()
    yield store
    await store.close()


async def numbers(store: Store, matter: Table, series: str = "a") -> list[int]:
    """The numbers that were given in a series, sorted."""
    query = select(matter.c.number).where(matter.c.series == series).order_by(matter.c.number)
    return list(await store.read(lambda conn: conn.scalars(query).all()))


async def count(store: Store, table: Table) -> int:
    return await store.read(lambda conn: conn.scalar(select(func.count()).select_from(table)) or 0)
