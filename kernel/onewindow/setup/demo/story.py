"""What the demo's matters are moved on with: the doors that people use, each step by who may take it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import select

from onewindow.access.accounts import Accounts
from onewindow.access.principal import PartyKey, Principal
from onewindow.clocks.book import CalendarBook
from onewindow.clocks.scheduler import Scheduler
from onewindow.documents.models import ServiceMethod
from onewindow.errors import Unavailable
from onewindow.i18n import _
from onewindow.office.types import DocumentId, law_day, new_id
from onewindow.organisation.cache import OrganisationCache
from onewindow.plugins.book import OfficesBook
from onewindow.routing.applicant import Applicant
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.routing.casefile import CaseFile
from onewindow.routing.commands import Outcome
from onewindow.routing.context import Kernel
from onewindow.routing.counter import Counter
from onewindow.routing.desk import Desk
from onewindow.routing.handling import Handling
from onewindow.routing.materials import Materials
from onewindow.routing.register import Registered, Registrar
from onewindow.routing.supplement import Supplement
from onewindow.routing.tracking import Tracking
from onewindow.setup.demo.matter import Matter
from onewindow.setup.demo.units import PETITION
from onewindow.store import Store

# The office has not got the assignment yet, or is just starting.
NOT_YET = frozenset({"unknown", "away"})
PATIENCE = 15.0
HERE = "127.0.0.1"


class Centre(Protocol):
    """The parts of a running centre that a demo drives."""

    @property
    def store(self) -> Store: ...
    @property
    def kernel(self) -> Kernel: ...
    @property
    def organisation(self) -> OrganisationCache: ...
    @property
    def book(self) -> OfficesBook: ...
    @property
    def calendar(self) -> CalendarBook: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def registrar(self) -> Registrar: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def counter(self) -> Counter: ...
    @property
    def scheduler(self) -> Scheduler: ...
    @property
    def handling(self) -> Handling: ...
    @property
    def supplement(self) -> Supplement: ...
    @property
    def materials(self) -> Materials: ...
    @property
    def tracking(self) -> Tracking: ...
    @property
    def applicant(self) -> Applicant: ...
    @property
    def now(self) -> Callable[[], datetime]: ...

    async def settled(self) -> None:
        """Wait until whatever was told has been heard on both sides of the bus."""


@dataclass
class Story:
    """One registered matter and the people who move it on."""

    centre: Centre
    people: Mapping[str, Principal]
    matter: Matter
    case: Registered
    number: str = ""
    _keys: dict[str, PartyKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.number = self.case.number

    @property
    def today(self) -> date:
        """The day on which the story stands."""
        return law_day(self.centre.now())

    def day(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def who(self, key: str) -> Principal:
        """Somebody of this matter's township, by the login without its digit; or by the login itself."""
        return self.people.get(key) or self.people[f"{key}{self.matter.township.digit}"]

    async def file(self, key: str = "deputy") -> CaseFile:
        return await self.centre.desk.open(self.who(key), self.number)

    async def party(self, role: str, key: str = "deputy") -> str:
        return next(p.id for p in (await self.file(key)).parties if p.role == role)

    async def assignment(self, office: str | None = None, *, here: bool = False) -> str:
        """The newest assignment of this matter, or of an office in it; `here`: in its own township."""
        query = select(ASSIGNMENT.c.id).where(ASSIGNMENT.c.case_id == self.case.case_id)
        if office:
            query = query.where(ASSIGNMENT.c.office == office)
        if here:
            query = query.where(ASSIGNMENT.c.township.endswith(self.matter.township.suffix))
        newest = query.order_by(ASSIGNMENT.c.id.desc())
        waited = 0.0
        while True:
            found = await self.centre.store.read(lambda conn: conn.execute(newest).scalars().first())
            if found or waited > PATIENCE:
                return str(found)
            await asyncio.sleep(0.05)
            waited += 0.05

    async def sign(self, key: str, office: str | None = None) -> None:
        await self.centre.handling.sign(self.who(key), self.number, await self.assignment(office))

    async def act(self, key: str, action: str, office: str | None = None, **form: Any) -> None:
        """Take an office's action; wait while the assignment is still on its way to the office."""
        assignment = await self.assignment(office, here=True)
        await _done(
            action, lambda: self.centre.handling.act(self.who(key), self.number, assignment, action, form), self.number
        )

    async def claim(self, key: str, action: str, **form: Any) -> None:
        await self.act(key, action, PETITION, **form)

    async def serve(self, key: str, kind: str, *, role: str = "applicant", **more: Any) -> None:
        """Record that a document was handed over."""
        file = await self.centre.desk.open(self.who(key), self.number)
        document = [d for d in file.documents if d.kind == kind][-1]
        await self.centre.kernel.documents.produce(DocumentId(document.id))
        party = next((p.id for p in file.parties if p.role == role), None)
        given = {"method": ServiceMethod.IN_PERSON, "served_on": self.today, "party_id": party, **more}
        await self.centre.handling.serve(self.who(key), document.id, given)

    # On paper --------------------------------------------------------------------------------------------------------

    async def letter(self, key: str) -> None:
        await self.centre.handling.print_letter(self.who(key), self.number, await self.assignment())

    async def receipt(self, key: str, signed_for: str) -> None:
        await self.centre.handling.paper_receipt(self.who(key), self.number, await self.assignment(), signed_for)

    async def answer(self, key: str, answer: str) -> None:
        await self.centre.handling.paper_answer(self.who(key), self.number, await self.assignment(), answer, self.today)

    # The person, by their code ---------------------------------------------------------------------------------------

    async def me(self) -> PartyKey:
        """Whoever brought the matter, as their code lets them in."""
        if "me" not in self._keys:
            self._keys["me"] = await self.centre.tracking.open(self.case.code, address=HERE)
        return self._keys["me"]

    async def says(self, action: str, office: str | None = None, **form: Any) -> None:
        """A step of the office's procedure that the person takes with their code."""
        key, assignment = await self.me(), await self.assignment(office)
        await _done(
            action,
            lambda: self.centre.tracking.act(key, assignment, action, form, command_key=new_id()),
            self.number,
        )


async def _done(action: str, attempt: Callable[[], Awaitable[Outcome]], number: str) -> None:
    waited = 0.0
    while True:
        outcome = await attempt()
        if outcome.done:
            return
        rule = outcome.fault.rule if outcome.fault else ""
        if rule not in NOT_YET or waited > PATIENCE:
            reason = outcome.fault.reason if outcome.fault else outcome.kind
            raise Unavailable(_("演示数据没有做完：{action}：{reason}"), action=f"{number} {action}", reason=reason)
        await asyncio.sleep(0.05)
        waited += 0.05
