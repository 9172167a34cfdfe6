"""Correcting a service that was recorded wrongly: what hung on its date is put right, the mistake stays on record."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from onewindow.clocks import extensions
from onewindow.clocks import rows as clock_rows
from onewindow.clocks import service as clocks
from onewindow.clocks.compute import day_start
from onewindow.documents.models import Document, Service
from onewindow.errors import NotFound
from onewindow.i18n import _
from onewindow.office.types import StaffId
from onewindow.registry import timeline
from onewindow.registry.timeline import OFFICE, PARTIES, Line, party_reader, staff_actor
from onewindow.routing import assignments, deadlines, papers
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.routing.context import Kernel
from onewindow.routing.papers import Served
from onewindow.store.tx import Tx


def correct(
    tx: Tx,
    kernel: Kernel,
    service_id: str,
    right: Service | None,
    staff_id: str,
    at: datetime,
    *,
    document_id: str,
    reason: str,
) -> Served:
    """Declare a service void; `right` is how it really was, None where the document was not served at all.

    Raises:
        NotFound: no such service of this document.
        Conflict: it was corrected before.
        Refused, BadInput: the proof does not carry the right one; then the wrong one stands.
    """
    wrong = kernel.documents.void_service(tx, service_id, by=StaffId(staff_id), now=at)
    if wrong.document_id != document_id:
        raise NotFound(_("没有这条送达记录"))
    document = kernel.documents.get(tx.conn, wrong.document_id)
    readers = (OFFICE, party_reader(wrong.party_id) if wrong.party_id else PARTIES)
    data = {
        "document": document.id,
        "number": document.number,
        "title": document.title,
        "method": wrong.method.value,
        "served_on": wrong.served_on.isoformat(),
        "right": right is not None,
    }
    line = Line("service-void", at, staff_actor(staff_id), readers, data, {"reason": reason})
    timeline.append(tx, kernel.vault, document.case_id, line)
    extensions.reset_extension(tx, document.id, at, kernel.book)
    # Another service of the same document that stands (of another addressee) may carry the clocks by itself.
    others = [one.served_on for one in kernel.documents.services(tx.conn, [document.id])]
    dates = [*others, *([right.served_on] if right is not None else [])]
    _put_right(tx, kernel, document, wrong.served_on, min(dates, default=None), at)
    if right is None:
        deadlines.refresh_due(tx, document.case_id)
        return Served(service_id, document)
    return papers.serve(tx, kernel, right, at, by_handler=False, proof=True)


def _put_right(tx: Tx, kernel: Kernel, document: Document, wrong: date, right: date | None, at: datetime) -> None:
    """Move, or take back, what the wrong date started and stopped."""
    if document.assignment_id is None:
        return
    found = tx.execute(select(ASSIGNMENT).where(ASSIGNMENT.c.id == document.assignment_id)).mappings().one()
    row: Mapping[str, Any] = dict(found)
    spec = assignments.spec_of(kernel.offices().manifest(row["office"]), row)
    if spec is None or right == wrong:
        return
    by_key = {clock.key: clock for clock in spec.clocks}
    for clock in clock_rows.of_case(tx, document.case_id):
        declared = by_key.get(clock.key)
        if declared is None or clock.assignment_id not in (None, row["id"]):
            continue
        starts = declared.starts.fact == "served" and document.kind in declared.starts.of
        if starts and clock.started_at == day_start(wrong) and clock.status != "stopped":
            if right is not None:
                clocks.restart(tx, clock.id, right, at, kernel.book)
            else:
                clocks.stop(tx, clock.id, at, kernel.book)
        stops = any(moment.fact == "served" and document.kind in moment.of for moment in declared.stops)
        if stops and clock.status == "stopped" and clock.stopped_at == day_start(wrong):
            clocks.unstop(tx, clock.id)
            if right is not None:
                clocks.stop(tx, clock.id, day_start(right), kernel.book)
