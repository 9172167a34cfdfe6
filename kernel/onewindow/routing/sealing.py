"""Sealing a case later: it gets a number of the sealed series, and its old number stays void (作废)."""

from datetime import datetime

from sqlalchemy import select, update

from onewindow.clocks import service as clocks
from onewindow.documents.tables import DOCUMENT
from onewindow.errors import NotFound
from onewindow.office.types import StaffId, TownshipCode
from onewindow.organisation.exclusion import Exclusion
from onewindow.registry import numbers, timeline, twins
from onewindow.registry.search import copies
from onewindow.registry.tables import VoidNumber
from onewindow.registry.timeline import CASE, OFFICE, Line
from onewindow.routing import assignments, rules
from onewindow.routing.assignments import ASSIGNMENT, OPEN
from onewindow.routing.context import Kernel
from onewindow.routing.objections import OBJECTION
from onewindow.store.sql import for_update, table_of
from onewindow.store.tx import Tx

VOID = table_of(VoidNumber)


def seal(tx: Tx, kernel: Kernel, case_id: str, at: datetime, actor: str, reason: str) -> str:
    """Seal a case and everything that hangs on it; its new number. Sealing twice changes nothing.

    Raises:
        NotFound: no such case.
    """
    case = tx.execute(for_update(select(CASE).where(CASE.c.id == case_id))).mappings().one_or_none()
    if case is None:
        raise NotFound()
    if case["sealed"]:
        return str(case["number"])
    sequence = tx.number(numbers.series(case["township"], at, sealed=True))
    number = numbers.number(case["township"], at, sequence, sealed=True)
    kept_out = Exclusion(staff=frozenset(StaffId(one) for one in case["excluded"]))
    named = rules.designated(TownshipCode(case["township"]), kernel.organisation(), kept_out, at)
    tx.insert(VOID, {"number": case["number"], "at": at})
    tx.execute(update(CASE).where(CASE.c.id == case_id).values(number=number, sealed=True, designated=list(named)))
    tx.execute(update(DOCUMENT).where(DOCUMENT.c.case_id == case_id).values(sealed=True))
    tx.execute(update(OBJECTION).where(OBJECTION.c.case_id == case_id).values(sealed=True))
    clocks.seal(tx, case_id)
    copies.forget(tx, kernel.vault, case_id)
    twins.forget(tx, case_id)
    for row in tx.execute(select(ASSIGNMENT).where(ASSIGNMENT.c.case_id == case_id)).mappings().all():
        if row["state"] in OPEN:
            assignments.change(tx, kernel, dict(row), at, sealed=True)
        else:
            tx.execute(update(ASSIGNMENT).where(ASSIGNMENT.c.id == row["id"]).values(sealed=True))
    line = Line("sealed", at, actor, (OFFICE,), {"void": case["number"], "number": number}, {"reason": reason})
    timeline.append(tx, kernel.vault, case_id, line)
    return number
