"""The counter: what the window does for a person who stands before it, or whose signed paper it holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from onewindow.access import guard
from onewindow.access import log as access_log
from onewindow.access.actions import Action
from onewindow.access.policy import reach
from onewindow.access.principal import Principal
from onewindow.clocks.compute import day_start
from onewindow.documents.attachments import Prepared
from onewindow.documents.models import Service
from onewindow.errors import BadInput, NotFound
from onewindow.i18n import _
from onewindow.office.types import CaseId, DocumentId
from onewindow.registry.keys import Once, write_once
from onewindow.registry.parties import PartyRecord
from onewindow.registry.timeline import CASE
from onewindow.routing import (
    corrections,
    listing,
    lostcodes,
    nudges,
    opinions,
    papers,
    proofs,
    reopening,
    targets,
    views,
)
from onewindow.routing import withdrawals as wishes
from onewindow.routing.casefile import CaseFile
from onewindow.routing.desk import Desk
from onewindow.routing.lostcodes import Renewed, Shown
from onewindow.routing.opinions import Rated
from onewindow.routing.papers import Served
from onewindow.routing.people import Hand, hand
from onewindow.routing.withdrawals import Withdrawn
from onewindow.store.tx import Tx

T = TypeVar("T")
LONGEST_SEARCH = timedelta(days=92)
MOST_FOUND = 50
MOST_READ = 500


@dataclass(frozen=True, slots=True)
class Holders:
    """A case as the clerk sees it who replaces a code: enough to compare it with what the person tells, no more."""

    number: str
    category: str
    registered_at: datetime
    place: str
    parties: Sequence[PartyRecord]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the parties of a case wish or agreed to, for those who may see the case."""

    withdrawals: Sequence[Withdrawn]
    consents: frozenset[str]
    nudged_until: datetime | None
    reopening: Mapping[str, Any] | None
    # Empty for whoever does not follow up on the case.
    ratings: Mapping[str, Rated]


