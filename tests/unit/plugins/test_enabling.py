"""Offices are enabled per township, as rows; what is not enabled is dead, from one source."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from onewindow.errors import Boundary, NotFound, Refused
from onewindow.office.types import OfficeId, TownshipCode
from onewindow.plugins.book import OfficesBook
from onewindow.plugins.discovery import discover
from onewindow.plugins.service import history
from onewindow.plugins.tables import ENABLEMENT, OFFICE
from onewindow.store import Store
from tests.unit.plugins.conftest import DISTRICT, EAST, NOW, WEST
from tests.unit.plugins.installing import Site, office_source

LATER = NOW + timedelta(hours=1)


@pytest.fixture
async def installed(site: Site, book: OfficesBook) -> OfficesBook:
    """Two offices that get along, one that wants what another has, one that is quarantined."""
    site.install("consumer", office_source("consumer", "0801"))
    site.install("petition", office_source("petition", "C", "D", "1801"))
    site.install("greedy", office_source("greedy", "0802", "1801"))
    site.install("broken", "1 / 0")
    found = discover(path=[str(site.folder)], kernel="0.1.0")
    await book.change(lambda tx: book.record(tx, found, now=NOW))
    return book


async def test_what_was_found_is_known_and_enabled_nowhere(installed: OfficesBook) -> None:
    offices = installed.current
    assert sorted(offices.known) == ["broken", "consumer", "greedy", "petition"]
    assert offices.known[OfficeId("broken")].quarantined and offices.manifest("broken") is None
    assert offices.enabled_in(EAST) == frozenset()


async def test_an_enabled_office_handles_its_matters_there_and_only_there(installed: OfficesBook) -> None:
    assert await installed.enable("petition", EAST, by="admin", now=NOW)
    offices = installed.current
    assert offices.handler(EAST, "C", "0401") == "petition"
    assert offices.is_enabled("petition", EAST) and not offices.is_enabled("petition", WEST)
    assert offices.handler(WEST, "C", "0401") is None


async def test_a_disabled_office_is_dead_from_one_source(installed: OfficesBook) -> None:
    await installed.enable("petition", EAST, by="admin", now=NOW)
    before = installed.current
    assert await installed.disable("petition", EAST, by="admin", now=LATER)
    offices = installed.current
    assert not offices.is_enabled("petition", EAST)
    assert offices.enabled_in(EAST) == frozenset()
    assert offices.handler(EAST, "C", "1801") is None
    # Its manifest stays: cases that it had can be read. The old snapshot is untouched, nobody shares a changing one.
    assert offices.manifest("petition") is not None
    assert before.is_enabled("petition", EAST)


async def test_who_and_when_are_kept_as_rows(store: Store, installed: OfficesBook) -> None:
    await installed.enable("petition", EAST, by="ann", now=NOW)
    await installed.disable("petition", EAST, by="ben", now=LATER)
    await installed.enable("petition", EAST, by="cem", now=LATER + timedelta(days=1))
    rows = await store.read(lambda conn: history(conn, office="petition", township=EAST))
    assert [(row.enabled_by, row.disabled_by) for row in rows] == [("ann", "ben"), ("cem", None)]
    assert (rows[0].enabled_at, rows[0].disabled_at) == (NOW, LATER)


async def test_enabling_and_disabling_again_changes_nothing(store: Store, installed: OfficesBook) -> None:
    assert await installed.enable("petition", EAST, by="ann", now=NOW)
    version = installed.current.version
    assert not await installed.enable("petition", EAST, by="ben", now=LATER)
    assert installed.current.version == version
    assert await installed.disable("petition", EAST, by="ann", now=LATER)
    assert not await installed.disable("petition", EAST, by="ben", now=LATER)
    assert not await installed.disable("nobody", EAST, by="ben", now=LATER)
    assert len(await store.read(history)) == 1


async def test_two_at_once_make_one_row(store: Store, installed: OfficesBook) -> None:
    made = await asyncio.gather(*(installed.enable("petition", EAST, by=f"a{n}", now=NOW) for n in range(8)))
    assert sum(made) == 1
    assert len(await store.read(lambda conn: conn.execute(select(ENABLEMENT)).all())) == 1


async def test_a_quarantined_office_cannot_be_enabled_and_the_reason_is_said(installed: OfficesBook) -> None:
    with pytest.raises(Refused) as raised:
        await installed.enable("broken", EAST, by="admin", now=NOW)
    assert "ZeroDivisionError" in str(raised.value.params["why"])


async def test_two_offices_cannot_handle_the_same_in_one_township(installed: OfficesBook) -> None:
    await installed.enable("petition", EAST, by="admin", now=NOW)
    with pytest.raises(Refused) as raised:
        await installed.enable("greedy", EAST, by="admin", now=NOW)
    assert raised.value.rule == "handled-twice"
    assert raised.value.params == {"handle": "1801", "first": "petition", "second": "greedy"}
    # In another township, or after the other was disabled, it may.
    assert await installed.enable("greedy", WEST, by="admin", now=NOW)
    await installed.disable("petition", EAST, by="admin", now=NOW)
    assert await installed.enable("greedy", EAST, by="admin", now=NOW)


async def test_unknown_offices_and_townships_are_not_found(installed: OfficesBook) -> None:
    with pytest.raises(NotFound):
        await installed.enable("nobody", EAST, by="admin", now=NOW)
    with pytest.raises(NotFound):
        await installed.enable("petition", TownshipCode("999999999"), by="admin", now=NOW)


async def test_the_district_is_a_tenant_too(installed: OfficesBook) -> None:
    assert await installed.enable("petition", DISTRICT, by="admin", now=NOW)
    assert installed.current.enabled_in(DISTRICT) == {"petition"}


async def test_another_process_sees_the_change_by_its_version(store: Store, installed: OfficesBook) -> None:
    other = OfficesBook(store)
    seen = other.current
    assert await store.read(other.refresh) is seen
    await installed.enable("petition", EAST, by="admin", now=NOW)
    assert other.current is seen
    assert (await store.read(other.refresh)).is_enabled("petition", EAST)


async def test_recording_the_same_again_changes_no_version(site: Site, store: Store, installed: OfficesBook) -> None:
    version = installed.current.version
    found = discover(path=[str(site.folder)], kernel="0.1.0")
    await installed.change(lambda tx: installed.record(tx, found, now=LATER))
    assert installed.current.version == version


async def test_an_upgrade_that_cannot_be_loaded_is_dead_until_it_is_repaired(
    site: Site, installed: OfficesBook
) -> None:
    await installed.enable("petition", EAST, by="admin", now=NOW)
    good = discover(path=[str(site.folder)], kernel="0.1.0")
    bad = discover(path=[str(site.folder)], kernel="7.0")
    await installed.change(lambda tx: installed.record(tx, bad, now=LATER))
    assert installed.current.enabled_in(EAST) == frozenset()
    assert installed.current.known[OfficeId("petition")].title == "科室petition"
    await installed.change(lambda tx: installed.record(tx, good, now=LATER))
    assert installed.current.enabled_in(EAST) == {"petition"}


async def test_what_is_no_longer_installed_may_be_remote(installed: OfficesBook) -> None:
    await installed.change(lambda tx: installed.record(tx, [], now=LATER))
    assert all(known.remote for known in installed.current.known.values())
    assert installed.current.manifest("petition") is not None


async def test_the_boundary_is_checked_again_when_an_office_is_enabled(store: Store, installed: OfficesBook) -> None:
    manifest = installed.current.manifest("petition")
    assert manifest is not None
    kept = {**manifest.model_dump(mode="json"), "title": "重点人员管理办"}
    await store.write(lambda tx: tx.execute(OFFICE.update().where(OFFICE.c.id == "petition").values(manifest=kept)))
    with pytest.raises(Boundary) as raised:
        await installed.enable("petition", EAST, by="admin", now=NOW)
    assert raised.value.rule == "watched-persons"
