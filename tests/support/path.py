"""A real centre for tests on a folder of its own, with a district, and townships with their people."""

import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from onewindow.access.principal import Principal, principal_for
from onewindow.centre import Centre
from onewindow.clocks.importing import note_published
from onewindow.host.run import migrations_of
from onewindow.host.tables import PROCEEDING
from onewindow.office.types import StaffId, TownshipCode
from onewindow.organisation import service as organisation
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import UnitKind
from onewindow.plugins.discovery import discover
from onewindow.settings import Settings
from onewindow.setup.init import initialise
from onewindow.store import Tx
from tests.support.matter import ACCEPT, DRAFT, START, Matter, Time, Town, applicant, until
from tests.support.townships import PETITION, district_office, hire, settle_township

FOUNDED = date(2025, 1, 1)
NUMBERS = itertools.count(1)
__all__ = [
    "ACCEPT", "DRAFT", "PETITION", "START", "Matter", "Running", "Time", "Town", "applicant", "kernel_alone", "make",
    "running", "settings_of", "until",
]  # fmt: skip


@dataclass
class Running:
    """A centre at work, its time, and its district."""

    centre: Centre
    time: Time
    settings: Settings
    district: Town = field(init=False)

    def principal(self, staff: StaffId) -> Principal:
        found = principal_for(
            self.centre.organisation.current, account_id=f"account-{staff}", staff_id=staff, at=self.time()
        )
        assert found is not None
        return found

    async def found_district(self) -> None:
        """People for the district, and its own petition office."""
        current = self.centre.organisation.current
        top = next(unit for unit in current.units.values() if unit.kind is UnitKind.DISTRICT)
        town = Town(self, top.township, self.settings.district)
        town.units["district"] = top.id

        def work(tx: Tx) -> None:
            town.units["petition"] = district_office(tx, town.code, FOUNDED)
            people = {"admin": ("district", Role.DISTRICT_ADMIN), "designated": ("district", Role.DESIGNATED)}
            people |= {"handler": ("petition", Role.HANDLER), "head": ("petition", Role.HEAD)}
            for key, (unit, role) in people.items():
                town.people[key] = hire(tx, f"{key}@{town.token}", town.units[unit], role, FOUNDED)
            named = {"window_fallback": town.people["admin"], "secret": town.people["designated"]}
            organisation.name_persons(tx, town.code, **named)
            organisation.go_live(tx, town.code, self.time())

        await self.centre.organisation.change(work)
        await self.enable(town)
        self.district = town

    async def township(self, *, enabled: bool = True) -> Town:
        """A township of one's own, with everybody in it."""
        number = next(NUMBERS)
        town = Town(self, TownshipCode(f"{self.district.code}{number:03d}"), f"town{number}")

        def work(tx: Tx) -> None:
            town.units, town.people = settle_township(
                tx,
                code=town.code,
                token=town.token,
                name=f"第{number}镇",
                district=self.district.code,
                since=FOUNDED,
                now=self.time(),
                hires=lambda key, unit, role: hire(tx, f"{key}@{town.token}", unit, role, FOUNDED),
            )

        await self.centre.organisation.change(work)
        if enabled:
            await self.enable(town)
        return town

    async def enable(self, town: Town, office: str = PETITION) -> None:
        await self.centre.book.enable(office, town.code, by="test", now=self.time())

    async def disable(self, town: Town, office: str = PETITION) -> None:
        await self.centre.book.disable(office, town.code, by="test", now=self.time())

    async def read(self, query: Any) -> list[Mapping[str, Any]]:
        """The rows of a query on the kernel's store."""

        def work(conn: Connection) -> list[Mapping[str, Any]]:
            return [dict(row) for row in conn.execute(query).mappings()]

        return await self.centre.store.read(work)

    async def proceeding(self, assignment_id: str, office: str = PETITION) -> Mapping[str, Any] | None:
        """The office's own row of a proceeding, from its store in this process."""
        store = self.centre.hosts[office]._store
        query = select(PROCEEDING).where(PROCEEDING.c.id == assignment_id)
        found = await store.read(lambda c: c.execute(query).mappings().one_or_none())
        return dict(found) if found is not None else None

    async def proceeding_arrived(self, matter: "Matter") -> bool:
        """Whether the office, in this process, has the newest assignment as it stands."""
        row = await matter.assignment()
        found = await self.proceeding(row["id"])
        return found is not None and found["assignment_version"] == row["version"]


@asynccontextmanager
async def running(
    folder: Path,
    *,
    database: str = "",
    time: Time | None = None,
    remote: Sequence[str] = (),
    command_seconds: float = 10.0,
    reconcile_seconds: float = 0.5,
    more: Callable[[Settings], Mapping[str, str]] | None = None,
) -> AsyncIterator[Running]:
    """A started centre with its district; its offices in its process, but for the remote ones. `more` gives
    further settings once the folder is made; it may start what they point to."""
    time = time or Time()
    settings = settings_of(folder, database=database, remote=remote)
    make(settings, time)
    if more is not None:
        settings = settings.model_copy(update=dict(more(settings)))
    centre = Centre(
        settings,
        now=time,
        reconcile_seconds=reconcile_seconds,
        command_seconds=command_seconds,
        scheduler_tick=3600,
    )
    await centre.start()
    try:
        path = Running(centre, time, settings)
        await path.found_district()
        yield path
    finally:
        await centre.stop()


@asynccontextmanager
async def kernel_alone(settings: Settings, time: Time | None = None) -> AsyncIterator[Running]:
    """A kernel without a bus: it registers, turns clocks and reads, and its offices hear of nothing yet."""
    time = time or Time()
    centre = Centre(settings, now=time, scheduler_tick=3600)
    try:
        await centre.store.write(centre.kernel.log.ensure_epoch)
        await centre.store.write(lambda tx: centre.book.record(tx, centre.found, now=time()))
        await centre.store.read(centre.book.refresh)
        await centre.store.write(lambda tx: note_published(tx, centre.calendar, time()))
        await centre.store.read(centre.calendar.refresh)
        await centre.organisation.refresh()
        yield Running(centre, time, settings)
    finally:
        await centre.stop()


def settings_of(folder: Path, *, database: str = "", remote: Sequence[str] = ()) -> Settings:
    return Settings(data=folder, database=database, remote_offices=",".join(remote))


def make(settings: Settings, now: Callable[[], datetime]) -> None:
    """The folder, tables and keys of a fresh centre."""
    initialise(settings, now())
    if settings.database:
        migrate_offices(settings)


def migrate_offices(settings: Settings) -> None:
    """Bring the offices' stores on PostgreSQL forward, as `onewindow migrate` does."""
    for each in discover():
        if each.office is not None:
            for migrations in migrations_of(each.office, settings.office_database(each.id)):
                migrations.upgrade()
