"""How a centre and its office are arranged: in which store, and the office embedded or in a process of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from onewindow.api import models as out
from onewindow.office.types import OfficeId
from onewindow.settings import Settings
from tests.support import environments, towns
from tests.support.clients import Caller, Citizen, Staff
from tests.support.processes import CentreProcess, Child, OfficeProcess, until
from tests.support.towns import DISTRICT, MEDIATION, PASSWORD, PETITION, Town

TOWNS = 40


@dataclass(frozen=True)
class Arrangement:
    """SQLite or PostgreSQL; the offices embedded, or one apart with a wheel of its own and absent from the centre."""

    store: str
    apart: bool
    office: OfficeId = PETITION

    @property
    def name(self) -> str:
        which = "" if self.office == PETITION else f"-{self.office}"
        return f"{self.store}-{'apart' if self.apart else 'embedded'}{which}"


FIRST = Arrangement("sqlite", apart=False)
SECOND = Arrangement("postgresql", apart=True)
DIAGONALS = (FIRST, SECOND)
MEDIATION_APART = Arrangement("sqlite", apart=True, office=MEDIATION)
CROSSES = (Arrangement("sqlite", apart=True), Arrangement("postgresql", apart=False))


@dataclass
class Township:
    """A township of a running centre, and its people."""

    centre: "Arranged"
    town: Town

    @property
    def code(self) -> str:
        return self.town.code

    def __getattr__(self, key: str) -> Staff:
        """Somebody who works here, by their key: `township.handler`."""
        if key.startswith("_") or key not in {**towns.PEOPLE, **towns.DISTRICT_PEOPLE}:
            raise AttributeError(key)
        return self.centre.staff(self.town.login(key))

    def enable(self, township: str | None = None, office: str | None = None) -> None:
        """Enable an office, as an administrator would: the arrangement's own, which is petition's unless it says so."""
        chosen = office or self.centre.arrangement.office
        self.centre.operator.ask("PUT", f"/townships/{township or self.code}/offices/{chosen}")

    def disable(self) -> None:
        self.centre.operator.ask("DELETE", f"/townships/{self.code}/offices/{PETITION}")

    def bring(self, text: str, *, by: dict[str, Any] | None = None, **more: Any) -> Citizen:
        """Somebody brings a matter over the public API."""
        party = by or {"name": "宁采微", "phone": "12012345678", "address": f"{self.town.name}东村12号"}
        given = {"township": self.code, "text": text, "category": "0401", "track": "C", "parties": [party], **more}
        door = Caller(self.centre.http)
        return Citizen(door, out.RegisteredOut.model_validate(door.ask("POST", "/cases", given).json()))

    def comes_again(self, citizen: Citizen) -> Citizen:
        """The same person with the same receipt, later: the centre may listen elsewhere by now."""
        return Citizen(Caller(self.centre.http), citizen.receipt)


class Arranged:
    """A running centre with its office, and townships to be taken one for each test."""

    def __init__(self, arrangement: Arrangement, centre: CentreProcess, office: OfficeProcess | None, made: list[Town]):
        self.arrangement = arrangement
        self.centre = centre
        self.office = office
        self._towns = iter(made)
        self._staff: dict[str, Staff] = {}
        self._http: httpx.Client | None = None

    @property
    def http(self) -> httpx.Client:
        """Connections to the centre where it listens now."""
        if self._http is None or str(self._http.base_url).rstrip("/") != self.centre.url:
            self.close()
            self._http = httpx.Client(base_url=self.centre.url, trust_env=False, verify=False, timeout=30)
        return self._http

    def close(self) -> None:
        """Hang up; who was logged in has to do so again."""
        self._staff.clear()
        if self._http is not None:
            self._http.close()
            self._http = None

    @property
    def district(self) -> str:
        return DISTRICT

    @property
    def children(self) -> list[Child]:
        return [self.centre.child, *([self.office.child] if self.office else [])]

    def staff(self, login: str) -> Staff:
        """Somebody with a session."""
        http = self.http
        if login not in self._staff:
            self._staff[login] = Staff(http, login, PASSWORD)
        return self._staff[login]

    def knows(self, office: str) -> bool:
        """Whether the centre has an office's manifest."""
        return self.operator.ask("GET", f"/offices/{office}").json()["quarantined"] is None

    @property
    def operator(self) -> Caller:
        """Who holds the token of the centre's machine."""
        return Caller(self.http, self.centre.operator)

    def restart(self) -> None:
        """Stop the centre and start it again on the same data; an office apart stays up and finds it again."""
        self.close()
        self.centre.stop()
        self.centre.start()
        if self.arrangement.apart:
            until(lambda: self.centre.answers_for(self.arrangement.office), of="the office to be heard again")

    def stop_office(self) -> None:
        """Stop the office that runs apart."""
        assert self.office is not None
        self.office.stop()

    def start_office(self) -> None:
        """Start it again."""
        assert self.office is not None
        self.office.start(self.centre)

    def township(self, *, enabled: bool = True) -> Township:
        """A township that no other test has."""
        found = Township(self, next(self._towns))
        if enabled:
            found.enable()
        return found


