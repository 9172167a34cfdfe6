"""A township with mediators, and a dispute driven through the kernel's doors by its parties and its staff."""

import asyncio
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader

from onewindow.access.principal import PartyKey
from onewindow.office.types import new_id
from onewindow.registry.intake import PartyInput
from onewindow.routing.commands import Outcome
from onewindow.routing.tracking import Tracked
from tests.support.matter import PATIENCE, Matter, Town, applicant
from tests.support.path import Running
from tests.support.townships import MEDIATION

RESPONDENT = PartyInput(role="respondent", name="卓远航", phone="13905305678", address="东村13号")
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}")
INVITE: dict[str, Any] = {"subject": "两家为排水沟争执", "claims": ["恢复排水沟"], "told": True, "willing": True}
STATEMENTS = [{"side": "applicant", "said": "水沟被填了", "wants": "恢复"}, {"side": "respondent", "said": "是填了"}]
AGREE: dict[str, Any] = {
    "facts": "水沟被填",
    "duties": "由卓远航恢复",
    "terms": "卓远航恢复水沟",
    "promises": [{"side": "respondent", "what": "恢复水沟", "due_on": "2026-03-20"}],
}


async def mediating_township(path: Running, *, enabled: bool = True) -> Town:
    """A township of one's own whose mediation office is enabled beside petition."""
    town = await path.township()
    if enabled:
        await path.enable(town, MEDIATION)
    return town


@dataclass
class Dispute:
    """A matter between two parties, as its mediators, the window and each party see it."""

    matter: Matter

    @property
    def town(self) -> Town:
        return self.matter.town

    async def assignment(self, office: str = MEDIATION) -> Mapping[str, Any]:
        """The newest assignment of an office."""
        return [a for a in await self.matter.assignments() if a["office"] == office][-1]

    async def state(self) -> str:
        return str((await self.assignment())["proceeding_state"])

    async def act(self, who: str, action: str, office: str = MEDIATION, **form: Any) -> Outcome:
        row, town = await self.assignment(office), self.town
        return await town.path.centre.handling.act(town.who(who), self.matter.number, row["id"], action, form)

    async def do(self, who: str, action: str, office: str = MEDIATION, **form: Any) -> None:
        """A step that is done, once the assignment has reached the office."""
        await self._until_done(lambda: self.act(who, action, office, **form))

    async def refused(self, who: str, action: str, **form: Any) -> str:
        """Why a step is refused."""
        outcome = await self.act(who, action, **form)
        assert outcome.fault is not None, f"{action} was done"
        return outcome.fault.reason

    async def sign(self, who: str = "clerk") -> None:
        row = await self.assignment()
        await self.town.path.centre.handling.sign(self.town.who(who), self.matter.number, row["id"])

    # The parties -------------------------------------------------------------------------------------------------

    async def enter(self, code: str) -> PartyKey:
        return await self.town.path.centre.tracking.open(code, address="127.0.0.1")

    async def says(self, key: PartyKey, action: str, office: str = MEDIATION, **form: Any) -> None:
        """What a party does with their own code."""
        row = await self.assignment(office)
        tracking = self.town.path.centre.tracking
        await self._until_done(lambda: tracking.act(key, row["id"], action, form, command_key=new_id()))

    async def sees(self, key: PartyKey) -> Tracked:
        return await self.town.path.centre.tracking.view(key)

    async def respondents_code(self, reader: str = "registrar") -> str:
        """The code on the letter to the respondent, as the window hands it over."""
        centre = self.town.path.centre
        letter = [d for d in (await self.matter.file()).documents if d.kind == "admission"][-1]
        await centre.documents.produce(letter.id)
        _document, content = await centre.desk.document(self.town.who(reader), letter.id)
        found = CODE.search("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))
        assert found is not None
        return found[0]

    async def party(self, role: str) -> str:
        return next(p.id for p in (await self.matter.file()).parties if p.role == role)

    async def _until_done(self, attempt: Any) -> None:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            outcome = await attempt()
            waits = outcome.fault is not None and outcome.fault.rule in {"unknown", "away"}
            if not waits or asyncio.get_running_loop().time() > deadline:
                assert outcome.done, outcome
                return
            await asyncio.sleep(0.02)

    # Stretches of the way ----------------------------------------------------------------------------------------

    async def invite(self) -> tuple[PartyKey, PartyKey]:
        """Signed for, the application taken, the other side asked; both parties with their codes."""
        await self.sign()
        await self.do("clerk", "invite", **INVITE)
        return await self.enter(self.matter.done.code), await self.enter(await self.respondents_code())

    async def accept(self) -> tuple[PartyKey, PartyKey]:
        both = await self.invite()
        for key in both:
            await self.says(key, "consent")
        await self.do("clerk", "accept")
        return both

    async def mediator_named(self) -> None:
        staff = str(self.town.people["mediator"])
        await self.do("mhead", "enrol", staff_id=staff, shown_name="庄向晚", good_at="邻里")
        await self.do("mhead", "appoint", mediator=staff)

    async def talk(self) -> tuple[PartyKey, PartyKey]:
        both = await self.accept()
        await self.mediator_named()
        held = (self.town.path.time()).isoformat()
        await self.do(
            "mediator", "hold", held_at=held, place="调解室", recorder="安若谷", attending="双方", told=True,
            statements=STATEMENTS, undisputed=["水沟被填"], outcome="愿意恢复",
        )  # fmt: skip
        return both

    async def come_to_terms(self, **agree: Any) -> tuple[PartyKey, PartyKey]:
        """From the window to an agreement in force."""
        both = await self.talk()
        await self.do("mediator", "agree_written", **{**AGREE, **agree})
        today = str(self.town.path.time.today)
        for role in ("applicant", "respondent"):
            await self.do("mediator", "party_signs", party=await self.party(role), how="signature", on=today)
        await self.do("mediator", "mediator_signs", on=today)
        await self.do("mhead", "stamp", on=today)
        return both


async def dispute(town: Town, **more: Any) -> Dispute:
    """Two neighbours at the window, straight to mediation (track F) unless said otherwise."""
    given = {"track": "F", "category": "0201", "text": "邻居填了排水沟", "request": "恢复排水沟", **more}
    return Dispute(await town.register(applicant(), RESPONDENT, by="registrar", **given))
