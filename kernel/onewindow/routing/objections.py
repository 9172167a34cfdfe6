"""Objections (退回异议): lodged by a unit, ruled by the window's named fallback; clocks run on meanwhile."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, select, update

from onewindow.bus.events import CaseNoted
from onewindow.errors import NotFound, Refused
from onewindow.i18n import _
from onewindow.office.types import AssignmentState, TownshipCode, new_id
from onewindow.registry import timeline
from onewindow.registry.timeline import OFFICE, Line, staff_actor
from onewindow.routing import assignments
from onewindow.routing.assignments import OPEN
from onewindow.routing.context import Kernel
from onewindow.routing.tables import Objection
from onewindow.store.sql import for_update, table_of
from onewindow.store.tx import Tx

OBJECTION: Table = table_of(Objection)
PURPOSE = "objection"


def lodge(
    tx: Tx,
    kernel: Kernel,
    row: Mapping[str, Any],
    at: datetime,
    actor: str,
    *,
    reason: str,
    basis: str,
    suggest_unit: str | None = None,
    paper: date | None = None,
) -> str:
    """Lodge an objection to an assignment; its id. `paper`: the day on a paper one, which the unit lodged and not who
    enters it.

    Raises:
        Refused: one is open already, one was ruled before (T11: once), or the assignment is over.
    """
    if row["state"] not in OPEN:
        raise Refused(_("交办已结束，不能提出退回异议"), rule="T11")
    earlier = tx.execute(select(OBJECTION.c.state).where(OBJECTION.c.assignment_id == row["id"])).scalars().all()
    if "open" in earlier:
        raise Refused(_("退回异议正在裁定"), rule="T11")
    if earlier:
        raise Refused(_("退回异议已经裁定，不得再次退回"), rule="T11")
    township = kernel.organisation().townships.get(TownshipCode(row["township"]))
    objection_id = new_id()
    body = kernel.vault.seal_json(PURPOSE, {"reason": reason, "basis": basis}, context=objection_id)
    lodged_by = actor.removeprefix("staff:") if actor.startswith("staff:") and paper is None else None
    tx.insert(
        OBJECTION,
        {
            "id": objection_id,
            "assignment_id": row["id"],
            "case_id": row["case_id"],
            "township": row["township"],
            "sealed": row["sealed"],
            "lodged_at": at,
            "lodged_by": lodged_by,
            "body": body,
            "suggest_unit": suggest_unit,
            "ruler": township.window_fallback if township else None,
            "state": "open",
            "ruled_at": None,
            "ruled_by": None,
            "ruling": None,
        },
    )
    data: dict[str, Any] = {"assignment": row["id"], "objection": objection_id}
    if paper is not None:
        data |= {"unit": row["unit_id"], "paper": True, "objected_on": paper.isoformat()}
    words = {"reason": reason, "basis": basis}
    timeline.append(tx, kernel.vault, row["case_id"], Line("objected", at, actor, (OFFICE,), data, words))
    return objection_id


def drop(tx: Tx, case_id: str, at: datetime) -> None:
    """What was open of a case's objections has nothing to be ruled any more: the assignments were taken back."""
    open_ones = update(OBJECTION).where(OBJECTION.c.case_id == case_id, OBJECTION.c.state == "open")
    tx.execute(open_ones.values(state="dropped", ruled_at=at))


def rule(
    tx: Tx, kernel: Kernel, objection_id: str, staff_id: str, at: datetime, *, uphold: bool, reason: str
) -> dict[str, Any]:
    """Rule an objection: upheld, the assignment is returned and the case is in the window's queue; or refused.

    Raises:
        NotFound: no such objection.
        Refused: it was ruled, or by whoever lodged it.
    """
    found = tx.execute(for_update(select(OBJECTION).where(OBJECTION.c.id == objection_id))).mappings().one_or_none()
    if found is None:
        raise NotFound(_("异议不存在"))
    if found["state"] != "open":
        raise Refused(_("异议已经裁定"), rule="T12")
    if found["lodged_by"] == staff_id:
        raise Refused(_("提出异议的人不能裁定"), rule="T12")
    sealed = kernel.vault.seal_json(PURPOSE, {"reason": reason}, context=objection_id)
    values = {"state": "upheld" if uphold else "refused", "ruled_at": at, "ruled_by": staff_id, "ruling": sealed}
    tx.execute(update(OBJECTION).where(OBJECTION.c.id == objection_id).values(**values))
    row = assignments.lock(tx, found["assignment_id"])
    data = {"assignment": row["id"], "objection": objection_id, "upheld": uphold}
    line = Line("ruled", at, staff_actor(staff_id), (OFFICE,), data, {"reason": reason})
    timeline.append(tx, kernel.vault, row["case_id"], line)
    if row["office"]:
        noted = CaseNoted(case_id=row["case_id"], assignment_id=row["id"], kind="objected", data={"upheld": uphold})
        kernel.tell(tx, row["office"], row["township"], noted, at)
    if uphold and row["state"] in OPEN:
        row = assignments.end(tx, kernel, row, AssignmentState.RETURNED, at)
        assignments.settle_case(tx, row["case_id"], at)
    return {**dict(found), **values}
