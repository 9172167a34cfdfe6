"""The desk: what people do with cases, each call checked here against the policy, for the API and the pages alike."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, update

from onewindow.access import guard
from onewindow.access import log as access_log
from onewindow.access.actions import Action
from onewindow.access.masking import refuse_masked
from onewindow.access.policy import capacities, reach
from onewindow.access.principal import Principal, Target
from onewindow.documents.models import Document
from onewindow.errors import BadInput, NotFound, Stale
from onewindow.i18n import _
from onewindow.office.types import CaseId, DocumentId, PartyId, TownshipCode
from onewindow.registry import parties as party_rows
from onewindow.registry import timeline
from onewindow.registry.catalogue import categories
from onewindow.registry.catalogue import sealed as is_sealed
from onewindow.registry.parties import PERSONAL, PartyRecord
from onewindow.registry.search import copies
from onewindow.registry.timeline import CASE, OFFICE, PARTIES, SEALED, Line, Shown, Verdict, staff_actor
from onewindow.routing import casefile, listing, targets, views
from onewindow.routing.admitting import KIND as ADMISSION
from onewindow.routing.casefile import CaseFile
from onewindow.routing.context import Kernel
from onewindow.routing.papers import CASE_BODY
from onewindow.store import Store
from onewindow.store.tx import Tx

T = TypeVar("T")
RECEIPT = "receipt"


class Desk:
    """Reading and correcting cases."""

    def __init__(self, store: Store, kernel: Kernel):
        self.store = store
        self.kernel = kernel

    # Loading ---------------------------------------------------------------------------------------------------------

    def load(self, conn: Connection, case: Mapping[str, Any]) -> CaseFile:
        """A case's file, unchecked."""
        return casefile.load(conn, self.kernel, case)

    async def open(self, principal: Principal | None, number: str, action: Action = Action.CASE_READ) -> CaseFile:
        """A case's file, for whoever may take `action` on it.

        Raises:
            NotFound: no such case, or none that this person may know of.
            Forbidden: they may see it but not do this.
        """
        return await self.store.read(lambda c: self.checked(c, principal, action, views.find_by_number(c, number)))

    def checked(
        self, conn: Connection, principal: Principal | None, action: Action, case: Mapping[str, Any] | None
    ) -> CaseFile:
        """A case's file once the policy has said yes. What one may not know of takes the same steps as what is not."""
        rows = views.assignments_of(conn, case["id"] if case is not None else "")
        if case is None:
            # Word for word what `require` says of a case that they may not know of.
            guard.require_staff(principal)
            raise NotFound()
        guard.require(principal, action, targets.of_case(case, rows, self.kernel.organisation()))
        return casefile.load(conn, self.kernel, case, rows)

    def target_of(self, file: CaseFile, assignment_id: str) -> Target:
        """The target of an action on one assignment of a case."""
        row = file.assignment(assignment_id)
        return targets.of_assignment(file.case, row, file.assignments, self.kernel.organisation())

    def roles(self, principal: Principal, file: CaseFile, assignment_id: str) -> tuple[str, ...]:
        """In which capacities somebody stands to an assignment."""
        return tuple(sorted(capacities(principal, self.target_of(file, assignment_id))))

    # Lists -----------------------------------------------------------------------------------------------------------

    async def cases(
        self,
        principal: Principal | None,
        filters: listing.Filters,
        *,
        after: str | None = None,
        before: str | None = None,
        limit: int = listing.PAGE,
    ) -> listing.Page:
        """The cases that somebody may see, newest first."""
        parts = reach(self._staff(principal))
        organisation = self.kernel.organisation()
        return await self.store.read(
            lambda c: listing.cases(c, parts, organisation, filters, after=after, before=before, limit=limit)
        )

    async def queue(self, principal: Principal | None, **narrowing: Any) -> listing.Page:
        """The assignments that somebody may see (see `listing.queue`)."""
        parts = reach(self._staff(principal))
        organisation = self.kernel.organisation()
        return await self.store.read(lambda c: listing.queue(c, parts, organisation, **narrowing))

    async def window(self, principal: Principal | None, township: str) -> Mapping[str, Any]:
        """What waits at the window: its own queue, what nobody signed for, and objections to rule."""
        who = self._staff(principal)
        parts = reach(who)
        organisation = self.kernel.organisation()
        covered = [who.staff_id, *organisation.stands_for(who.staff_id, self.kernel.now())]

        def work(conn: Connection) -> Mapping[str, Any]:
            return {
                "queue": listing.window_queue(conn, parts, organisation, township),
                "unsigned": listing.unsigned_for(conn, parts, organisation, [str(s) for s in covered]),
                "objections": listing.open_objections(conn, parts, organisation, township),
            }

        return await self.store.read(work)

    def _staff(self, principal: Principal | None) -> Principal:
        # May somebody list at all is asked by reach: who reaches nothing sees an empty list.
        return guard.require_staff(principal)

    # One case --------------------------------------------------------------------------------------------------------

    async def read(self, principal: Principal | None, number: str) -> CaseFile:
        """A case with masked parties; the look is logged."""
        file = await self.open(principal, number)
        assert principal is not None
        await self._log(principal, file, Action.CASE_READ.value)
        return file

    async def timeline(self, principal: Principal | None, number: str) -> list[Shown]:
        """The history of a case, as far as its readers go."""
        file = await self.open(principal, number)
        marks = frozenset({OFFICE, PARTIES, *([SEALED] if file.case["sealed"] else [])})
        return await self.store.read(lambda c: timeline.read(c, self.kernel.vault, file.case["id"], marks))

    async def verify(self, principal: Principal | None, number: str) -> Verdict:
        """Whether the chain of a case's history holds."""
        file = await self.open(principal, number)
        return await self.store.read(lambda c: timeline.verify(c, self.kernel.vault, file.case["id"]))

    async def reveal(
        self,
        principal: Principal | None,
        number: str,
        party_id: str,
        reason: str,
        *,
        fields: Sequence[str] = PERSONAL,
    ) -> Mapping[str, str]:
        """A party's personal fields in clear, all or some, for a reason, logged before they are shown."""
        file = await self.open(principal, number)
        guard.require(principal, guard.reveal_action(file.target), file.target, reason=reason)
        assert principal is not None
        party = self._party(file, party_id)
        await self._log(principal, file, "reveal:" + ",".join(fields), party_id=party.id, reason=reason)
        return {name: party.personal.get(name, "") for name in fields}

    async def correct(
        self,
        principal: Principal | None,
        number: str,
        *,
        reason: str,
        expect: int | None,
        words: Mapping[str, str] | None = None,
        parties: Mapping[str, Mapping[str, str]] | None = None,
        category: str | None = None,
    ) -> int:
        """Correct what was registered; the case's new version. The earlier words stay in the timeline.

        Raises:
            Stale: the case is not at version `expect`.
            BadInput: a masked value was sent back, or the category would seal the case, which a change of track does.
        """
        file = await self.open(principal, number, Action.CASE_CORRECT)
        assert principal is not None
        if expect is not None and expect != file.case["version"]:
            raise Stale()
        for changes in (parties or {}).values():
            refuse_masked(changes)
        if category is not None and category not in categories():
            raise BadInput(_("没有这个类别"), field="category", remedy=_("从列表中选择"))
        if category is not None and not file.case["sealed"] and is_sealed(file.case["track"], category):
            raise BadInput(_("这个类别的事项是密件"), field="category", remedy=_("用“变更事项轨”，事项随之转为密件"))
        at, case_id, vault = self.kernel.now(), file.case["id"], self.kernel.vault
        new_words = {**file.words, **{k: v for k, v in (words or {}).items() if v is not None}}
        if not new_words.get("text", "").strip():
            raise BadInput(_("诉求内容不能为空"), field="text", remedy=_("写明反映的事情"))

        def work(tx: Tx) -> int:
            changed: list[str] = [k for k in new_words if new_words[k] != file.words.get(k)]
            values: dict[str, Any] = {}
            if changed:
                values["body"] = vault.seal_json(CASE_BODY, new_words, context=case_id)
            if category is not None and category != file.case["category"]:
                values["category"] = category
                changed.append("category")
            if values:
                tx.execute(update(CASE).where(CASE.c.id == case_id).values(**values))
                copies.mark(tx, case_id)
            for party_id, fields in (parties or {}).items():
                fields_changed = party_rows.correct(tx, vault, self._party(file, party_id), fields)
                changed += [f"party.{name}" for name in fields_changed]
            data = {"fields": changed, "category": category}
            before = {k: file.words.get(k, "") for k in changed if k in new_words}
            line = Line("corrected", at, staff_actor(principal.staff_id), (OFFICE,), data, {"reason": reason, **before})
            return timeline.append(tx, vault, case_id, line, expect=expect)

        return await self.store.write(work)

    def _party(self, file: CaseFile, party_id: str) -> PartyRecord:
        for party in file.parties:
            if party.id == party_id:
                return party
        raise NotFound(_("没有这位当事人"))

    # Documents -------------------------------------------------------------------------------------------------------

    async def document(self, principal: Principal | None, document_id: str) -> tuple[Document, bytes]:
        """A document's bytes, for who may read its case; the look is logged.

        Raises:
            NotFound: there is none; a receipt carries a code and is printed only for whoever holds that code.
        """
        file = await self.file_of_document(principal, document_id)
        guard.require(principal, Action.DOCUMENT_READ, file.target)
        if any(d.id == document_id and d.kind == RECEIPT for d in file.documents):
            raise NotFound(_("回执凭查询码打印"))
        if any(d.id == document_id and d.kind == ADMISSION for d in file.documents):
            # It carries a party's code: who handles the case must not be able to speak for them.
            guard.require(principal, Action.CASE_PARTY_PAPER, file.target)
        assert principal is not None
        await self._log(principal, file, f"document:{document_id}")
        return await self.kernel.documents.read(DocumentId(document_id))

    async def file_of_document(self, principal: Principal | None, document_id: str) -> CaseFile:
        def work(conn: Connection) -> CaseFile:
            try:
                case = views.case_by_id(conn, self.kernel.documents.get(conn, DocumentId(document_id)).case_id)
            except NotFound:
                return self.checked(conn, principal, Action.DOCUMENT_READ, None)
            return self.checked(conn, principal, Action.DOCUMENT_READ, case)

        return await self.store.read(work)

    async def _log(
        self, principal: Principal, file: CaseFile, what: str, *, party_id: str | None = None, reason: str = ""
    ) -> None:
        at = self.kernel.now()

        def work(tx: Tx) -> None:
            access_log.note(
                tx,
                self.kernel.vault,
                at=at,
                actor=principal.staff_id,
                case_id=CaseId(file.case["id"]),
                what=what,
                party_id=PartyId(party_id) if party_id else None,
                reason=reason,
            )

        await self.store.write(work)

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run a change in the lane."""
        return await self.store.write(work)

    def township_name(self, code: str) -> str:
        row = self.kernel.organisation().townships.get(TownshipCode(code))
        return row.name if row else code
