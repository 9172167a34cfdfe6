"""An office takes assignments in whatever order they come: the highest version stands, an ended one is frozen."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from onewindow.access.vault import Key, Vault
from onewindow.bus.events import AssignmentChanged
from onewindow.bus.log import Log
from onewindow.host.tables import BUS, PROCEEDING, HostTable
from onewindow.host.work import Workshop
from onewindow.office.types import new_id
from onewindow.plugins.discovery import discover
from onewindow.store import Store, Tx

NOW = datetime(2026, 3, 2, tzinfo=UTC)
STATES = ("sent", "received", "received", "done")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A host's tables in a SQLite file."""
    opened = Store.open(f"sqlite:///{tmp_path_factory.mktemp('host') / 'office.db'}", metadata=HostTable.metadata)
    opened.create_tables()
    yield opened
    opened.close_now()


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    office = next(found.office for found in discover() if found.id == "petition")
    assert office is not None
    return Workshop(office, office.manifest(""), Vault.of(Key.fresh()), Log(BUS, "/onewindow/demo/petition"), "demo")


def assignment(id: str, version: int) -> AssignmentChanged:
    return AssignmentChanged(
        assignment_id=id, case_id="c", township="1", unit_id=f"u{version}", office="petition", role="lead",
        state=STATES[version - 1], version=version, category="0401", track="C", sent_at=NOW,
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(order=st.lists(st.integers(1, 4), min_size=1, max_size=8))
def test_the_highest_version_of_an_assignment_stands(store: Store, workshop: Workshop, order: list[int]) -> None:
    one = new_id()

    def work(tx: Tx) -> None:
        for version in order:
            workshop.receive(tx, assignment(one, version), "town", NOW)

    store.write_now(work)
    query = select(PROCEEDING).where(PROCEEDING.c.id == one)
    row: dict[str, Any] = store.read_now(lambda conn: dict(conn.execute(query).mappings().one()))
    highest = max(order)
    assert (row["assignment_version"], row["assignment"]["unit_id"]) == (highest, f"u{highest}")
    assert row["frozen"] == (highest == 4)
    assert (row["version"], row["state"]) == (0, "received")


def test_what_is_not_here_is_not_known(store: Store, workshop: Workshop) -> None:
    known = new_id()
    store.write_now(lambda tx: workshop.receive(tx, assignment(known, 1), "town", NOW))
    assert store.write_now(lambda tx: workshop.knows(tx, known))
    assert not store.write_now(lambda tx: workshop.knows(tx, new_id()))
