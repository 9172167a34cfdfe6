"""Handling: what people do to assignments, objections and documents, each call checked against the policy here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select

from onewindow.access import guard
from onewindow.access.actions import Action
from onewindow.access.principal import Principal
from onewindow.bus.wire import Description
from onewindow.documents.attachments import Prepared
from onewindow.documents.models import Service
from onewindow.errors import Forbidden, NotFound, Refused
from onewindow.i18n import _
from onewindow.office.types import DocumentId, new_id
from onewindow.office.views import Actor, CaseView, ClockView
from onewindow.registry.catalogue import SEALED_TRACKS
from onewindow.registry.keys import Once, write_once
from onewindow.registry.timeline import staff_actor
from onewindow.routing import (
    assignments,
    casefile,
    enclosures,
    objections,
    papers,
    proofs,
    recusals,
    retrack,
    views,
    voiding,
    window,
)
from onewindow.routing.assignments import ASSIGNMENT, OPEN
from onewindow.routing.casefile import CaseFile
from onewindow.routing.commands import Command, Commands, Outcome, unconfirmed_of
from onewindow.routing.desk import Desk
from onewindow.routing.objections import OBJECTION
from onewindow.routing.papers import Served
from onewindow.store.tx import Tx

T = TypeVar("T")


class Handling:
    """Everything that moves a case on."""

    def __init__(self, desk: Desk, commands: Commands):
        self._desk = desk
        self._commands = commands

    # The office's own steps ------------------------------------------------------------------------------------------

    async def act(
        self,
        principal: Principal | None,
        number: str,
        assignment_id: str,
        action: str,
        form: Mapping[str, Any],
        *,
        key: str | None = None,
        expect: int | None = None,
    ) -> Outcome:
        """Take an action of the office's procedure on an assignment.

        Raises:
            NotFound: no such case, assignment or action, or none that this person may know of.
            Refused: the assignment has to be signed for first, or its unit works on paper.
        """
        file, row = await self._assignment(principal, number, assignment_id)
        assert principal is not None
        roles = self._desk.roles(principal, file, assignment_id)
        if not roles:
            guard.require(principal, Action.ASSIGNMENT_ACT, self._desk.target_of(file, assignment_id))
        kernel = self._desk.kernel
        spec = assignments.spec_of(kernel.offices().manifest(row["office"]), row)
        declared = spec.action(action) if spec else None
        if declared is None:
            raise NotFound(_("没有这项操作"))
        self._open_for_work(row)
        if named := list(enclosures.named_in(declared.form, form)):
            there = await self._desk.store.read(lambda c: kernel.attachments.of_case(c, file.case["id"]))
            enclosures.check_named(there, enclosures.staff_marks(file.case), named)
        view, clocks = self._view(file, assignment_id)
        command = Command(
            key=f"{principal.staff_id}:{key or new_id()}",
            assignment=row,
            action=action,
            form=form,
            subject=staff_actor(principal.staff_id),
            actor=Actor(staff_id=principal.staff_id, name=principal.name, roles=roles),
            view=view,
            clocks=clocks,
            expect=expect,
        )
        return await self._commands.act(command)

    def _open_for_work(self, row: Mapping[str, Any]) -> None:
        if row["state"] == "sent":
            raise Refused(_("请先签收再办理"), rule="T10", remedy=_("点击“签收”"))
        if row["state"] not in OPEN:
            raise Refused(_("交办已结束，不能再办理"), rule="ended")

    def _view(self, file: CaseFile, assignment_id: str) -> tuple[CaseView, dict[str, ClockView]]:
        return casefile.office_view(self._desk.kernel, file), casefile.clock_views(file, assignment_id)

    async def describe(self, principal: Principal, file: CaseFile, assignment_id: str) -> Description | None:
        """What the office shows of its proceeding to this person; None while it does not answer."""
        row = file.assignment(assignment_id)
        if not row["office"]:
            return None
        roles = self._desk.roles(principal, file, assignment_id)
        view, clocks = self._view(file, assignment_id)
        actor = Actor(staff_id=principal.staff_id, name=principal.name, roles=roles)
        return await self._commands.describe(row, staff_actor(principal.staff_id), actor, view, clocks)

    async def office_of(self, assignment_id: str) -> str:
        """In whose words an assignment's office speaks; the kernel's for a unit on paper."""
        query = select(ASSIGNMENT.c.office).where(ASSIGNMENT.c.id == assignment_id)
        return await self._desk.store.read(lambda c: c.execute(query).scalar()) or "onewindow"

    async def command(self, principal: Principal | None, key: str) -> str:
        """What became of somebody's own command that got no reply in time: done, not-done or unconfirmed.

        Raises:
            NotFound: they sent none with this key that stayed unconfirmed.
        """
        who = guard.require_staff(principal)
        return await self._commands.state(f"{who.staff_id}:{key}")

    async def unconfirmed(self, file: CaseFile) -> list[Mapping[str, Any]]:
        """The commands on a case that nobody has confirmed yet."""
        ids = [row["id"] for row in file.assignments]
        return await self._desk.store.read(lambda c: unconfirmed_of(c, ids))

    # The hand-over ---------------------------------------------------------------------------------------------------

    async def sign(self, principal: Principal | None, number: str, assignment_id: str) -> None:
        """Sign for an assignment (签收)."""
        file, row = await self._assignment(principal, number, assignment_id)
        who = guard.require(principal, Action.ASSIGNMENT_SIGN, self._desk.target_of(file, assignment_id))
        if not row["office"]:
            raise Refused(_("该单位走纸质流转，请登记签收回执"), rule="paper")
        self._commands.require_open(row)
        await self._write(lambda tx, at: assignments.sign(tx, self._desk.kernel, row["id"], who.staff_id, at))

    async def recall(self, principal: Principal | None, number: str, assignment_id: str, reason: str) -> None:
        """Take an assignment back before it was signed for."""
        file, row = await self._assignment(principal, number, assignment_id)
        who = guard.require(principal, Action.ASSIGNMENT_RECALL, self._desk.target_of(file, assignment_id))
        reason = guard.require_reason(reason)
        await self._write(lambda tx, at: assignments.recall(tx, self._desk.kernel, row["id"], who.staff_id, at, reason))

    async def reassign(
        self,
        principal: Principal | None,
        number: str,
        unit: str,
        reason: str,
        officer: str | None = None,
        *,
        key: str | None = None,
    ) -> str:
        """Hand a case from the window's queue, or an unsigned one, to a unit; the new assignment's id."""
        file = await self._desk.open(principal, number)
        who = guard.require(principal, Action.ASSIGNMENT_REASSIGN, file.target)
        reason = guard.require_reason(reason)
        body = [file.case["id"], unit, officer, reason]

        def work(tx: Tx, at: datetime) -> str:
            kernel, case = self._desk.kernel, file.case["id"]
            row = window.reassign(tx, kernel, case, unit, who.staff_id, at, reason=reason, officer=officer)
            return str(row["id"])

        return await self._write(work, Once.of(key, who.staff_id, "reassign", body))

    async def rule_objection(
        self, principal: Principal | None, objection_id: str, *, uphold: bool, reason: str
    ) -> None:
        """Rule an objection: uphold it and take the case back, or refuse it."""
        found = await self._desk.store.read(
            lambda c: c.execute(select(OBJECTION.c.case_id).where(OBJECTION.c.id == objection_id)).scalar()
        )
        if found is None:
            guard.require_staff(principal)
            raise NotFound()
        file = await self._desk.store.read(lambda c: self._desk.load(c, views.case_by_id(c, found)))
        who = guard.require(principal, Action.ASSIGNMENT_RULE_OBJECTION, file.target)
        reason = guard.require_reason(reason)
        await self._write(
            lambda tx, at: objections.rule(
                tx, self._desk.kernel, objection_id, who.staff_id, at, uphold=uphold, reason=reason
            )
        )

    # The registration itself -----------------------------------------------------------------------------------------

    async def change_track(self, principal: Principal | None, number: str, given: retrack.Change) -> str | None:
        """Let a case take another track; its number from now on, or None where this person may see it no more.

        Raises:
            Refused: it is closed or void.
            BadInput: nothing would change, or there is no such category, unit or person.
        """
        file = await self._desk.open(principal, number)
        # Whoever handles it may see that it is an accusation; none of them takes it out of a claim's deadlines.
        action = Action.CASE_TRACK_SEALED if given.track in SEALED_TRACKS else Action.CASE_TRACK
        who = guard.require(principal, action, file.target, reason=given.reason)
        given = replace(given, reason=guard.require_reason(given.reason))
        case_id = file.case["id"]
        now_on = await self._write(
            lambda tx, at: retrack.change(tx, self._desk.kernel, case_id, given, who.staff_id, at)
        )
        try:
            await self._desk.open(principal, now_on)
        except (NotFound, Forbidden):
            return None
        return now_on

    async def void(self, principal: Principal | None, number: str, reason: str) -> None:
        """Make a mistaken registration void.

        Raises:
            Refused: it is over, somebody has signed for it, or the same person registered it.
        """
        file = await self._desk.open(principal, number)
        who = guard.require(principal, Action.CASE_VOID, file.target, reason=reason)
        reason = guard.require_reason(reason)
        await self._write(lambda tx, at: voiding.void(tx, self._desk.kernel, file.case["id"], who.staff_id, at, reason))

    # Recusal ---------------------------------------------------------------------------------------------------------

    async def recusals(self, file: CaseFile) -> list[dict[str, Any]]:
        """What waits for a decision in a case that was opened."""
        return await self._desk.store.read(lambda c: recusals.open_of(c, self._desk.kernel, file.case["id"]))

    async def decide_recusal(
        self, principal: Principal | None, recusal_id: str, *, granted: bool, reason: str, officer: str | None = None
    ) -> None:
        """Grant or refuse a recusal; `officer` has the case then, else whoever the unit chooses."""
        case_id = await self._desk.store.read(lambda c: recusals.case_of(c, recusal_id))
        if case_id is None:
            guard.require_staff(principal)
            raise NotFound()
        file = await self._desk.store.read(lambda c: self._desk.load(c, views.case_by_id(c, case_id)))
        who = guard.require(principal, Action.RECUSAL_DECIDE, file.target, reason=reason)
        reason = guard.require_reason(reason)
        kernel = self._desk.kernel
        await self._write(
            lambda tx, at: recusals.decide(
                tx, kernel, recusal_id, who.staff_id, at, granted=granted, reason=reason, officer=officer
            )
        )

    # Units on paper --------------------------------------------------------------------------------------------------

    async def print_letter(
        self, principal: Principal | None, number: str, assignment_id: str, *, key: str | None = None
    ) -> str:
        """Print the letter to a unit that works on paper; the document's id."""
        row, who = await self._paper(principal, number, assignment_id)
        return await self._write(
            lambda tx, at: window.print_letter(tx, self._desk.kernel, row["id"], who.staff_id, at),
            Once.of(key, who.staff_id, "letter", row["id"]),
        )

    async def paper_receipt(
        self, principal: Principal | None, number: str, assignment_id: str, signed_for: str
    ) -> None:
        """Enter the return slip of a unit that works on paper."""
        row, who = await self._paper(principal, number, assignment_id)
        await self._write(
            lambda tx, at: window.paper_receipt(
                tx, self._desk.kernel, row["id"], who.staff_id, at, signed_for=signed_for
            )
        )

    async def paper_answer(
        self, principal: Principal | None, number: str, assignment_id: str, answer: str, answered_on: date
    ) -> None:
        """Enter the answer of a unit that works on paper."""
        row, who = await self._paper(principal, number, assignment_id)
        await self._write(
            lambda tx, at: window.paper_answer(
                tx, self._desk.kernel, row["id"], who.staff_id, at, answer=answer, answered_on=answered_on
            )
        )

    async def paper_objection(
        self, principal: Principal | None, number: str, assignment_id: str, given: window.PaperObjection
    ) -> str:
        """Enter the objection of a unit that works on paper; its id. It is ruled like an office's."""
        row, who = await self._paper(principal, number, assignment_id)
        return await self._write(
            lambda tx, at: window.paper_objection(tx, self._desk.kernel, row["id"], who.staff_id, at, given)
        )

    async def _paper(
        self, principal: Principal | None, number: str, assignment_id: str
    ) -> tuple[Mapping[str, Any], Principal]:
        file, row = await self._assignment(principal, number, assignment_id)
        target = self._desk.target_of(file, assignment_id)
        return row, guard.require(principal, Action.ASSIGNMENT_PAPER, target)

    # Service ---------------------------------------------------------------------------------------------------------

    async def serve(
        self,
        principal: Principal | None,
        document_id: str,
        service: Mapping[str, Any],
        *,
        scans: Sequence[Prepared] = (),
        key: str | None = None,
    ) -> Served:
        """Record how a document was served; late proof of an extension's notice wants somebody else.

        `scans` are pictures of the signed proof; pieces of material that the case has already go by id in the service.
        """
        file = await self._desk.file_of_document(principal, document_id)
        who = guard.require(principal, Action.DOCUMENT_SERVE, file.target)
        proof = bool(service.get("proof"))
        if proof:
            guard.require(principal, Action.DOCUMENT_SERVE_LATE, file.target)
        by_handler = who.staff_id in file.target.handled_by | file.target.officer_ids
        fields = {k: v for k, v in service.items() if k != "proof"}
        if (party := fields.get("party_id")) and party not in {p.id for p in file.parties}:
            raise NotFound(_("没有这位当事人"))
        record = Service(document_id=DocumentId(document_id), recorded_by=who.staff_id, **fields)

        def work(tx: Tx, at: datetime) -> list[str | None]:
            shown = proofs.scanned(tx, self._desk.kernel, file.case["id"], record, scans, who.staff_id, at)
            done = papers.serve(tx, self._desk.kernel, shown, at, by_handler=by_handler, proof=proof)
            return [done.id, done.extension]

        body = [document_id, {k: str(v) for k, v in sorted(service.items())}, sorted(one.sha256 for one in scans)]
        made, extension = await self._write(work, Once.of(key, who.staff_id, "serve", body))
        document = await self._desk.store.read(lambda c: self._desk.kernel.documents.get(c, record.document_id))
        return Served(str(made), document, extension)

    async def proof(self, principal: Principal | None, document_id: str) -> str:
        """Issue the proof of service of a document; its id."""
        file = await self._desk.file_of_document(principal, document_id)
        who = guard.require(principal, Action.DOCUMENT_SERVE, file.target)
        return await self._write(lambda tx, at: proofs.issue(tx, self._desk.kernel, document_id, who.staff_id, at))

    async def _assignment(
        self, principal: Principal | None, number: str, assignment_id: str
    ) -> tuple[CaseFile, Mapping[str, Any]]:
        file = await self._desk.open(principal, number)
        return file, file.assignment(assignment_id)

    async def _write(self, work: Callable[[Tx, datetime], T], once: Once | None = None) -> T:
        at = self._desk.kernel.now()

        def run(tx: Tx) -> T:
            return work(tx, at)

        return await write_once(self._desk.store, self._desk.kernel.vault, once, at, run)
