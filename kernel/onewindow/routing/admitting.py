"""Letting a party into a matter that others brought: a code of their own, and what it opens (登记以外的当事人)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from onewindow.access import codes
from onewindow.errors import Refused
from onewindow.i18n import _
from onewindow.office.types import law_day
from onewindow.registry import parties as party_rows
from onewindow.registry import timeline
from onewindow.registry.parties import BROUGHT
from onewindow.registry.timeline import OFFICE, Line, Shown, party_reader
from onewindow.routing import papers
from onewindow.routing.context import Kernel
from onewindow.store.tx import Tx

KIND = "admission"
ADMITTED = "admitted"


def admit(
    tx: Tx, kernel: Kernel, case: Mapping[str, Any], row: Mapping[str, Any], role: str, at: datetime, actor: str
) -> None:
    """Admit the parties of a role to what one assignment tells them; those who have no code get one on a letter.

    Raises:
        Refused: nobody has this role, or it is one of those who brought the matter and have their codes.
    """
    tx.flush()
    found = [p for p in party_rows.of_case(tx.conn, kernel.vault, case["id"]) if p.role == role and not p.erased]
    if role in BROUGHT or not found:
        raise Refused(_("没有可以通知参加的当事人"), rule="nobody-to-admit")
    for party in found:
        data: dict[str, Any] = {"party": party.id, "assignment": row["id"]}
        line = Line(ADMITTED, at, actor, (OFFICE, party_reader(party.id)), data)
        timeline.append(tx, kernel.vault, case["id"], line)
        code = party_rows.give_code(tx, kernel.vault, party.id)
        if code is not None:
            _letter(tx, kernel, case, row, party.id, code, at)


def _letter(
    tx: Tx, kernel: Kernel, case: Mapping[str, Any], row: Mapping[str, Any], party: str, code: str, at: datetime
) -> None:
    document = papers.kernel_document(
        tx,
        kernel,
        case,
        KIND,
        str(_("查询码告知书")),
        at,
        words={"told_on": law_day(at).isoformat()},
        organ=papers.organ_of(kernel, row["unit_id"]),
        code=codes.show(code),
        assignment_id=row["id"],
        party_id=party,
    )
    data = {"document": document.id, "kind": KIND, "number": document.number, "title": document.title}
    line = Line("issued", at, timeline.SYSTEM, (OFFICE, party_reader(party)), data)
    timeline.append(tx, kernel.vault, case["id"], line)


def admissions(conn: Connection, kernel: Kernel, case_id: str, party_id: str) -> frozenset[str]:
    """The assignments to which a party was admitted."""
    mine = timeline.read(conn, kernel.vault, case_id, frozenset({party_reader(party_id)}))
    return assignments_in(mine)


def assignments_in(entries: Iterable[Shown]) -> frozenset[str]:
    return frozenset(entry.data["assignment"] for entry in entries if entry.kind == ADMITTED)
