"""Kills the centre, the nats-server and the office's host at random moments under load, and looks at what is left.

`python -m benchmarks.faults --kills 50`: one JSON line at the end, and exit code 1 where something was lost or doubled.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks import processes
from benchmarks.audit import Audit, Report, audit
from benchmarks.client import Answer, Client
from benchmarks.load import matter
from onewindow.office.types import OfficeId
from onewindow.settings import Settings
from tests.support import environments, postgres, towns
from tests.support.processes import CentreProcess, OfficeProcess

OFFICES = (towns.PETITION, towns.MEDIATION)
VICTIMS = ("centre", "nats", *OFFICES)
# The share of matters that are disputes between neighbours, which go to mediation.
DISPUTES = 0.3
TOWNS = 3
REGISTERING = 6
ACTING = 4
SETTLE_SECONDS = 75.0
ACCEPT = {"requests": ["请求补偿"], "no_other_way": True, "phone": "0530-1234567"}


@dataclass
class Acknowledged:
    """What the centre said that it had done."""

    registered: dict[str, dict[str, Any]] = field(default_factory=dict)  # idempotency key -> receipt
    acted: dict[str, str] = field(default_factory=dict)  # assignment -> case number
    asked: int = 0


class Site:
    """A centre with its bus, and two offices in processes of their own; everything can be killed and started again."""

    def __init__(self, folder: Path, database: str) -> None:
        self.data = folder / "data"
        self.database = database
        settings = Settings(
            data=self.data, database=database, district=towns.DISTRICT, district_name="示范区", embedded=False
        )
        self.towns = towns.settle(settings, TOWNS)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        given = {"time_shift": "0", "port": port, "embedded": "false"}
        self.centre = CentreProcess(environments.own(), self.data, given)
        self.home = folder / "department"
        self.home.mkdir(mode=0o700)
        self.offices: dict[str, OfficeProcess] = {}
        self.kills = dict.fromkeys(VICTIMS, 0)

    def start(self) -> None:
        self.centre.start()
        for name in OFFICES:
            credentials = self.centre.let_in(name, self.home / f"{name}.json")
            database = self.database or f"sqlite:///{self.files[name]}"
            office = self.offices[name] = OfficeProcess(environments.own(), name, credentials, self.home, database)
            if self.database:
                office.migrate()
            office.start(self.centre)

    @property
    def files(self) -> dict[str, Path]:
        """Where each office keeps its store, if it keeps it in a file."""
        return {name: self.home / f"{name}.db" for name in OFFICES}

    def stop(self) -> None:
        for child in (*(office.child for office in self.offices.values()), self.centre.child):
            with contextlib.suppress(Exception):
                child.stop()

    def kill(self, victim: str) -> None:
        """End it without a chance to say goodbye, and start it again; the centre restarts the nats-server itself."""
        self.kills[victim] += 1
        if victim == "nats":
            assert self.centre.child.process is not None
            for child in processes.children(self.centre.child.process.pid):
                with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                    if processes.name(child) == "nats-server":
                        os.kill(child, signal.SIGKILL)
        elif victim in self.offices:
            self.offices[victim].child.kill()
            time.sleep(random.uniform(0, 0.5))
            self.offices[victim].child.start()
        else:
            self.centre.child.kill()
            time.sleep(random.uniform(0, 0.3))
            self.centre.start()


class Load:
    """People who bring matters and an officer who accepts them; whoever gets no answer asks again with the same key."""

    def __init__(self, site: Site, said: Acknowledged) -> None:
        self._site = site
        self._said = said
        self._todo: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._tokens: dict[str, str] = {}
        self.stopping = False

    async def log_in(self) -> None:
        client = Client(self._site.centre.url)
        for town in self._site.towns:
            given = {"login": town.login("handler"), "password": towns.PASSWORD}
            self._tokens[town.code] = (await client.ask("POST", "/api/v1/sessions", given)).json()["token"]

    async def run(self) -> None:
        await asyncio.gather(
            *(self._register() for _ in range(REGISTERING)),
            *(self._act() for _ in range(ACTING)),
        )

    async def _register(self) -> None:
        client = Client(self._site.centre.url)
        while not self.stopping:
            town = random.choice(self._site.towns).code
            key = uuid4().hex
            self._said.asked += 1
            dispute = random.random() < DISPUTES
            brought = matter(town) | ({"track": "F", "category": "0202"} if dispute else {})
            answer = await self._until(client, {201}, "POST", "/api/v1/cases", brought, idempotency_key=key)
            if answer.status == 201:
                receipt = answer.json()
                self._said.registered[key] = receipt
                if not dispute and random.random() < 0.3:
                    self._todo.put_nowait((town, receipt["number"]))
            await asyncio.sleep(random.uniform(0, 0.01))

    async def _act(self) -> None:
        client = Client(self._site.centre.url)
        while not self.stopping:
            try:
                async with asyncio.timeout(0.2):
                    town, number = await self._todo.get()
            except TimeoutError:
                continue
            who = {"authorization": f"Bearer {self._tokens[town]}"}
            case = f"/api/v1/cases/{number}"
            seen = await self._until(client, {200}, "GET", case, **who)
            if seen.status != 200:
                continue
            assignment = seen.json()["assignments"][0]["id"]
            # 409: it was signed for already, by a request whose answer got lost.
            signed = await self._until(client, {204, 409}, "POST", f"{case}/assignments/{assignment}/signature", **who)
            if signed.status not in (204, 409):
                continue
            path, key = f"{case}/assignments/{assignment}/actions/accept", uuid4().hex
            form = {"form": ACCEPT}
            done = await self._until(client, {200}, "POST", path, form, idempotency_key=key, **who)
            if done.status == 200:
                self._said.acted[assignment] = number

    async def _until(
        self, client: Client, good: set[int], method: str, path: str, *body: Any, **headers: str
    ) -> Answer:
        """Ask again and again until there is an answer that settles it, or the load stops."""
        while True:
            answer = await client.ask(method, path, *body, **headers)
            if answer.status in good or self.stopping:
                return answer
            await asyncio.sleep(0.05)


async def strike(site: Site, kills: int, said: Acknowledged, look: Audit, say: Any) -> bool:
    """Load, so many kills, and the wait until kernel and office say the same; whether they came to that.

    All in one loop: a child ends with the thread that started it, and these are threads of the loop.
    """
    load = Load(site, said)
    await load.log_in()
    running = asyncio.create_task(load.run())
    for number in range(kills):
        await asyncio.sleep(random.uniform(0.3, 1.5))
        victim = VICTIMS[number] if number < len(VICTIMS) else random.choice(VICTIMS)
        await asyncio.to_thread(site.kill, victim)
        say(f"{number + 1}/{kills} {victim}: {len(said.registered)} registered, {len(said.acted)} acted")
    await asyncio.sleep(1.0)
    load.stopping = True
    await running
    try:
        return await asyncio.to_thread(look.wait_until_agreed, SETTLE_SECONDS)
    finally:
        await asyncio.to_thread(site.stop)


@contextmanager
def site_of(store: str, *, keep: bool = False) -> Iterator[Site]:
    with ExitStack() as closing:
        folder = Path(tempfile.mkdtemp(prefix="onewindow-faults-"))
        if not keep:
            closing.callback(shutil.rmtree, folder, ignore_errors=True)
        database = ""
        if store == "postgresql":
            database = closing.enter_context(postgres.shared_server(fsync=True).database())
        site = Site(folder, database)
        closing.callback(site.stop)
        site.start()
        for town in site.towns:
            for name in OFFICES:
                _enable(site, town.code, name)
        yield site


def _enable(site: Site, township: str, name: OfficeId) -> None:
    async def ask() -> Answer:
        path = f"/api/v1/townships/{township}/offices/{name}"
        return await Client(site.centre.url).ask("PUT", path, authorization=f"Bearer {site.centre.operator}")

    answer = asyncio.run(ask())
    if answer.status >= 300:
        raise RuntimeError(answer.body.decode())


def run(
    kills: int, store: str, *, say: Any = lambda text: None, seed: int | None = None, keep: bool = False
) -> tuple[Report, list[str]]:
    """Kill so many times; what was found, and each thing that is wrong."""
    random.seed(seed)
    said = Acknowledged()
    with site_of(store, keep=keep) as site:
        say(f"folder {site.data.parent}")
        look = Audit(site.data, site.database, site.files)
        settled = asyncio.run(strike(site, kills, said, look, say))
        report, wrong = audit(look, said.registered, said.acted, kills, store)
        if not settled:
            wrong.append(f"kernel and office did not agree within {SETTLE_SECONDS:.0f} s")
        return report, wrong


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--keep", action="store_true", help="leave the folder with stores and logs")
    given = parser.parse_args()

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    report, wrong = run(given.kills, given.store, say=say, seed=given.seed, keep=given.keep)
    for line in wrong[:50]:
        print(line, file=sys.stderr)
    print(json.dumps(asdict(report)))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
