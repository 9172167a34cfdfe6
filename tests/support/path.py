"""The command path for tests: a real centre on a folder of its own, townships with their people, and matters to drive."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from onewindow.access.principal import Principal, principal_for
from onewindow.centre import Centre
from onewindow.clocks.importing import note_published
from onewindow.documents.models import Document, ServiceMethod
from onewindow.host.run import migrations_of
from onewindow.office.types import OfficeId, StaffId, TownshipCode, UnitId, law_day
from onewindow.organisation import service as organisation
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import TownshipKind, UnitKind
from onewindow.plugins.discovery import Found, discover
from onewindow.registry.intake import PartyInput, Registration
from onewindow.registry.timeline import CASE, Shown
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.routing.commands import Outcome
from onewindow.routing.desk import CaseFile
from onewindow.routing.papers import Served
from onewindow.routing.register import Registered
from onewindow.settings import Settings
from onewindow.setup.init import initialise
from onewindow.setup.stores import kernel_migrations
from onewindow.store import Tx

PETITION = OfficeId("petition")
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FOUNDED = date(2025, 1, 1)
PATIENCE = 15.0
ADDRESS = {"name": "复查办公室", "organ": "示范区人民政府", "address": "示范路1号", "phone": "0530-7654321"}
NUMBERS = itertools.count(1)


class Time:
    """A clock that runs like the real one, from a moment of the test's choice, and can be moved on."""

    def __init__(self, start: datetime = START) -> None:
        self._ahead = start - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def forward(self, **by: float) -> datetime:
        self._ahead += timedelta(**by)
        return self()

    def to(self, moment: datetime) -> datetime:
        self._ahead = moment - datetime.now(UTC)
        return moment

    @property
    def shift(self) -> float:
        """Seconds ahead of the real clock."""
        return self._ahead.total_seconds()

    @property
    def today(self) -> date:
        return law_day(self())