class Counter:
    """Each call is checked against the policy here, for the API, the pages and the command line."""

    def __init__(self, desk: Desk):
        self._desk = desk

    # Lost codes ------------------------------------------------------------------------------------------------------

    async def find(
        self,
        principal: Principal | None,
        *,
        township: str,
        category: str,
        registered_from: date,
        registered_to: date,
        place: str = "",
    ) -> Sequence[Mapping[str, Any]]:
        """The unsealed cases that somebody describes who lost both code and number: by category, days and place.

        Never by a person. Number, category and day of registration come back, and nothing of what they say.

        Raises:
            BadInput: the days are in the wrong order or too far apart.
        """
        who = guard.require_staff(principal)
        if not registered_from <= registered_to <= registered_from + LONGEST_SEARCH:
            raise BadInput(_("登记日期的范围不对，最长三个月"), field="registered_to", remedy=_("缩小日期范围"))
        parts, kernel = reach(who, Action.CODE_RENEW), self._desk.kernel
        query = (
            select(*CASE.c)
            .where(CASE.c.township == township, CASE.c.sealed.is_(False), CASE.c.category == category)
            .where(CASE.c.registered_at >= day_start(registered_from))
            .where(CASE.c.registered_at < day_start(registered_to + timedelta(days=1)))
            .where(listing.reachable(parts, kernel.organisation()))
            .order_by(CASE.c.id.desc())
            .limit(MOST_READ)
        )

        def work(conn: Connection) -> list[Mapping[str, Any]]:
            found: list[Mapping[str, Any]] = []
            for row in conn.execute(query).mappings():
                if place and place not in papers.case_words(kernel, dict(row)).get("place", ""):
                    continue
                found.append({name: row[name] for name in ("number", "category", "registered_at", "sealed")})
                if len(found) == MOST_FOUND:
                    break
            return found

        return await self._desk.store.read(work)

    async def holders(self, principal: Principal | None, number: str) -> Holders:
        """The parties of a case who have a code, masked, to compare with a document; the look is logged.

        Raises:
            NotFound: no such case, or none that this person may know of.
        """
        file, who = await self._checked(principal, number, Action.CODE_RENEW)
        at, kernel = self._desk.kernel.now(), self._desk.kernel

        def work(tx: Tx) -> None:
            access_log.note(
                tx,
                kernel.vault,
                at=at,
                actor=who.staff_id,
                case_id=CaseId(file.case["id"]),
                what=Action.CODE_RENEW.value,
            )

        await self._desk.store.write(work)
        # Not the document's number, masked or not: its last digits have to come from the paper in the clerk's hand.
        having = [
            replace(p, personal={name: p.personal[name] for name in ("name", "phone") if name in p.personal})
            for p in file.parties
            if p.code_digest is not None and not p.erased
        ]
        case = file.case
        return Holders(case["number"], case["category"], case["registered_at"], file.words.get("place", ""), having)

    async def renew_code(
        self,
        principal: Principal | None,
        number: str,
        party_id: str,
        *,
        shown: Shown,
        last_digits: str,
        matches: bool,
    ) -> Renewed:
        """Replace a lost code against the person's document; see `lostcodes.renew`."""
        file, who = await self._checked(principal, number, Action.CODE_RENEW)
        return await self._act(
            file,
            party_id,
            who,
            lambda h: lostcodes.renew(h, shown, last_digits=last_digits, matches=matches),
        )

    # What the parties wish -------------------------------------------------------------------------------------------

    async def wishes(self, principal: Principal | None, file: CaseFile) -> Wishes:
        """Withdrawals, consents, nudges, wishes to reopen and ratings of a case that was opened."""
        kernel, case_id = self._desk.kernel, file.case["id"]
        follows_up = guard.permits(principal, Action.CASE_FOLLOW_UP, file.target)

        def work(conn: Connection) -> Wishes:
            return Wishes(
                wishes.of_case(conn, kernel, case_id),
                frozenset(p.id for p in file.parties if opinions.has_consent(conn, case_id, p.id)),
                nudges.again_at(conn, case_id),
                reopening.waiting(conn, case_id),
                opinions.ratings(conn, kernel, case_id) if follows_up else {},
            )

        return await self._desk.store.read(work)

    async def waiting(self, principal: Principal | None, township: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """What the parties wait for in a township: nudged cases, withdrawals to verify, reopenings to decide."""
        who = guard.require_staff(principal)
        parts, organisation, now = reach(who), self._desk.kernel.organisation(), self._desk.kernel.now()

        def work(conn: Connection) -> Mapping[str, Sequence[Mapping[str, Any]]]:
            return {
                "nudged": nudges.nudged(conn, parts, organisation, township, now),
                "withdrawals": wishes.to_verify(conn, parts, organisation, township),
                "reopenings": reopening.asked(conn, parts, organisation, township),
            }

        return await self._desk.store.read(work)

    async def withdraw(
        self,
        principal: Principal | None,
        number: str,
        party_id: str,
        *,
        asked_on: date,
        reason: str = "",
    ) -> Withdrawn:
        """Enter a signed withdrawal, handed to somebody who does not handle the case; see `withdrawals.ask`."""
        file, who = await self._checked(principal, number, Action.CASE_WITHDRAW)
        return await self._act(file, party_id, who, lambda h: wishes.ask(h, reason=reason, asked_on=asked_on))

    async def revoke(self, principal: Principal | None, number: str, party_id: str) -> Withdrawn:
        """Enter that somebody takes their withdrawal back at the window; see `withdrawals.revoke`."""
        file, who = await self._checked(principal, number, Action.CASE_WITHDRAW)
        return await self._act(file, party_id, who, wishes.revoke)

    async def verify_withdrawal(
        self,
        principal: Principal | None,
        number: str,
        party_id: str,
        *,
        own_will: bool,
        told: str,
        ex_officio: bool = False,
    ) -> Withdrawn:
        """Record the call back about a withdrawal, by somebody who does not handle the case; see `withdrawals`."""
        file, who = await self._checked(principal, number, Action.CASE_FOLLOW_UP)
        told = guard.require_reason(told)
        return await self._act(
            file, party_id, who, lambda h: wishes.verify(h, own_will=own_will, told=told, ex_officio=ex_officio)
        )

    async def consent(self, principal: Principal | None, number: str, party_id: str, *, agreed: bool) -> None:
        """Enter a party's signed consent to electronic service, or that they take it back."""
        file, who = await self._checked(principal, number, Action.CASE_PARTY_PAPER)
        await self._act(file, party_id, who, lambda h: opinions.consent(h, agreed=agreed))

    async def decide_reopening(self, principal: Principal | None, number: str, *, granted: bool, reason: str) -> None:
        """Decide on a wish to take a matter up again; see `reopening.decide`."""
        file = await self._desk.open(principal, number)
        who = guard.require(principal, Action.CASE_REOPEN, file.target, reason=reason)
        wish = await self._desk.store.read(lambda c: reopening.waiting(c, file.case["id"]))
        if wish is None:
            raise NotFound(_("没有待决定的重启申请"))
        await self._act(
            file, wish["party_id"], who, lambda h: reopening.decide(h, granted=granted, reason=reason.strip())
        )

    # Service ---------------------------------------------------------------------------------------------------------

    async def correct_service(
        self,
        principal: Principal | None,
        document_id: str,
        service_id: str,
        right: Mapping[str, Any] | None,
        *,
        reason: str,
        scans: Sequence[Prepared] = (),
        key: str | None = None,
    ) -> Served:
        """Correct a service that was recorded wrongly, by somebody who does not handle the case.

        `right` is how it really was; None where the document was not served at all. See `corrections.correct`.
        """
        file = await self._desk.file_of_document(principal, document_id)
        who = guard.require(principal, Action.DOCUMENT_SERVE_LATE, file.target)
        reason = guard.require_reason(reason)
        kernel, service = self._desk.kernel, None
        if right is not None:
            if (party := right.get("party_id")) and party not in {p.id for p in file.parties}:
                raise NotFound(_("没有这位当事人"))
            service = Service(
                document_id=DocumentId(document_id), recorded_by=who.staff_id, corrects=service_id, **right
            )
        at = kernel.now()

        def work(tx: Tx) -> list[str | None]:
            right_one = None
            if service is not None:
                right_one = proofs.scanned(tx, kernel, file.case["id"], service, scans, who.staff_id, at)
            done = corrections.correct(
                tx, kernel, service_id, right_one, who.staff_id, at, document_id=document_id, reason=reason
            )
            return [done.id, done.extension]

        body = [document_id, service_id, reason, {k: str(v) for k, v in sorted((right or {}).items())}]
        once = Once.of(key, who.staff_id, "correct-service", body)
        made, extension = await write_once(self._desk.store, kernel.vault, once, at, work)
        document = await self._desk.store.read(lambda c: kernel.documents.get(c, DocumentId(document_id)))
        return Served(str(made), document, extension)

    # What they share -------------------------------------------------------------------------------------------------

    async def _checked(self, principal: Principal | None, number: str, action: Action) -> tuple[CaseFile, Principal]:
        """A case's file for an action whose permission may reach further than reading the case does."""

        def work(conn: Connection) -> CaseFile:
            case = views.find_by_number(conn, number)
            rows = views.assignments_of(conn, case["id"] if case is not None else "")
            if case is None:
                guard.require_staff(principal)
                raise NotFound()
            guard.require(principal, action, targets.of_case(case, rows, self._desk.kernel.organisation()))
            return self._desk.load(conn, case)

        file = await self._desk.store.read(work)
        return file, guard.require_staff(principal)

    async def _act(self, file: CaseFile, party_id: str, who: Principal, work: Callable[[Hand], T]) -> T:
        kernel, at = self._desk.kernel, self._desk.kernel.now()
        case_id = file.case["id"]
        return await self._desk.store.write(
            lambda tx: work(hand(tx, kernel, case_id, party_id, at, staff_id=who.staff_id))
        )
