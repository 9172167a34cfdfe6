"""Assignments (交办): sent, signed for, returned, recalled, reassigned, ended; each change told to the office."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, select, update

from onewindow.bus.events import AssignmentChanged, CaseNoted
from onewindow.errors import NotFound, Refused
from onewindow.i18n import _
from onewindow.office.manifest import Manifest, ProcedureSpec
from onewindow.office.types import AssignmentRole, AssignmentState, Phase, Track, new_id
from onewindow.registry import timeline, twins
from onewindow.registry.search import copies
from onewindow.registry.timeline import CASE, OFFICE, PARTIES, Line, staff_actor
from onewindow.routing import deadlines
from onewindow.routing.context import Kernel
from onewindow.routing.rules import Route
from onewindow.routing.tables import Assignment
from onewindow.store.fixed import Fixed
from onewindow.store.sql import for_update, table_of
from onewindow.store.tx import Tx

ASSIGNMENT: Table = table_of(Assignment)
SIGN_WITHIN = timedelta(hours=24)
OPEN = (AssignmentState.SENT.value, AssignmentState.RECEIVED.value)
_ONE = Fixed(for_update(select(ASSIGNMENT).where(ASSIGNMENT.c.id == bindparam("assignment"))))
CHANGE = Fixed(update(ASSIGNMENT).where(ASSIGNMENT.c.id == bindparam("this")), writes=True)
_OF_CASE = Fixed(
    select(ASSIGNMENT.c.role, ASSIGNMENT.c.state, ASSIGNMENT.c.phase, ASSIGNMENT.c.unit_id)
    .where(ASSIGNMENT.c.case_id == bindparam("case"))
    .order_by(ASSIGNMENT.c.id)
)
_SETTLE = Fixed(update(CASE).where(CASE.c.id == bindparam("this"), CASE.c.state == "open"), writes=True)


def spec_of(manifest: Manifest | None, row: Mapping[str, Any]) -> ProcedureSpec | None:
    """The procedure, in its version, that an assignment's proceeding runs under."""
    if manifest is None or not row["procedure"]:
        return None
    return manifest.procedure(row["procedure"], row["procedure_version"])


def new_row(
    case: Mapping[str, Any],
    route: Route,
    at: datetime,
    manifest: Manifest | None,
    *,
    role: AssignmentRole = AssignmentRole.LEAD,
    purpose: str = "handle",
    parent: str | None = None,
    round: int = 1,
) -> dict[str, Any]:
    """The row of a new assignment along a route."""
    spec = manifest.procedure_for(case["track"], case["category"]) if manifest else None
    initial = next((s for s in spec.states if s.initial), None) if spec else None
    phase = initial.phase if initial and initial.phase else Phase.IN_HAND
    return {
        "id": new_id(),
        "case_id": case["id"],
        "township": case["township"],
        "unit_id": route.unit,
        "office": route.office,
        "role": role.value,
        "officer": route.officer,
        "purpose": purpose,
        "parent_id": parent,
        "round": round,
        "state": AssignmentState.SENT.value,
        "version": 1,
        "sealed": case["sealed"],
        "track": case["track"],
        "category": case["category"],
        "sent_at": at,
        "received_at": None,
        "signed_by": None,
        "ended_at": None,
        "remind_at": at + SIGN_WITHIN,
        "fallback": None,
        "procedure": spec.key if spec else None,
        "procedure_version": spec.version if spec else None,
        "proceeding_version": 0,
        "proceeding_state": initial.key if initial else None,
        "phase": phase.value,
        "facts": None,
        "listed": {},
        "answer": None,
    }


def event_of(row: Mapping[str, Any]) -> AssignmentChanged:
    """The whole assignment as an event."""
    return AssignmentChanged(
        assignment_id=row["id"],
        case_id=row["case_id"],
        township=row["township"],
        unit_id=row["unit_id"],
        office=row["office"],
        role=AssignmentRole(row["role"]),
        officer=row["officer"],
        purpose=row["purpose"] or None,
        parent_id=row["parent_id"],
        round=row["round"],
        state=AssignmentState(row["state"]),
        version=row["version"],
        category=row["category"],
        track=Track(row["track"]),
        sealed=row["sealed"],
        sent_at=row["sent_at"],
        received_at=row["received_at"],
        signed_by=row["signed_by"],
        procedure=row["procedure"],
    )


