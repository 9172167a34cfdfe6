"""A store with the clocks' tables, once on each database, and the calendar as it stood in November 2026."""

from collections.abc import AsyncIterator

import pytest

from onewindow.clocks.book import CalendarBook
from onewindow.clocks.calendar import Calendar, published
from onewindow.clocks.tables import CLOCK
from onewindow.store import KernelTable, Store


@pytest.fixture
def calendar() -> Calendar:
    """What was published in November 2026, whatever the installed data package knows by now."""
    return published().until(2026)


@pytest.fixture
def book(calendar: Calendar) -> CalendarBook:
    return CalendarBook(calendar)


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    store = Store.open(store_url, metadata=KernelTable.metadata, schema="kernel")
    assert CLOCK.name in store.metadata.tables
    store.create_tables()
    yield store
    await store.close()
