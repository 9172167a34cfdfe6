"""Documents on a case's page: what there is, how it was served, and what this reader may do about it."""

from collections.abc import Callable, Sequence
from typing import Any

from onewindow.access.actions import Action
from onewindow.documents.models import Document, DocumentState, Service
from onewindow.i18n import _
from onewindow.office.types import law_day
from onewindow.routing.admitting import KIND as ADMISSION
from onewindow.routing.casefile import CaseFile
from onewindow.web import formatting, own_forms
from onewindow.web.operations import Operations
from onewindow.web.present import Presenter
from onewindow.web.wishespage import corrections

LETTER = "paper_letter"
RECEIPT = "receipt"
PROOF = "service_proof"
READABLE = (DocumentState.READY, DocumentState.PENDING, DocumentState.WAITING)


class PapersPart:
    """The part of a case's page about its documents."""

    def __init__(
        self, file: CaseFile, known: Presenter, may: Callable[[Action], bool], operations: Operations, href: str
    ) -> None:
        self.file = file
        self.known = known
        self.may = may
        self.operations = operations
        self.href = href

    def documents(self) -> list[dict[str, Any]]:
        """The documents, newest first."""
        return [self._document(document) for document in reversed(self.file.documents)]

    # Documents -------------------------------------------------------------------------------------------------------

    def _document(self, document: Document) -> dict[str, Any]:
        # A receipt carries its holder's code: only they print it.
        reading = Action.CASE_PARTY_PAPER if document.kind == ADMISSION else Action.DOCUMENT_READ
        readable = document.kind != RECEIPT and document.state in READABLE and self.may(reading)
        services = [service for service in self.file.services if service.document_id == document.id]
        internal = document.kind in (RECEIPT, LETTER, PROOF)
        return {
            "title": self.known.say(document.title, domain=document.office),
            "number": document.number,
            "state": document.state.value,
            "issued_at": document.issued_at,
            "organ": document.organ,
            "href": f"/documents/{document.id}.pdf" if readable else None,
            "to_serve": not internal,
            "services": [self._service(service) for service in services],
            "operations": [] if internal else self._serving(document, services),
        }

    def _service(self, service: Service) -> dict[str, Any]:
        party = next((p for p in self.file.parties if p.id == service.party_id), None)
        return {
            "method": service.method.value,
            "served_on": service.served_on,
            "recorded_by": self.known.staff(service.recorded_by) or self.known.say(_("本人打开")),
            "scans": [f"/materials/{scan}" for scan in service.scans],
            "party": self.known.party_name(party) if party else None,
        }

    def _serving(self, document: Document, services: Sequence[Service]) -> list[dict[str, Any]]:
        if not self.may(Action.DOCUMENT_SERVE):
            return []
        make, href = self.operations.make, f"{self.href}/documents/{document.id}"
        first = next((p.id for p in self.file.parties if p.role in ("applicant", "agent") and not p.anonymous), None)
        values = {"served_on": law_day(self.known.centre.now()).isoformat(), "party": first}
        tone = "outline-primary" if services else "primary"
        found = [
            make(f"serve:{document.id}", _("登记送达"), f"{href}/serve", own_forms.Service, values=values, tone=tone),
            make(f"proof:{document.id}", _("打印送达回证"), f"{href}/proof"),
        ]
        if services and self.may(Action.DOCUMENT_SERVE_LATE):
            found += corrections(document, services, self.operations, href, self._correct)
        return found

    def _correct(self, service: Service) -> str:
        on = formatting.day(service.served_on, self.known.lang)
        return self.known.say(_("更正 {day} 的送达记录"), day=on)