def tell(tx: Tx, kernel: Kernel, row: Mapping[str, Any], at: datetime) -> None:
    """Tell the office about its assignment; a unit without an office works on paper."""
    if row["office"]:
        kernel.tell(tx, row["office"], row["township"], event_of(row), at)


def line_of(row: Mapping[str, Any], at: datetime, actor: str, rule: str) -> Line:
    """The timeline's line about a new assignment."""
    data = {"assignment": row["id"], "unit": row["unit_id"], "office": row["office"], "role": row["role"], "rule": rule}
    readers = (OFFICE,) if row["sealed"] else (OFFICE, PARTIES)
    return Line("assigned", at, actor, readers, data)


def lock(tx: Tx, assignment_id: str) -> dict[str, Any]:
    """The assignment, which nobody else changes until this transaction ends.

    Raises:
        NotFound: no such assignment.
    """
    row = _ONE.one(tx, {"assignment": assignment_id})
    if row is None:
        raise NotFound(_("交办不存在"))
    return row


def change(tx: Tx, kernel: Kernel, row: Mapping[str, Any], at: datetime, **values: Any) -> dict[str, Any]:
    """Write a change of the assignment itself, raise its version and tell its office."""
    changed = {**row, **values, "version": row["version"] + 1}
    CHANGE.change(tx, {"this": row["id"], **values, "version": changed["version"]})
    tell(tx, kernel, changed, at)
    return changed


def assign(
    tx: Tx,
    kernel: Kernel,
    case: Mapping[str, Any],
    route: Route,
    at: datetime,
    *,
    actor: str = timeline.SYSTEM,
    purpose: str = "handle",
    parent: str | None = None,
    round: int = 1,
    role: AssignmentRole = AssignmentRole.LEAD,
) -> dict[str, Any]:
    """Hand a case to a unit, in the transaction that is running."""
    manifest = kernel.offices().manifest(route.office)
    row = new_row(case, route, at, manifest, role=role, purpose=purpose, parent=parent, round=round)
    tx.insert(ASSIGNMENT, row)
    timeline.append(tx, kernel.vault, case["id"], line_of(row, at, actor, route.rule))
    tell(tx, kernel, row, at)
    # The search knows to which units a case was handed.
    copies.mark(tx, case["id"])
    deadlines.on_fact(tx, kernel, spec_of(manifest, row), row, "assigned", "", at, now=at)
    settle_case(tx, case["id"], at)
    return row


def sign(tx: Tx, kernel: Kernel, assignment_id: str, staff_id: str, at: datetime) -> dict[str, Any]:
    """A person signs for the case (签收) and becomes its officer unless one is named.

    Raises:
        Refused: it was signed for, or is over.
    """
    row = lock(tx, assignment_id)
    if row["state"] != AssignmentState.SENT:
        raise Refused(_("已签收或已结束，不能再次签收"), rule="T10")
    row = change(
        tx,
        kernel,
        row,
        at,
        state=AssignmentState.RECEIVED.value,
        received_at=at,
        signed_by=staff_id,
        officer=row["officer"] or staff_id,
        remind_at=None,
        fallback=None,
    )
    data = {"assignment": row["id"], "unit": row["unit_id"]}
    timeline.append(tx, kernel.vault, row["case_id"], Line("signed", at, staff_actor(staff_id), _readers(row), data))
    spec = spec_of(kernel.offices().manifest(row["office"]), row)
    deadlines.on_fact(tx, kernel, spec, row, "signed", "", at, now=at)
    settle_case(tx, row["case_id"], at)
    return row


