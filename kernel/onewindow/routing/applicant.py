"""What a person does by their code beyond their office's own steps: one facade for the API and the pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Connection

from onewindow.access.principal import PartyKey
from onewindow.documents.attachments import Prepared
from onewindow.errors import NotFound
from onewindow.i18n import _
from onewindow.office.types import PartyRole, law_day
from onewindow.registry.keys import Once, write_once
from onewindow.registry.parties import BROUGHT
from onewindow.routing import nudges, opinions, reopening, views, withdrawals
from onewindow.routing.context import Kernel
from onewindow.routing.opinions import Rated, Score
from onewindow.routing.people import Hand, hand
from onewindow.routing.tracking import Tracking
from onewindow.routing.withdrawals import Withdrawn
from onewindow.store import Store
from onewindow.store.tx import Tx

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person may do about their matter now, and what they have done already.

    `nudge_from` is the day of the next nudge where one was made; `consent` is None for who needs none.
    """

    may_add: bool
    may_nudge: bool
    nudge_from: date | None
    may_withdraw: bool
    withdrawal: Withdrawn | None
    may_revoke: bool
    goes_on: bool
    may_rate: bool
    rated: Rated | None
    consent: bool | None
    may_reopen: bool
    reopening_asked: bool


class Applicant:
    """A person's own acts. Each is one transaction with its line in the case's history."""

    def __init__(self, store: Store, kernel: Kernel, tracking: Tracking):
        self._store = store
        self._kernel = kernel
        self._tracking = tracking

    async def standing(self, key: PartyKey) -> Standing:
        """What this person may do now.

        Raises:
            NotFound: their code opens nothing any more.
        """
        return await self._store.read(lambda c: self._standing(c, key))

    def _standing(self, conn: Connection, key: PartyKey) -> Standing:
        kernel, now = self._kernel, self._kernel.now()
        party = self._tracking.require_party(conn, key)
        case = views.case_by_id(conn, key.case_id)
        alive = case["state"] == "open"
        again = nudges.again_at(conn, key.case_id)
        withdrawal = withdrawals.of_party(conn, kernel, key.case_id, key.party_id)
        pending = withdrawal is not None and withdrawal.state in withdrawals.WAITING
        settled = withdrawal is not None and withdrawal.state in ("effective", "continued")
        rated = opinions.rating(conn, kernel, key.case_id, key.party_id)
        rows = views.assignments_of(conn, key.case_id)
        asked = reopening.waiting(conn, key.case_id) is not None
        nobody = party.anonymous and not party.personal
        brought = party.role in BROUGHT
        return Standing(
            may_add=alive,
            may_nudge=brought
            and alive
            and case["phase"] in ("in_hand", "suspended")
            and (again is None or now >= again),
            nudge_from=law_day(again) if again is not None and now < again else None,
            may_withdraw=alive and party.role == PartyRole.APPLICANT and not pending and not settled,
            withdrawal=withdrawal,
            may_revoke=pending and withdrawal is not None and law_day(now) <= withdrawal.revocable_until,
            goes_on=withdrawals.goes_on(case),
            may_rate=brought and opinions.may_rate(case["state"], case["phase"], rated),
            rated=rated,
            consent=None if nobody else opinions.has_consent(conn, key.case_id, key.party_id),
            may_reopen=brought and not alive and not asked and reopening.declared(kernel, rows),
            reopening_asked=asked,
        )

    async def add_material(
        self, key: PartyKey, text: str, files: Sequence[Prepared] = (), *, command_key: str | None = None
    ) -> None:
        """Add to what one has brought; see `opinions.add_material`."""
        once = Once.of(command_key, key.actor, "material", [key.case_id, text, *sorted(one.sha256 for one in files)])

        def work(acting: Hand) -> bool:
            opinions.add_material(acting, text, files)
            return True

        await self._write(key, work, once)

    async def nudge(self, key: PartyKey) -> date:
        """Nudge; the day from which one may do so again. See `nudges.nudge`."""
        return law_day(await self._write(key, nudges.nudge))

    async def withdraw(self, key: PartyKey, reason: str = "") -> Withdrawn:
        """Withdraw; see `withdrawals.ask`."""
        return await self._write(key, lambda h: withdrawals.ask(h, reason=reason.strip()))

    async def revoke(self, key: PartyKey) -> Withdrawn:
        """Take one's withdrawal back; see `withdrawals.revoke`."""
        return await self._write(key, withdrawals.revoke)

    async def rate(self, key: PartyKey, score: Score, reason: str = "") -> None:
        """Rate how the matter was handled; see `opinions.rate`."""
        await self._write(key, lambda h: opinions.rate(h, score, reason.strip()))

    async def consent(self, key: PartyKey, *, agreed: bool) -> None:
        """Agree to electronic service or take it back; see `opinions.consent`."""
        await self._write(key, lambda h: opinions.consent(h, agreed=agreed))

    async def ask_reopening(self, key: PartyKey, reason: str) -> None:
        """Ask to have a closed matter taken up again; see `reopening.ask`."""
        await self._write(key, lambda h: reopening.ask(h, reason))

    async def ask_paper(self, key: PartyKey, document_id: str) -> None:
        """Ask for a document on paper, whatever one agreed to (民事诉讼法 第九十条).

        Raises:
            NotFound: no such document of theirs.
        """
        seen = await self._tracking.view(key)
        paper = next((one.document for one in seen.papers if one.document.id == document_id), None)
        if paper is None:
            raise NotFound(_("没有找到这份文书"))
        data = {"document": paper.id, "number": paper.number, "title": paper.title}
        await self._write(key, lambda h: h.say("paper-asked", data))

    async def _write(self, key: PartyKey, work: Callable[[Hand], T], once: Once | None = None) -> T:
        at: datetime = self._kernel.now()

        def run(tx: Tx) -> T:
            acting = hand(tx, self._kernel, key.case_id, key.party_id, at)
            if key.mark and key.mark != acting.party.mark:
                raise NotFound()
            return work(acting)

        return await write_once(self._store, self._kernel.vault, once, at, run)
