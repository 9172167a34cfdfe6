"""A centre to measure: its data folder, its processes, and what its two databases say afterwards."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Connection, create_engine, make_url, text

from benchmarks import processes, texts
from onewindow.centre import Centre
from onewindow.host.run import schema_of
from onewindow.office.types import Track
from onewindow.registry.intake import PartyInput, Registration
from onewindow.settings import Settings
from onewindow.setup.stores import KERNEL_SCHEMA
from tests.support import environments, postgres, towns
from tests.support.processes import CentreProcess

TOWNS = 4
SEEDING_AT_ONCE = 400
SERVER = Path(__file__).with_name("server.py")


@dataclass
class World:
    """A data folder with townships where petition is enabled, on one of the two databases."""

    store: str
    data: Path
    database: str
    towns: list[towns.Town]
    cases: int = 0
    settings: dict[str, str] = field(default_factory=dict)

    def centre(self, *, measured: bool = False) -> CentreProcess:
        """Its process: the command that people run, or the one with the bare route."""
        process = CentreProcess(environments.own(), self.data, {"time_shift": "0", **self.settings})
        if measured:
            process.child.command = [sys.executable, str(SERVER), str(self.data)]
        return process

    @contextmanager
    def running(self) -> Iterator[CentreProcess]:
        centre = self.centre(measured=True)
        try:
            centre.start()
            yield centre
        finally:
            centre.stop()

    def tokens(self, url: str, who: str = "head") -> dict[str, str]:
        """A session of each township's head of office, or of somebody else there."""
        found: dict[str, str] = {}
        for town in self.towns:
            given = {"login": town.login(who), "password": towns.PASSWORD}
            answer = httpx.post(f"{url}/api/v1/sessions", json=given, trust_env=False)
            found[town.code] = answer.raise_for_status().json()["token"]
        return found

    def seed(self, cases: int) -> None:
        """Bring the centre to this many cases through the registrar itself, in process, the office taking them in."""
        asyncio.run(self._seed(cases))

    async def _seed(self, cases: int) -> None:
        centre = Centre(Settings(data=self.data))
        await centre.start()
        try:
            left = iter(range(self.cases, cases))

            async def one() -> None:
                for number in left:
                    await centre.registrar.register(_matter(self.towns[number % TOWNS].code, texts.text(number)))

            await asyncio.gather(*(one() for _ in range(SEEDING_AT_ONCE)))
            await centre.indexer.catch_up()
        finally:
            await centre.stop()
        self.cases = cases

    # What the databases say ------------------------------------------------------------------------------------------

    @contextmanager
    def kernel(self) -> Iterator[Connection]:
        with self._read(self.data / "kernel.db", KERNEL_SCHEMA) as connection:
            yield connection

    @contextmanager
    def office(self) -> Iterator[Connection]:
        with self._read(self.data / "offices" / "petition.db", schema_of("petition", "postgresql:")) as connection:
            yield connection

    @contextmanager
    def _read(self, file: Path, schema: str | None) -> Iterator[Connection]:
        url = make_url(self.database).set(drivername="postgresql+psycopg") if self.database else f"sqlite:///{file}"
        options: dict[str, Any] = {"connect_args": {"options": f"-c search_path={schema}"}} if self.database else {}
        engine = create_engine(url, **options)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def waiting(self) -> int:
        """How many assignments the office has not taken in yet."""
        with self.kernel() as kernel, self.office() as office:
            sent = kernel.scalar(text("SELECT count(*) FROM assignment WHERE office IS NOT NULL"))
            return int(sent or 0) - int(office.scalar(text("SELECT count(*) FROM proceeding")) or 0)

    def latencies(self, since: datetime) -> list[float]:
        """Milliseconds from each registration after `since` to the office's transaction, sorted."""
        stamp = since if self.database else since.isoformat(" ").removesuffix("+00:00")
        with self.kernel() as kernel, self.office() as office:
            query = text('SELECT id, registered_at FROM "case" WHERE registered_at >= :since')
            registered = {row[0]: _moment(row[1]) for row in kernel.execute(query, {"since": stamp})}
            query = text("SELECT case_id, created_at FROM proceeding WHERE created_at >= :since")
            taken = {row[0]: _moment(row[1]) for row in office.execute(query, {"since": stamp})}
        both = taken.keys() & registered.keys()
        return sorted((taken[case] - registered[case]).total_seconds() * 1000 for case in both)


def _matter(town: str, words: str) -> Registration:
    party = PartyInput(name="宁采微", phone="12012345678", address="东村12号")
    track = Track.CLAIM
    return Registration(
        township=town, text=words, request="请求补偿", place="东村", category="0401", track=track, parties=[party]
    )


def _moment(value: str | datetime) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=None)


def memory(pid: int) -> dict[str, float]:
    """Resident megabytes of a centre's process and of its children, by program."""
    found = {"centre": processes.resident(pid)}
    for child in processes.children(pid):
        name = processes.name(child)
        found[name] = found.get(name, 0.0) + processes.resident(child)
    return found


@contextmanager
def world(store: str) -> Iterator[World]:
    """A fresh centre on this kind of store; durable: PostgreSQL runs with fsync."""
    with ExitStack() as closing:
        folder = Path(tempfile.mkdtemp(prefix="onewindow-bench-"))
        closing.callback(shutil.rmtree, folder, ignore_errors=True)
        database = ""
        if store == "postgresql":
            database = closing.enter_context(postgres.shared_server(fsync=True).database())
        data = folder / "data"
        settings = Settings(data=data, database=database, district=towns.DISTRICT, district_name="示范区")
        made = towns.settle(settings, TOWNS)
        found = World(store, data, database, made)
        asyncio.run(_enable(found))
        yield found


async def _enable(found: World) -> None:
    centre = Centre(Settings(data=found.data))
    await centre.start()
    try:
        for town in found.towns:
            await centre.book.enable(towns.PETITION, town.code, by="benchmark", now=centre.now())
    finally:
        await centre.stop()