def recall(tx: Tx, kernel: Kernel, assignment_id: str, staff_id: str, at: datetime, reason: str) -> dict[str, Any]:
    """Take an assignment back before somebody has signed for it; the case comes to the window's queue.

    Raises:
        Refused: it was signed for; after that only a coordinator recalls.
    """
    row = lock(tx, assignment_id)
    if row["state"] != AssignmentState.SENT:
        raise Refused(_("已签收的交办不能撤回"), rule="recall", remedy=_("请承办单位提出退回异议"))
    row = end(tx, kernel, row, AssignmentState.RECALLED, at)
    line = Line("recalled", at, staff_actor(staff_id), (OFFICE,), {"assignment": row["id"]}, {"reason": reason})
    timeline.append(tx, kernel.vault, row["case_id"], line)
    settle_case(tx, row["case_id"], at)
    return row


def end(tx: Tx, kernel: Kernel, row: Mapping[str, Any], state: AssignmentState, at: datetime) -> dict[str, Any]:
    """End an assignment; its proceeding is frozen from now on."""
    values: dict[str, Any] = {"state": state.value, "ended_at": at, "remind_at": None, "fallback": None}
    if state in (AssignmentState.RECALLED, AssignmentState.RETURNED):
        deadlines.stop_own(tx, kernel, row, at)
        _tell_asker(tx, kernel, row, state, at)
    return change(tx, kernel, row, at, **values)


def _tell_asker(tx: Tx, kernel: Kernel, row: Mapping[str, Any], state: AssignmentState, at: datetime) -> None:
    """Whoever asked for an assignment hears that nothing will come of it."""
    if not row["parent_id"]:
        return
    asker = tx.execute(select(ASSIGNMENT).where(ASSIGNMENT.c.id == row["parent_id"])).mappings().one()
    if asker["office"]:
        noted = CaseNoted(
            case_id=asker["case_id"],
            assignment_id=asker["id"],
            kind=state.value,
            data={"assignment": row["id"], "of": row["purpose"]},
        )
        kernel.tell(tx, asker["office"], asker["township"], noted, at)


def settle_case(tx: Tx, case_id: str, at: datetime) -> None:
    """Derive what the case shows from its assignments and clocks: phase, holder, due date, whether it is still open."""
    rows = _OF_CASE.rows(tx, {"case": case_id})
    alive = [(role, unit) for role, state, _phase, unit in rows if state in OPEN]
    phase, holder, over = derive([(role, state, phase) for role, state, phase, _unit in rows], alive)
    clocks = deadlines.shown(tx, case_id)
    values: dict[str, Any] = {"phase": phase.value, "holder": holder, **clocks}
    if over:
        values |= {"state": "closed", "closed_at": at}
        twins.forget(tx, case_id)
    if not _SETTLE.change(tx, {"this": case_id, **values}):
        # A closed case stays what it was, but a person's right may run on.
        deadlines.refresh_due(tx, case_id)


def derive(
    rows: list[tuple[str, str, str | None]], alive: list[tuple[str, str | None]]
) -> tuple[Phase, str | None, bool]:
    """Phase, holder and "nothing is left to do", as a pure function of a case's assignments in their order."""
    if not rows:
        return Phase.IN_HAND, None, False
    lead = next((unit for role, unit in alive if role == AssignmentRole.LEAD), alive[0][1] if alive else None)
    order = [Phase.WAITING_FOR_YOU, Phase.SUSPENDED, Phase.IN_HAND, Phase.ANSWERED, Phase.REDIRECTED, Phase.ENDED]
    phases = [Phase(p) for _role, state, p in rows if state in OPEN and p]
    if phases:
        leads = [Phase(p) for role, state, p in rows if state in OPEN and p and role == AssignmentRole.LEAD]
        return min(leads or phases, key=order.index), lead, False
    done = [Phase(p) for _role, state, p in rows if state == AssignmentState.DONE and p]
    if alive:
        return (done[-1] if done else Phase.IN_HAND), lead, False
    if not done:
        # Everything was recalled or returned: the matter is back in the window's queue.
        return Phase.IN_HAND, None, False
    return done[-1], None, True


def _readers(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (OFFICE,) if row["sealed"] else (OFFICE, PARTIES)
