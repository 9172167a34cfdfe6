"""The proof of service (送达回证) that goes with a document, filled in as far as its service is recorded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from onewindow.documents.attachments import Prepared, Purpose
from onewindow.documents.models import Service, ServiceMethod
from onewindow.documents.serving import NOTICE_DAYS
from onewindow.errors import NotFound, Refused
from onewindow.i18n import _
from onewindow.office.types import DocumentId, StaffId
from onewindow.registry import parties as party_rows
from onewindow.registry import timeline
from onewindow.registry.timeline import CASE, OFFICE, Line, party_reader, staff_actor
from onewindow.routing import enclosures, papers
from onewindow.routing.context import Kernel
from onewindow.store.tx import Tx

KIND = "service_proof"
METHODS = {
    "in_person": _("直接送达"),
    "post": _("邮寄送达"),
    "electronic": _("电子送达"),
    "left": _("留置送达"),
    "refused": _("拒收"),
    "notice": _("公告送达"),
    "by_somebody": _("转交送达"),
}

# Of these the form has a line of its own for why and how.
REASONED = ("left", "refused", "by_somebody")


def _name(kernel: Kernel, staff_id: str) -> str:
    person = kernel.organisation().staff.get(StaffId(staff_id))
    return person.name if person else ""


def _remarks(service: Service) -> str:
    """What the form has no line for: when it was posted or published, and that pictures show how it was done."""
    said = [service.note]
    if service.sent_on is not None and service.method is ServiceMethod.NOTICE:
        days = service.period_days or NOTICE_DAYS
        said.append(f"{service.sent_on.isoformat()} 公告，公告期 {days} 日，期满视为送达")
    elif service.sent_on is not None:
        said.append(f"{service.sent_on.isoformat()} 交寄")
    if service.recorded:
        said.append("送达过程已拍照、录像")
    return "。".join(part for part in said if part)


def scanned(
    tx: Tx, kernel: Kernel, case_id: str, service: Service, files: Sequence[Prepared], staff_id: str, at: datetime
) -> Service:
    """The service with its signed proof attached: the files are added to the case, what it named there is checked.

    Raises:
        NotFound: a named piece of material is not in this case.
    """
    for named in service.scans:
        if kernel.attachments.get(tx.conn, named).case_id != case_id:
            raise NotFound(enclosures.GONE)
    if not files:
        return service
    readers = (OFFICE, *((party_reader(service.party_id),) if service.party_id else ()))
    added = enclosures.add(
        tx,
        kernel,
        case_id,
        files,
        by=staff_actor(staff_id),
        purpose=Purpose.SERVICE,
        readers=readers,
        at=at,
        party_id=service.party_id,
    )
    return replace(service, scans=(*service.scans, *added))


def issue(tx: Tx, kernel: Kernel, document_id: str, staff_id: str, at: datetime) -> str:
    """Issue the proof of service of a document, blank where nothing is recorded yet; its id.

    Raises:
        NotFound: no such document.
        Refused: a proof of service has none of its own.
    """
    document = kernel.documents.get(tx.conn, DocumentId(document_id))
    if document.kind == KIND:
        raise Refused(_("送达回证本身不需要送达回证"), rule="proof")
    case = dict(tx.execute(select(CASE).where(CASE.c.id == document.case_id)).mappings().one())
    words: dict[str, Any] = {"served": {"number": document.number, "title": document.title, "copies": 1}}
    services = kernel.documents.services(tx.conn, [document.id])
    if services:
        last = services[-1]
        people = {p.id: p for p in party_rows.of_case(tx.conn, kernel.vault, case["id"])}
        party = people.get(last.party_id or "")
        words |= {
            "served_by": [served_by] if (served_by := _name(kernel, last.recorded_by)) else [],
            "recipient": party.personal.get("name", "") if party else "",
            "place": last.place,
            "method_title": str(METHODS[last.method.value]),
            "served_on": last.served_on.isoformat(),
            "received_by": last.received_by,
            "relation": last.relation,
            "witnesses": [{"name": name} for name in last.witnesses],
            "tracking_no": last.tracking_no or "",
            "note": "" if last.method.value in REASONED else _remarks(last),
            "refusal": _remarks(last) if last.method.value in REASONED else "",
        }
    made = papers.kernel_document(
        tx,
        kernel,
        case,
        KIND,
        str(_("送达回证")),
        at,
        words=words,
        organ=document.organ,
        assignment_id=document.assignment_id,
        issued_by=staff_id,
    )
    data = {"document": made.id, "kind": made.kind, "number": made.number, "title": made.title}
    timeline.append(tx, kernel.vault, case["id"], Line("issued", at, staff_actor(staff_id), (OFFICE,), data))
    return made.id
