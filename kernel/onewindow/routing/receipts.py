"""The receipt with its QR, for whoever holds the code; and the proof of service that goes with a document."""

from typing import Any

from sqlalchemy import Connection, select

from onewindow.access import codes
from onewindow.access.principal import PartyKey
from onewindow.documents.models import Document
from onewindow.documents.service import DATA
from onewindow.documents.tables import DOCUMENT
from onewindow.errors import NotFound
from onewindow.i18n import _
from onewindow.office.types import CaseId, DocumentId, TownshipCode
from onewindow.registry import parties as party_rows
from onewindow.registry.timeline import CASE, OFFICE, Line, staff_actor
from onewindow.registry.timeline import append as write_line
from onewindow.routing import papers, views
from onewindow.routing.context import Kernel
from onewindow.store import Store
from onewindow.store.tx import Tx

RECEIPT = "receipt"
PROOF = "service_proof"


class Receipts:
    """Issues each party's receipt once; the same bytes whenever it is printed again."""

    def __init__(self, store: Store, kernel: Kernel):
        self._store = store
        self._kernel = kernel

    async def receipt(self, key: PartyKey, code: str) -> tuple[Document, bytes]:
        """The receipt of the party whose code this is. The code stands on it and nowhere in our records in clear."""
        shown = codes.show(codes.normalise(code))
        found = await self._store.read(lambda c: self._earlier(c, key, shown))
        if found is None:
            at = self._kernel.now()
            found = await self._store.write(lambda tx: self._issue(tx, key, shown, at))
        return await self._kernel.documents.read(found)

    def _earlier(self, conn: Connection, key: PartyKey, shown: str) -> DocumentId | None:
        query = select(DOCUMENT.c.id, DOCUMENT.c.data).where(
            DOCUMENT.c.case_id == key.case_id, DOCUMENT.c.kind == RECEIPT, DOCUMENT.c.data.is_not(None)
        )
        for document_id, data in conn.execute(query):
            if self._kernel.vault.open_json(DATA, data, context=document_id).get("code") == shown:
                return DocumentId(document_id)
        return None

    def _issue(self, tx: Tx, key: PartyKey, shown: str, at: Any) -> DocumentId:
        again = self._earlier(tx.conn, key, shown)
        if again is not None:
            return again
        case = views.case_by_id(tx.conn, key.case_id)
        township = self._kernel.organisation().townships.get(TownshipCode(case["township"]))
        party = next(p for p in party_rows.of_case(tx.conn, self._kernel.vault, key.case_id) if p.id == key.party_id)
        words = {"addressee": party.personal.get("name", "") or str(_("来访人"))}
        document = papers.kernel_document(
            tx,
            self._kernel,
            case,
            RECEIPT,
            str(_("登记回执")),
            at,
            words=words,
            organ=f"{township.name}综治中心" if township else "",
            code=shown,
        )
        return document.id

    async def proof(self, document_id: str, staff_id: str) -> str:
        """Issue the proof of service (送达回证) for a document, filled in as far as its service is recorded; its id."""
        at = self._kernel.now()

        def work(tx: Tx) -> str:
            document = self._kernel.documents.get(tx.conn, DocumentId(document_id))
            if document.kind == PROOF:
                raise NotFound()
            case = dict(tx.execute(select(CASE).where(CASE.c.id == document.case_id)).mappings().one())
            services = self._kernel.documents.services(tx.conn, [document.id])
            people = {p.id: p for p in party_rows.of_case(tx.conn, self._kernel.vault, case["id"])}
            words: dict[str, Any] = {"served": {"number": document.number, "title": document.title, "copies": 1}}
            if services:
                last = services[-1]
                party = people.get(last.party_id or "")
                words |= {
                    "recipient": party.personal.get("name", "") if party else "",
                    "place": last.place,
                    "method_title": str(METHODS[last.method.value]),
                    "served_on": last.served_on.isoformat(),
                    "received_by": last.received_by,
                    "relation": last.relation,
                    "witnesses": [{"name": name} for name in last.witnesses],
                    "tracking_no": last.tracking_no or "",
                    "note": last.note,
                }
            made = papers.kernel_document(
                tx,
                self._kernel,
                case,
                PROOF,
                str(_("送达回证")),
                at,
                words=words,
                organ=document.organ,
                assignment_id=document.assignment_id,
                issued_by=staff_id,
            )
            data = {"document": made.id, "kind": made.kind, "number": made.number, "title": made.title}
            line = Line("issued", at, staff_actor(staff_id), (OFFICE,), data)
            write_line(tx, self._kernel.vault, CaseId(case["id"]), line)
            return made.id

        return await self._store.write(work)


METHODS = {
    "in_person": _("直接送达"),
    "post": _("邮寄送达"),
    "electronic": _("电子送达"),
    "left": _("留置送达"),
    "refused": _("拒收"),
    "notice": _("公告送达"),
    "by_somebody": _("转交送达"),
}
