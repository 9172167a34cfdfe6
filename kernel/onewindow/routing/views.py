"""The view of a case that travels with a command: what this actor is entitled to, stored nowhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select

from onewindow.clocks import rows as clock_rows
from onewindow.documents.tables import SERVICE
from onewindow.errors import NotFound
from onewindow.i18n import translate
from onewindow.office.types import AssignmentRole, AssignmentState, CaseId, PartyRole, Track, UnitId
from onewindow.office.views import AssignmentView, CaseView, ClockView, DocumentView, PartyView
from onewindow.registry import parties as party_rows
from onewindow.registry.catalogue import shown_title
from onewindow.registry.timeline import CASE
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.routing.carry import ANSWER
from onewindow.routing.context import Kernel
from onewindow.routing.papers import case_words

_BY_ID = select(CASE).where(CASE.c.id == bindparam("case"))
_BY_NUMBER = select(CASE).where(CASE.c.number == bindparam("number"))
_ASSIGNMENTS = select(ASSIGNMENT).where(ASSIGNMENT.c.case_id == bindparam("case")).order_by(ASSIGNMENT.c.id)


def case_by_id(conn: Connection, case_id: str) -> dict[str, Any]:
    """A case's row.

    Raises:
        NotFound: no such case.
    """
    row = conn.execute(_BY_ID, {"case": case_id}).mappings().one_or_none()
    if row is None:
        raise NotFound()
    return dict(row)


def find_by_number(conn: Connection, number: str) -> dict[str, Any] | None:
    """A case's row by its number, if there is one."""
    row = conn.execute(_BY_NUMBER, {"number": number}).mappings().one_or_none()
    return dict(row) if row is not None else None


def assignments_of(conn: Connection, case_id: str) -> list[dict[str, Any]]:
    """A case's assignments in the order in which they were made."""
    return [dict(row) for row in conn.execute(_ASSIGNMENTS, {"case": case_id}).mappings()]


def unit_title(kernel: Kernel, unit_id: str | None) -> str:
    unit = kernel.organisation().units.get(UnitId(unit_id)) if unit_id else None
    return unit.name if unit else ""


def clock_views(conn: Connection, case_id: str, assignment_id: str | None = None) -> dict[str, ClockView]:
    """The clocks of a case, or those that concern one assignment; of several of one name the newest."""
    return {
        row.key: row.view()
        for row in clock_rows.of_case(conn, case_id)
        if assignment_id is None or row.assignment_id in (None, assignment_id)
    }


def case_view(conn: Connection, kernel: Kernel, case: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> CaseView:
    """The case for an office's rules: its words and parties with their personal fields masked."""
    words = case_words(kernel, case)
    documents = kernel.documents.of_case(conn, CaseId(case["id"]))
    served: dict[str, Any] = {}
    if documents:
        query = select(SERVICE.c.document_id, SERVICE.c.served_on).where(
            SERVICE.c.document_id.in_([d.id for d in documents])
        )
        for document_id, served_on in conn.execute(query.order_by(SERVICE.c.id)):
            served.setdefault(document_id, served_on)
    people = []
    for party in party_rows.of_case(conn, kernel.vault, case["id"]):
        masked = party.masked()
        people.append(
            PartyView(
                id=party.id,
                role=PartyRole(party.role),
                kind=party.kind,
                name=masked["name"],
                contact=masked["phone"],
                address=masked["address"],
                anonymous=party.anonymous,
                unit_id=UnitId(party.unit_id) if party.unit_id else None,
            )
        )
    return CaseView(
        id=case["id"],
        number=case["number"],
        township=case["township"],
        category=case["category"],
        category_title=translate(shown_title(case["category"], insider=True)),
        track=Track(case["track"]),
        channel=case["channel"],
        sealed=case["sealed"],
        text=words.get("text", ""),
        request=words.get("request", ""),
        place=words.get("place", ""),
        registered_at=case["registered_at"],
        received_at=case["received_at"],
        parties=tuple(people),
        assignments=tuple(assignment_view(kernel, row) for row in rows),
        documents=tuple(
            DocumentView(
                id=d.id,
                kind=d.kind,
                title=d.title,
                number=d.number,
                issued_on=d.issued_on,
                served_on=served.get(d.id),
            )
            for d in documents
        ),
    )


def assignment_view(kernel: Kernel, row: Mapping[str, Any]) -> AssignmentView:
    """An assignment as an office may see it, with its answer where one was given."""
    unit = kernel.organisation().units.get(UnitId(row["unit_id"])) if row["unit_id"] else None
    answer = kernel.vault.open_text(ANSWER, row["answer"], context=row["id"]) if row["answer"] is not None else ""
    return AssignmentView(
        id=row["id"],
        unit_id=row["unit_id"] or "",
        unit_title=unit.name if unit else "",
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
