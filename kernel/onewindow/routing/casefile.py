"""A case with everything that hangs on it, loaded once: for its page, and for the view that travels with a command."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from onewindow.access.principal import Target
from onewindow.clocks import rows as clock_rows
from onewindow.clocks.rows import ClockRow
from onewindow.documents.models import Document, Service
from onewindow.errors import NotFound
from onewindow.i18n import _, translate
from onewindow.office.types import AssignmentRole, AssignmentState, CaseId, PartyRole, Track, UnitId
from onewindow.office.views import AssignmentView, CaseView, ClockView, DocumentView, PartyView
from onewindow.registry import parties as party_rows
from onewindow.registry.catalogue import shown_title
from onewindow.registry.parties import PartyRecord
from onewindow.routing import deadlines, targets, views
from onewindow.routing.carry import ANSWER
from onewindow.routing.context import Kernel
from onewindow.routing.papers import case_words


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with everything on its page that the kernel itself knows; personal fields masked."""

    case: Mapping[str, Any]
    words: Mapping[str, str]
    parties: Sequence[PartyRecord]
    assignments: Sequence[Mapping[str, Any]]
    clocks: Sequence[ClockRow]
    documents: Sequence[Document]
    services: Sequence[Service]
    target: Target

    def assignment(self, assignment_id: str) -> Mapping[str, Any]:
        """One of its assignments.

        Raises:
            NotFound: it has none with this id.
        """
        for row in self.assignments:
            if row["id"] == assignment_id:
                return row
        raise NotFound(_("交办不存在"))


def load(
    conn: Connection, kernel: Kernel, case: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] | None = None
) -> CaseFile:
    """A case's file, unchecked; `rows` are its assignments where they are known already."""
    if rows is None:
        rows = views.assignments_of(conn, case["id"])
    documents = kernel.documents.of_case(conn, CaseId(case["id"]))
    return CaseFile(
        case,
        case_words(kernel, case),
        party_rows.of_case(conn, kernel.vault, case["id"]),
        rows,
        clock_rows.of_case(conn, case["id"]),
        documents,
        kernel.documents.services(conn, [d.id for d in documents]) if documents else [],
        targets.of_case(case, rows, kernel.organisation()),
    )


def clock_views(file: CaseFile, assignment_id: str) -> dict[str, ClockView]:
    """The clocks that concern one assignment; of several of one name the newest."""
    return {row.key: row.view() for row in file.clocks if row.assignment_id in (None, assignment_id)}


def _party(party: PartyRecord) -> PartyView:
    masked = party.masked()
    return PartyView(
        id=party.id,
        role=PartyRole(party.role),
        kind=party.kind,
        name=masked["name"],
        contact=masked["phone"],
        address=masked["address"],
        anonymous=party.anonymous,
        unit_id=UnitId(party.unit_id) if party.unit_id else None,
    )


def office_view(kernel: Kernel, file: CaseFile) -> CaseView:
    """The case for an office's rules: its words and parties with their personal fields masked."""
    case = file.case
    served: dict[str, date] = {}
    for service in file.services:
        served.setdefault(service.document_id, service.served_on)
    return CaseView(
        id=case["id"],
        number=case["number"],
        township=case["township"],
        category=case["category"],
        category_title=translate(shown_title(case["category"], insider=True)),
        track=Track(case["track"]),
        channel=case["channel"],
        sealed=case["sealed"],
        text=file.words.get("text", ""),
        request=file.words.get("request", ""),
        place=file.words.get("place", ""),
        registered_at=case["registered_at"],
        received_at=case["received_at"],
        profiles=tuple(sorted(deadlines.profiles(kernel.profile))),
        parties=tuple(_party(party) for party in file.parties),
        assignments=tuple(assignment_view(kernel, row) for row in file.assignments),
        documents=tuple(
            DocumentView(
                id=d.id,
                kind=d.kind,
                title=d.title,
                number=d.number,
                issued_on=d.issued_on,
                served_on=served.get(d.id),
            )
            for d in file.documents
        ),
    )


def assignment_view(kernel: Kernel, row: Mapping[str, Any]) -> AssignmentView:
    """An assignment as an office may see it, with its answer where one was given."""
    unit = kernel.organisation().units.get(UnitId(row["unit_id"])) if row["unit_id"] else None
    answer = kernel.vault.open_text(ANSWER, row["answer"], context=row["id"]) if row["answer"] is not None else ""
    return AssignmentView(
        id=row["id"],
        unit_id=row["unit_id"] or "",
        unit_title=kernel.organisation().title(unit.id) if unit else "",
        organ=unit.organ if unit else "",
        office=row["office"],
        role=AssignmentRole(row["role"]),
        state=AssignmentState(row["state"]),
        purpose=row["purpose"],
        round=row["round"],
        officer=row["officer"],
        answer=answer,
        sent_at=row["sent_at"],
        received_at=row["received_at"],
    )
