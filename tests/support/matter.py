"""A matter of a township, as tests register it and drive it through the kernel's doors."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from onewindow.access.principal import Principal
from onewindow.centre import Centre
from onewindow.documents.models import Document, ServiceMethod
from onewindow.office.types import StaffId, TownshipCode, UnitId, law_day
from onewindow.registry import timeline
from onewindow.registry.intake import PartyInput, Registration
from onewindow.registry.timeline import CASE, Shown, Verdict
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.routing.casefile import CaseFile
from onewindow.routing.commands import Outcome
from onewindow.routing.papers import Served
from onewindow.routing.register import Registered

if TYPE_CHECKING:
    from tests.support.path import Running

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PATIENCE = 15.0


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

    async def register(
        self, *parties: PartyInput, by: str | None = None, key: str | None = None, **more: Any
    ) -> "Matter":
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
        return await self.centre.store.read(lambda c: timeline.read(c, self.centre.vault, self.id, None))

    async def kinds(self) -> list[str]:
        return [entry.kind for entry in await self.timeline()]

    async def verdict(self) -> Verdict:
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
        on = on or self.town.path.time.today
        service: dict[str, Any] = {"method": ServiceMethod.IN_PERSON, "served_on": on, **more}
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
