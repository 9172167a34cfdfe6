"""What the demo's matters are moved on with: the real desk and the real offices, each step by who may take it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select

from onewindow.access.accounts import Accounts
from onewindow.access.principal import Principal
from onewindow.documents.models import ServiceMethod
from onewindow.errors import Unavailable
from onewindow.i18n import _
from onewindow.office.types import DocumentId, law_day
from onewindow.organisation.cache import OrganisationCache
from onewindow.plugins.book import OfficesBook
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.routing.commands import Outcome
from onewindow.routing.context import Kernel
from onewindow.routing.desk import Desk
from onewindow.routing.handling import Handling
from onewindow.routing.register import Registered, Registrar
from onewindow.store import Store

# The office has not got the assignment yet, or is just starting.
NOT_YET = frozenset({"unknown", "away"})
PATIENCE = 15.0


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
    def accounts(self) -> Accounts: ...
    @property
    def registrar(self) -> Registrar: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def handling(self) -> Handling: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


@dataclass(frozen=True)
class Story:
    """One registered matter and the people who move it on."""

    centre: Centre
    people: Mapping[str, Principal]
    case: Registered
    township: str
    code: str

    @property
    def number(self) -> str:
        return self.case.number

    def who(self, key: str) -> Principal:
        """Somebody of this matter's township, by the login without its digit; or by the login itself."""
        return self.people.get(key) or self.people[f"{key}{self.township}"]

    async def assignment(self) -> str:
        """The newest assignment of this matter."""
        query = (
            select(ASSIGNMENT.c.id).where(ASSIGNMENT.c.case_id == self.case.case_id).order_by(ASSIGNMENT.c.id.desc())
        )
        found = await self.centre.store.read(lambda conn: conn.execute(query).scalars().first())
        return str(found)

    async def sign(self, key: str) -> None:
        await self.centre.handling.sign(self.who(key), self.number, await self.assignment())

    async def act(self, key: str, action: str, **form: Any) -> None:
        """Take an office's action; wait while the assignment is still on its way to the office."""
        assignment = await self.assignment()
        waited = 0.0
        while True:
            outcome = await self.centre.handling.act(self.who(key), self.number, assignment, action, form)
            if outcome.done:
                return
            rule = outcome.fault.rule if outcome.fault else ""
            if rule not in NOT_YET or waited > PATIENCE:
                raise _refused(action, outcome)
            await asyncio.sleep(0.05)
            waited += 0.05

    async def serve(self, key: str, kind: str, **more: Any) -> None:
        """Make a document and record that it was handed over."""
        file = await self.centre.desk.open(self.who(key), self.number)
        document = [d for d in file.documents if d.kind == kind][-1]
        await self.centre.kernel.documents.produce(DocumentId(document.id))
        today = law_day(self.centre.now())
        service = {"method": ServiceMethod.IN_PERSON, "served_on": today, "party_id": file.parties[0].id, **more}
        await self.centre.handling.serve(self.who(key), document.id, service)

    async def letter(self, key: str) -> None:
        await self.centre.handling.print_letter(self.who(key), self.number, await self.assignment())

    async def receipt(self, key: str, signed_for: str) -> None:
        await self.centre.handling.paper_receipt(self.who(key), self.number, await self.assignment(), signed_for)

    async def answer(self, key: str, answer: str) -> None:
        today = law_day(self.centre.now())
        await self.centre.handling.paper_answer(self.who(key), self.number, await self.assignment(), answer, today)


Steps = Callable[[Story], Awaitable[None]]


async def nothing(story: Story) -> None:
    """The matter stays as it was registered."""


def _refused(action: str, outcome: Outcome) -> Unavailable:
    reason = outcome.fault.reason if outcome.fault else outcome.kind
    return Unavailable(_("演示数据没有做完：{action}：{reason}"), action=action, reason=reason)
