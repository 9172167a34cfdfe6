"""Tracking: what a person sees and does with their code; it opens their part of one case and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from onewindow.access import codes, throttle
from onewindow.access import log as access_log
from onewindow.access.log import Look
from onewindow.access.principal import PartyKey
from onewindow.access.throttle import Throttle
from onewindow.clocks import rows as clock_rows
from onewindow.clocks.rows import ClockRow
from onewindow.documents.models import Document, Service, ServiceMethod
from onewindow.errors import NotFound, Refused
from onewindow.i18n import _, translate
from onewindow.office.types import (
    AssignmentRole,
    CaseId,
    DocumentId,
    PartyId,
    StaffId,
    TownshipCode,
    law_day,
)
from onewindow.office.views import Actor
from onewindow.registry import parties as party_rows
from onewindow.registry import timeline
from onewindow.registry.parties import BROUGHT, PartyRecord
from onewindow.registry.timeline import PARTIES, Shown, admitted_reader, party_actor, party_reader
from onewindow.routing import admitting, assignments, casefile, enclosures, papers, views
from onewindow.routing.assignments import OPEN
from onewindow.routing.commands import Command, Commands, Outcome
from onewindow.routing.context import Kernel
from onewindow.routing.opinions import has_consent
from onewindow.store import Store
from onewindow.store.tx import Tx

OWN_PAGE = _("当事人凭查询码打开的查询页面")


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as its addressee sees it; `redress` says to whom they may turn, `clock` until which day."""

    document: Document
    served_on: date | None = None
    redress: Mapping[str, str] | None = None
    clock: ClockRow | None = None


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a person sees of their matter: where it is, who has it, when it is due, and what was served on them."""

    number: str
    township: str
    category: str
    track: str
    sealed: bool
    phase: str
    state: str
    holder: str
    due_on: date | None
    registered_at: datetime
    received_at: datetime
    words: Mapping[str, str]
    party: PartyRecord
    clocks: Sequence[ClockRow]
    entries: Sequence[Shown]
    papers: Sequence[Paper]
    lead: Mapping[str, Any] | None
    looks: Sequence[Look]


class Tracking:
    """Opens cases by tracking code; attempts are limited by address."""

    def __init__(self, store: Store, kernel: Kernel, commands: Commands):
        self._store = store
        self._kernel = kernel
        self._commands = commands
        self._throttle = Throttle(store)

    async def open(self, code: str, *, address: str, lang: str = "zh") -> PartyKey:
        """The party whose code this is.

        Raises:
            BadInput: it cannot be a code, which costs no attempt.
            TooMany: too many wrong codes from this address.
            NotFound: nobody's code.
        """
        normal = codes.normalise(code)
        now = self._kernel.now()
        keys = throttle.code_keys(self._kernel.vault, address)
        await self._throttle.check(keys, now)

        def work(conn: Connection) -> tuple[PartyRecord, str] | None:
            try:
                party = party_rows.by_code(conn, self._kernel.vault, normal)
            except NotFound:
                return None
            return party, views.case_by_id(conn, party.case_id)["township"]

        found = await self._store.read(work)
        if found is None:
            await self._throttle.count(keys, now)
            raise NotFound(_("没有找到这个查询码，请核对回执"))
        party, township = found
        return PartyKey(CaseId(party.case_id), PartyId(party.id), TownshipCode(township), lang, party.mark)

    async def reopen(self, kept: Sequence[str], lang: str = "zh") -> list[tuple[str, PartyKey]]:
        """The keys of codes that a person keeps together on their own device; those that open nothing are left out.

        Only this request knows that they belong together: nothing of it is written anywhere.
        """

        def work(conn: Connection) -> list[tuple[str, PartyKey]]:
            found = []
            for code in kept:
                try:
                    party = party_rows.by_code(conn, self._kernel.vault, code)
                except NotFound:
                    continue
                township = TownshipCode(views.case_by_id(conn, party.case_id)["township"])
                key = PartyKey(CaseId(party.case_id), PartyId(party.id), township, lang, party.mark)
                found.append((code, key))
            return found

        return await self._store.read(work)

    async def view(self, key: PartyKey) -> Tracked:
        """The person's own part of their case.

        Raises:
            NotFound: the code opens nothing any more.
        """
        return await self._store.read(lambda c: self._view(c, key))

    def _view(self, conn: Connection, key: PartyKey) -> Tracked:
        kernel = self._kernel
        case = views.case_by_id(conn, key.case_id)
        party = self.require_party(conn, key)
        clocks = [c for c in clock_rows.of_case(conn, case["id"]) if _for_person(c)]
        marks = frozenset({PARTIES, party_reader(key.party_id)})
        shown: Mapping[str, Any] = case
        rows = views.assignments_of(conn, case["id"])
        if party.role not in BROUGHT:
            # Of a matter that others brought, an admitted party sees what they were admitted to.
            let_in = admitting.admissions(conn, kernel, key.case_id, key.party_id)
            clocks = [c for c in clocks if c.assignment_id in let_in]
            marks = frozenset({party_reader(key.party_id), *map(admitted_reader, let_in)})
            shown = _as_admitted(case, rows, let_in)
            rows = [row for row in rows if row["id"] in let_in]
        running = [c.lawful_on or c.early_on for c in clocks if c.status == "running"]
        documents = kernel.documents.of_case(conn, key.case_id)
        entries = timeline.read(conn, kernel.vault, key.case_id, marks)
        # What was issued to somebody else (an organ, a unit, the file) has an entry that no party reads.
        theirs = {entry.data["document"] for entry in entries if entry.kind == "issued"}
        served: dict[str, date] = {}
        for service in kernel.documents.services(conn, [d.id for d in documents]) if documents else []:
            if service.party_id in (None, key.party_id):
                served.setdefault(service.document_id, service.served_on)
            if service.party_id == key.party_id:
                theirs.add(service.document_id)
        return Tracked(
            number=case["number"],
            township=case["township"],
            category=case["category"],
            track=shown["track"],
            sealed=case["sealed"],
            phase=shown["phase"],
            state=shown["state"],
            holder=views.unit_title(kernel, shown["holder"]),
            due_on=min(running, default=None),
            registered_at=shown["registered_at"],
            received_at=shown["received_at"],
            words=_words(kernel, case, party),
            party=party,
            clocks=clocks,
            entries=entries,
            papers=self._papers(conn, [d for d in documents if d.id in theirs], served, clocks),
            lead=_lead(rows),
            looks=access_log.of_party(conn, kernel.vault, key.case_id, key.party_id),
        )

    def _papers(
        self, conn: Connection, documents: Sequence[Document], served: Mapping[str, date], clocks: Sequence[ClockRow]
    ) -> list[Paper]:
        redress = self._kernel.documents.redress(conn, [d.id for d in documents]) if documents else {}
        found = []
        for document in documents:
            above = redress.get(document.id)
            # A right that begins with service has no date before it.
            key = above.get("clock") if above and document.id in served else None
            clock = next((c for c in reversed(clocks) if key and c.key == key), None)
            found.append(Paper(document, served.get(document.id), above, clock))
        return found

    def require_party(self, conn: Connection, key: PartyKey) -> PartyRecord:
        """The party of a code.

        Raises:
            NotFound: they were erased, or have another code by now.
        """
        for party in party_rows.of_case(conn, self._kernel.vault, key.case_id):
            if party.id == key.party_id and not party.erased and key.mark in ("", party.mark):
                return party
        raise NotFound()

    async def document(self, key: PartyKey, document_id: str) -> tuple[Document, bytes]:
        """A document that was issued to this person, as it was printed.

        Raises:
            NotFound: there is none, or it is not for them.
        """
        seen = await self.view(key)
        paper = next((one for one in seen.papers if one.document.id == document_id), None)
        if paper is None:
            raise NotFound(_("没有找到这份文书"))
        found = await self._kernel.documents.read(DocumentId(document_id))
        at = self._kernel.now()

        def work(tx: Tx) -> None:
            access_log.note(
                tx,
                self._kernel.vault,
                at=at,
                actor=key.actor,
                case_id=key.case_id,
                what=f"document:{document_id}",
                party_id=key.party_id,
            )
            if paper.served_on is None:
                self._received(tx, key, found[0], at)

        await self._store.write(work)
        return found

    def _received(self, tx: Tx, key: PartyKey, document: Document, at: datetime) -> None:
        """Who agreed to electronic service has received what they open (民事诉讼法 第九十条)."""
        tx.flush()
        if not has_consent(tx, key.case_id, key.party_id):
            return
        standing = self._kernel.documents.services(tx.conn, [document.id])
        if any(service.party_id in (None, key.party_id) for service in standing):
            return
        service = Service(
            document_id=document.id,
            method=ServiceMethod.ELECTRONIC,
            served_on=law_day(at),
            recorded_by=StaffId(key.party_id),
            party_id=key.party_id,
            place=translate(OWN_PAGE),
        )
        papers.serve(tx, self._kernel, service, at, by_handler=False, actor=party_actor(key.party_id))

    async def offers(self, key: PartyKey) -> list[tuple[Mapping[str, Any], Any]]:
        """What this person may do by code, of every open assignment: (assignment, description)."""
        case, rows, open_to = await self._store.read(lambda c: self._rows(c, key))
        found: list[tuple[Mapping[str, Any], Any]] = []
        for row in rows:
            if row["id"] not in open_to:
                continue
            spec = assignments.spec_of(self._kernel.offices().manifest(row["office"]), row)
            if row["state"] not in OPEN or spec is None or not any("party" in a.by for a in spec.actions):
                continue
            view, clocks = await self._store.read(
                partial(self._for_office, case=case, rows=rows, assignment_id=row["id"])
            )
            actor = Actor(party_id=key.party_id, roles=("party",))
            description = await self._commands.describe(row, party_actor(key.party_id), actor, view, clocks)
            if description is not None:
                found.append((row, description))
        return found

    def _rows(
        self, conn: Connection, key: PartyKey
    ) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]], frozenset[str]]:
        """The case, its assignments, and those of them in which this party may act."""
        case, rows = views.case_by_id(conn, key.case_id), views.assignments_of(conn, key.case_id)
        if self.require_party(conn, key).role in BROUGHT:
            return case, rows, frozenset(row["id"] for row in rows)
        return case, rows, admitting.admissions(conn, self._kernel, key.case_id, key.party_id)

    def _for_office(
        self, conn: Connection, case: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], assignment_id: str
    ) -> tuple[Any, Any]:
        file = casefile.load(conn, self._kernel, case, rows)
        return casefile.office_view(self._kernel, file), casefile.clock_views(file, assignment_id)

    async def act(
        self, key: PartyKey, assignment_id: str, action: str, form: Mapping[str, Any], *, command_key: str
    ) -> Outcome:
        """Take an action that the office's procedure offers to a party.

        Raises:
            NotFound: no such assignment or action of theirs.
            Refused: the assignment is over.
        """
        case, rows, open_to = await self._store.read(lambda c: self._rows(c, key))
        row = next((r for r in rows if r["id"] == assignment_id and r["id"] in open_to), None)
        spec = assignments.spec_of(self._kernel.offices().manifest(row["office"]), row) if row else None
        declared = spec.action(action) if spec else None
        if row is None or declared is None or "party" not in declared.by:
            raise NotFound(_("没有这项操作"))
        if row["state"] not in OPEN:
            raise Refused(_("交办已结束，不能再办理"), rule="ended")
        marks = enclosures.party_marks(key.party_id)

        def load(conn: Connection) -> tuple[Any, Any]:
            enclosures.check_form(conn, self._kernel, key.case_id, declared.form, form, marks)
            return self._for_office(conn, case, rows, assignment_id)

        view, clocks = await self._store.read(load)
        command = Command(
            key=f"{key.party_id}:{command_key}",
            assignment=row,
            action=action,
            form=form,
            subject=party_actor(key.party_id),
            actor=Actor(party_id=key.party_id, roles=("party",)),
            view=view,
            clocks=clocks,
        )
        return await self._commands.act(command)

    async def command(self, key: PartyKey, command_key: str) -> str:
        """What became of this party's own command that got no reply in time.

        Raises:
            NotFound: they sent none with this key that stayed unconfirmed.
        """
        return await self._commands.state(f"{key.party_id}:{command_key}")


def _lead(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The assignment that says where the matter is: the lead that stands, else the last one."""
    standing = [row for row in rows if row["state"] in OPEN]
    leads = [row for row in standing or rows if row["role"] == AssignmentRole.LEAD]
    return leads[-1] if leads else (standing[-1] if standing else None)


def _as_admitted(
    case: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], let_in: frozenset[str]
) -> Mapping[str, Any]:
    """The case as it is for a party who was admitted to these assignments: the newest of them stands for it."""
    mine = [row for row in rows if row["id"] in let_in]
    if not mine:
        return case
    newest = mine[-1]
    return {
        "track": "",
        "phase": newest["phase"],
        "state": "open" if any(row["state"] in OPEN for row in mine) else "closed",
        "holder": newest["unit_id"],
        "registered_at": newest["sent_at"],
        "received_at": newest["sent_at"],
    }


def _for_person(clock: ClockRow) -> bool:
    """Whether a deadline is one that the person may hold somebody to."""
    return clock.protects == "person"


def _words(kernel: Kernel, case: Mapping[str, Any], party: PartyRecord) -> Mapping[str, str]:
    """The words that are a party's to read: what the matter says, or of one who joined it what they said themselves."""
    if party.role not in BROUGHT:
        return {}
    if party.joined:
        return {"text": party.personal.get("statement", "")}
    return papers.case_words(kernel, case)