@contextmanager
def arranged(arrangement: Arrangement, folder: Path, database: Callable[[], str]) -> Iterator[Arranged]:
    """A running centre of this arrangement in this folder; `database` gives an empty PostgreSQL database."""
    url = database() if arrangement.store == "postgresql" else ""
    data = folder / "data"
    settings = Settings(
        data=data, database=url, district=DISTRICT, district_name="示范区", embedded=not arrangement.apart
    )
    made = towns.settle(settings, TOWNS)
    environment = environments.centre_without_offices() if arrangement.apart else environments.own()
    # What `init` was told of the district and the store stands in the data folder.
    centre = CentreProcess(environment, data, {"time_shift": "0"})
    with ExitStack() as closing:
        closing.callback(centre.stop)
        centre.start()
        office = None
        if arrangement.apart:
            office = _apart(centre, folder, url, arrangement.office)
            closing.callback(office.stop)
            office.start(centre)
        found = Arranged(arrangement, centre, office, made)
        closing.callback(found.close)
        if office is not None:
            # It may answer before its manifest has been taken.
            until(lambda: found.knows(arrangement.office), of="the office's manifest")
        yield found


def _apart(centre: CentreProcess, folder: Path, database: str, name: OfficeId) -> OfficeProcess:
    home = folder / "department"
    home.mkdir(mode=0o700)
    environment = environments.mediation_alone() if name == MEDIATION else environments.petition_alone()
    credentials = centre.let_in(name, home / f"{name}.json")
    office = OfficeProcess(environment, name, credentials, home, database or f"sqlite:///{home / f'{name}.db'}")
    if database:
        office.migrate()
    return office


class Arrangements:
    """The arrangements of one worker: each started when it is first asked for, stopped with the worker."""

    def __init__(self, folder: Callable[[str], Path], database: Callable[[], str]) -> None:
        self._folder, self._database = folder, database
        self._closing = ExitStack()
        self._standing: dict[Arrangement, Arranged] = {}
        self._made: list[Arranged] = []

    def get(self, arrangement: Arrangement) -> Arranged:
        """One that stands already, or a new one."""
        if arrangement not in self._standing:
            self._standing[arrangement] = self.fresh(arrangement)
        return self._standing[arrangement]

    def fresh(self, arrangement: Arrangement) -> Arranged:
        """One that no other test sees."""
        folder = self._folder(f"centre{len(self._made)}")
        self._made.append(self._closing.enter_context(arranged(arrangement, folder, self._database)))
        return self._made[-1]

    def children(self) -> list[Child]:
        return [child for each in self._made for child in each.children]

    def close(self) -> None:
        self._closing.close()
