"""Stores with the bus tables."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from onewindow.bus.tables import BusTables, bus_tables
from onewindow.store import Store, new_metadata


@pytest.fixture
def tables() -> BusTables:
    return bus_tables(new_metadata())


@pytest.fixture
async def store(tables: BusTables, store_url: str) -> AsyncIterator[Store]:
    """A store with the bus tables, once on each database."""
    opened = Store.open(store_url, metadata=tables.log.metadata)
    opened.create_tables()
    yield opened
    await opened.close()


@pytest.fixture
async def lite(tables: BusTables, tmp_path: Path) -> AsyncIterator[Store]:
    """The same on SQLite only, for what does not depend on the database."""
    opened = Store.open(f"sqlite:///{tmp_path / 'log.db'}", metadata=tables.log.metadata)
    opened.create_tables()
    yield opened
    await opened.close()