async def until(happened: Callable[[], Awaitable[Any]], *, seconds: float = PATIENCE) -> Any:
    """Wait until something is true, and give it back."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        found = await happened()
        if found:
            return found
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {seconds} s: {happened}")
        await asyncio.sleep(0.02)


def applicant(**more: Any) -> PartyInput:
    """Somebody who brings a matter."""
    return PartyInput(**{"name": "何满仓", "phone": "13905301234", "address": "东村12号", **more})


@dataclass
class Town:
    """A township with its units and people."""

    path: "Running"
    code: TownshipCode
    token: str
    units: dict[str, UnitId] = field(default_factory=dict)
    people: dict[str, StaffId] = field(default_factory=dict)

    def who(self, key: str) -> Principal:
        """Somebody who works here, with what they hold now."""
        return self.path.principal(self.people[key])

    async def register(self, *parties: PartyInput, by: str | None = None, key: str | None = None, **more: Any) -> "Matter":
        """A matter: a claim of one applicant unless said otherwise."""
        given = self.registration(*parties, **more)
        done = await self.path.centre.registrar.register(given, staff_id=self.people[by] if by else None, key=key)
        return Matter(self, done)

    def registration(self, *parties: PartyInput, **more: Any) -> Registration:
        return Registration(
            **{
                "township": self.code,
                "text": "村里修路占了我家的地,至今没有补偿",
                "request": "按标准补偿",
                "track": "C",
                "category": "0401",
                "parties": list(parties) or [applicant()],
                **more,
            }
        )


@dataclass
class Matter:
    """A registered matter of a township."""

    town: Town
    done: Registered

    @property
    def centre(self) -> Centre:
        return self.town.path.centre

    @property
    def number(self) -> str:
        return self.done.number

    @property
    def id(self) -> str:
        return self.done.case_id

    # Looking -----------------------------------------------------------------------------------------------------

    async def row(self) -> Mapping[str, Any]:
        """The case's row as the store has it."""
        query = select(CASE).where(CASE.c.id == self.id)
        return dict(await self.centre.store.read(lambda c: c.execute(query).mappings().one()))

    async def assignments(self) -> list[Mapping[str, Any]]:
        query = select(ASSIGNMENT).where(ASSIGNMENT.c.case_id == self.id).order_by(ASSIGNMENT.c.id)
        return [dict(r) for r in await self.centre.store.read(lambda c: c.execute(query).mappings().all())]

    async def assignment(self) -> Mapping[str, Any]:
        """The newest assignment."""
        return (await self.assignments())[-1]

    async def file(self) -> CaseFile:
        """The whole file, unchecked."""
        row = await self.row()
        return await self.centre.store.read(lambda c: self.centre.desk.load(c, row))

    async def clock(self, key: str) -> Any:
        """The newest clock of this name."""
        return [c for c in (await self.file()).clocks if c.key == key][-1]

    async def timeline(self) -> list[Shown]:
        from onewindow.registry import timeline

        return await self.centre.store.read(lambda c: timeline.read(c, self.centre.vault, self.id, None))

    async def kinds(self) -> list[str]:
        return [entry.kind for entry in await self.timeline()]

    async def verdict(self) -> Any:
        from onewindow.registry import timeline

        return await self.centre.store.read(lambda c: timeline.verify(c, self.centre.vault, self.id))

    async def document(self, kind: str) -> Document:
        """The newest document of a kind, once it is made."""
        found = [d for d in (await self.file()).documents if d.kind == kind][-1]
        return await self.centre.documents.produce(found.id)

    # Moving on ---------------------------------------------------------------------------------------------------

    async def sign(self, key: str = "handler") -> None:
        await self.centre.handling.sign(self.town.who(key), self.number, (await self.assignment())["id"])

    async def act(self, who: str, action: str, /, key: str | None = None, **form: Any) -> Outcome:
        """One command, sent once."""
        row = await self.assignment()
        return await self.centre.handling.act(self.town.who(who), self.number, row["id"], action, form, key=key)

    async def do(self, who: str, action: str, /, key: str | None = None, **form: Any) -> Outcome:
        """A command that is done, once the assignment has reached the office."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            outcome = await self.act(who, action, key, **form)
            waits = outcome.fault is not None and outcome.fault.rule in {"unknown", "away"}
            if not waits or asyncio.get_running_loop().time() > deadline:
                assert outcome.done, outcome
                return outcome
            await asyncio.sleep(0.02)

    async def accept(self, *, sign: bool = True) -> None:
        if sign:
            await self.sign()
        await self.do("handler", "accept", **ACCEPT)

    async def reply(self) -> None:
        """From acceptance to the signed reply."""
        await self.do("handler", "draft", **DRAFT)
        await self.do("handler", "submit")
        await self.do("organ_head", "approve", legal_note="合法性审查通过")

    async def serve(self, who: str, kind: str, *, on: date | None = None, proof: bool = False, **more: Any) -> Served:
        document = await self.document(kind)
        service: dict[str, Any] = {"method": ServiceMethod.IN_PERSON, "served_on": on or self.town.path.time.today, **more}
        if proof:
            service["proof"] = True
        return await self.centre.handling.serve(self.town.who(who), document.id, service)


ACCEPT: dict[str, Any] = {"no_other_way": True, "requests": ["按标准补偿"], "phone": "0530-1234567"}
DRAFT: dict[str, Any] = {
    "findings": "经查,修路占用承包地零点三亩",
    "points": [
        {
            "request": "按标准补偿",
            "opinion": "support",
            "reason": "占地属实",
            "law": "中华人民共和国土地管理法",
            "article": "第四十八条",
        }
    ],
    "review_place": {"organ": "示范区人民政府", "address": "示范路1号", "phone": "0530-7654321"},
}


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
            town.units["petition"] = organisation.add_unit(
                tx,
                township=town.code,
                kind=UnitKind.OFFICE,
                name="示范区信访局",
                organ="示范区人民政府",
                valid_from=FOUNDED,
                office=PETITION,
            )
            people = {"admin": ("district", Role.DISTRICT_ADMIN), "designated": ("district", Role.DESIGNATED)}
            people |= {"handler": ("petition", Role.HANDLER), "head": ("petition", Role.HEAD)}
            _appoint(tx, town, people)
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
        gov = f"第{number}镇人民政府"

        def unit(tx: Tx, key: str, kind: UnitKind, name: str, organ: str, parent: str = "", office: Any = None) -> None:
            town.units[key] = organisation.add_unit(
                tx,
                township=town.code,
                kind=kind,
                name=f"第{number}镇{name}",
                organ=organ,
                valid_from=FOUNDED,
                parent=town.units.get(parent),
                office=office,
            )

        def work(tx: Tx) -> None:
            organisation.add_township(
                tx,
                code=town.code,
                token=town.token,
                name=f"第{number}镇",
                district=self.district.code,
                kind=TownshipKind.TOWN,
            )
            unit(tx, "government", UnitKind.TOWNSHIP, "人民政府", gov)
            unit(tx, "centre", UnitKind.CENTRE, "综治中心", gov, "government")
            unit(tx, "petition", UnitKind.OFFICE, "信访办", gov, "centre", PETITION)
            unit(tx, "water", UnitKind.OFFICE, "水利站", gov, "government")
            unit(tx, "market", UnitKind.BUREAU, "市场监督管理所", "示范区市场监督管理局", "centre")
            organisation.add_duty(tx, township=town.code, category="0503", unit=town.units["water"], role="lead")
            organisation.add_duty(tx, township=town.code, category="0801", unit=town.units["market"], role="lead")
            _appoint(tx, town, PEOPLE)
            named = {"window_fallback": town.people["deputy"], "secret": town.people["designated"]}
            organisation.name_persons(tx, town.code, **named)
            organisation.go_live(tx, town.code, self.time())

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
        from onewindow.host.tables import PROCEEDING

        store = self.centre.hosts[office]._store
        query = select(PROCEEDING).where(PROCEEDING.c.id == assignment_id)
        found = await store.read(lambda c: c.execute(query).mappings().one_or_none())
        return dict(found) if found is not None else None

    async def proceeding_arrived(self, matter: "Matter") -> bool:
        """Whether the office, in this process, has the newest assignment as it stands."""
        row = await matter.assignment()
        found = await self.proceeding(row["id"])
        return found is not None and found["assignment_version"] == row["version"]


PEOPLE: dict[str, tuple[str, Role]] = {
    "mayor": ("government", Role.ORGAN_HEAD),
    "organ_head": ("government", Role.ORGAN_HEAD),
    "director": ("centre", Role.DIRECTOR),
    "deputy": ("centre", Role.DEPUTY),
    "registrar": ("centre", Role.REGISTRAR),
    "supervisor": ("centre", Role.SUPERVISOR),
    "designated": ("centre", Role.DESIGNATED),
    "head": ("petition", Role.HEAD),
    "handler": ("petition", Role.HANDLER),
    "colleague": ("petition", Role.HANDLER),
}


def _appoint(tx: Tx, town: Town, people: Mapping[str, tuple[str, Role]]) -> None:
    for key, (unit, role) in people.items():
        staff = organisation.add_staff(tx, name=f"{key}@{town.token}", valid_from=FOUNDED)
        organisation.appoint(tx, staff=staff, unit=town.units[unit], role=role, valid_from=FOUNDED)
        town.people[key] = staff


@asynccontextmanager
async def running(
    folder: Path,
    *,
    database: str = "",
    time: Time | None = None,
    remote: Sequence[str] = (),
    command_seconds: float = 10.0,
    reconcile_seconds: float = 0.5,
    found: Sequence[Found] | None = None,
) -> AsyncIterator[Running]:
    """A started centre with its district; its offices in its process, but for the remote ones."""
    time = time or Time()
    settings = settings_of(folder, database=database, remote=remote)
    make(settings, time)
    centre = Centre(
        settings,
        now=time,
        found=found,
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


__all__ = ["ACCEPT", "DRAFT", "PETITION", "START", "Matter", "Running", "Time", "Town", "applicant", "kernel_migrations"]
