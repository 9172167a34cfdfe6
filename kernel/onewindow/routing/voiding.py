"""A mistaken registration becomes void (作废): its number stays used, its record stays readable, nothing is deleted."""

from datetime import datetime

from sqlalchemy import select, update

from onewindow.clocks import rows as clock_rows
from onewindow.clocks import service as clocks
from onewindow.errors import NotFound, Refused
from onewindow.i18n import _
from onewindow.office.types import AssignmentState, Phase
from onewindow.registry import timeline
from onewindow.registry.timeline import CASE, OFFICE, PARTIES, Line, staff_actor
from onewindow.routing import assignments, deadlines, objections
from onewindow.routing.assignments import ASSIGNMENT, OPEN
from onewindow.routing.context import Kernel
from onewindow.routing.sealing import VOID
from onewindow.store.sql import for_update
from onewindow.store.tx import Tx

STATE = "void"


def void(tx: Tx, kernel: Kernel, case_id: str, staff_id: str, at: datetime, reason: str) -> None:
    """Make a registration void. Whoever brought the matter reads so, with the reason, by their code.

    Nobody can make a matter disappear by this: not once somebody works on it, and not whoever registered it.

    Raises:
        NotFound: no such case.
        Refused: it is over, somebody has signed for it, or the same person registered it.
    """
    case = tx.execute(for_update(select(CASE).where(CASE.c.id == case_id))).mappings().one_or_none()
    if case is None:
        raise NotFound()
    if case["state"] != "open":
        raise Refused(_("事项已办结"), rule="closed")
    if case["registered_by"] == staff_id:
        raise Refused(_("登记人不能作废自己登记的事项"), rule="void", remedy=_("请值班副主任或主任核实后作废"))
    rows = tx.execute(select(ASSIGNMENT).where(ASSIGNMENT.c.case_id == case_id)).mappings().all()
    if any(row["received_at"] is not None for row in rows):
        raise Refused(_("已有单位签收，不能作废"), rule="void", remedy=_("由承办单位依程序办理"))
    for row in rows:
        if row["state"] in OPEN:
            assignments.end(tx, kernel, dict(row), AssignmentState.RECALLED, at)
    objections.drop(tx, case_id, at)
    for clock in clock_rows.of_case(tx, case_id):
        if clock.status != "stopped":
            clocks.stop(tx, clock.id, at, kernel.book)
    tx.insert(VOID, {"number": case["number"], "at": at})
    over = {"state": STATE, "phase": Phase.ENDED.value, "holder": None, "closed_at": at}
    tx.execute(update(CASE).where(CASE.c.id == case_id).values(**over))
    deadlines.refresh_due(tx, case_id)
    line = Line("voided", at, staff_actor(staff_id), (OFFICE, PARTIES), {"number": case["number"]}, {"reason": reason})
    timeline.append(tx, kernel.vault, case_id, line)
