"""A folder on the path for fake plugins, and a kernel store with two townships."""

import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import onewindow.documents.tables  # the bundles' table
from onewindow.office.types import TownshipCode
from onewindow.organisation.rows import TownshipKind
from onewindow.organisation.service import add_township
from onewindow.plugins.book import OfficesBook
from onewindow.plugins.tables import OFFICE
from onewindow.store import KernelTable, Store, Tx
from tests.unit.plugins.installing import Site

DISTRICT = TownshipCode("990100")
EAST = TownshipCode("990100001")
WEST = TownshipCode("990100002")
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    found = Site(folder)
    yield found
    for module in found.modules:
        sys.modules.pop(module, None)


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    assert onewindow.documents.tables.BUNDLE.metadata is OFFICE.metadata
    store = Store.open(store_url, metadata=KernelTable.metadata, schema="kernel")
    store.create_tables()

    def townships(tx: Tx) -> None:
        add_township(tx, code=DISTRICT, token="qu", name="示范区", district=DISTRICT, kind=TownshipKind.DISTRICT)
        add_township(tx, code=EAST, token="dong", name="东镇", district=DISTRICT, kind=TownshipKind.TOWN)
        add_township(tx, code=WEST, token="xi", name="西镇", district=DISTRICT, kind=TownshipKind.TOWN)

    await store.write(townships)
    yield store
    await store.close()


@pytest.fixture
def book(store: Store) -> OfficesBook:
    return OfficesBook(store)
