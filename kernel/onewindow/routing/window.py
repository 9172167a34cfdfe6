"""What the window does with assignments: its own queue, reassigning, units on paper, and what nobody signed for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from onewindow.bus.events import ClockTurned
from onewindow.clocks.compute import compute, last_day
from onewindow.clocks.recompute import Recomputed
from onewindow.clocks.turning import Turned
from onewindow.errors import BadInput, Refused
from onewindow.i18n import _
from onewindow.office.clocks import Span
from onewindow.office.types import AssignmentState, Phase, TownshipCode, UnitId, law_day
from onewindow.organisation.roles import Role
from onewindow.organisation.snapshot import Organisation
from onewindow.registry import timeline
from onewindow.registry.timeline import CASE, OFFICE, PARTIES, Line, staff_actor
from onewindow.routing import assignments, deadlines, objections, papers
from onewindow.routing.assignments import ASSIGNMENT, OPEN
from onewindow.routing.carry import ANSWER
from onewindow.routing.context import Kernel
from onewindow.routing.rules import Route
from onewindow.store.tx import Tx

BATCH = 100


def reassign(
    tx: Tx,
    kernel: Kernel,
    case_id: str,
    unit_id: str,
    staff_id: str,
    at: datetime,
    *,
    reason: str,
    officer: str | None = None,
) -> dict[str, Any]:
    """Hand a case from the window's queue, or one that nobody signed for, to another unit.

    Raises:
        BadInput: no such unit here, or one that the matter complains about.
        Refused: somebody signed for it; then the unit has to object first.
    """
    case = dict(tx.execute(select(CASE).where(CASE.c.id == case_id)).mappings().one())
    organisation, offices = kernel.organisation(), kernel.offices()
    unit = organisation.units.get(UnitId(unit_id))
    if unit is None or not unit.holds(law_day(at)) or unit.id in case["excluded"]:
        raise BadInput(_("不能交给这个单位"), field="unit", remedy=_("选择其他单位"))
    rows = tx.execute(select(ASSIGNMENT).where(ASSIGNMENT.c.case_id == case_id)).mappings().all()
    alive = [dict(r) for r in rows if r["state"] in OPEN]
    if any(r["state"] == AssignmentState.RECEIVED for r in alive):
        raise Refused(_("已签收的事项不能改派"), rule="reassign", remedy=_("请承办单位提出退回异议"))
    if case["state"] != "open":
        raise Refused(_("事项已办结"), rule="closed")
    for row in alive:
        assignments.end(tx, kernel, row, AssignmentState.RECALLED, at)
    handler = offices.handler(case["township"], case["track"], case["category"])
    own = unit.office if unit.office and offices.is_enabled(unit.office, unit.township) else None
    office = own if own == handler else (handler if case["track"] in ("C", "D") and handler else own)
    data = {"unit": unit.id}
    line = Line("reassigned", at, staff_actor(staff_id), (OFFICE,), data, {"reason": reason})
    timeline.append(tx, kernel.vault, case_id, line)
    return assignments.assign(
        tx,
        kernel,
        case,
        Route("reassigned", unit.id, office, officer),  # type: ignore[arg-type]
        at,
        actor=staff_actor(staff_id),
        round=max((r["round"] for r in rows), default=0) + 1,
    )


def print_letter(tx: Tx, kernel: Kernel, assignment_id: str, staff_id: str, at: datetime) -> str:
    """Print the letter to a unit that has no office in the system (转办单); the document's id.

    Raises:
        Refused: the unit works in the system.
    """
    row = assignments.lock(tx, assignment_id)
    _on_paper(row)
    case = dict(tx.execute(select(CASE).where(CASE.c.id == row["case_id"])).mappings().one())
    organisation = kernel.organisation()
    unit = organisation.units.get(UnitId(row["unit_id"]))
    township = organisation.townships.get(TownshipCode(row["township"]))
    told = papers.case_words(kernel, case)
    words = {
        "to": organisation.title(unit.id) if unit else "",
        "summary": told.get("text", ""),
        "requirements": [told["request"]] if told.get("request") else [],
        "object": {"days": objection_days(row["track"])}
        | ({"source": "信访工作条例 第二十三条"} if row["track"] in ("C", "D") else {}),
        "contact": {"name": f"{township.name}综治中心窗口" if township else ""},
    }
    document = papers.kernel_document(
        tx,
        kernel,
        case,
        "paper_letter",
        str(_("转办单")),
        at,
        words=words,
        organ=township.name if township else "",
        assignment_id=row["id"],
        issued_by=staff_id,
    )
    data = {"document": document.id, "kind": document.kind, "number": document.number, "title": document.title}
    timeline.append(tx, kernel.vault, case["id"], Line("issued", at, staff_actor(staff_id), (OFFICE,), data))
    return document.id


def paper_receipt(tx: Tx, kernel: Kernel, assignment_id: str, staff_id: str, at: datetime, *, signed_for: str) -> None:
    """Enter that a unit without an office signed for its letter; `signed_for` is the name on the slip.

    Raises:
        Refused: the unit works in the system, or it was signed for.
    """
    row = assignments.lock(tx, assignment_id)
    _on_paper(row)
    if row["state"] != AssignmentState.SENT:
        raise Refused(_("已签收或已结束，不能再次签收"), rule="T10")
    assignments.change(
        tx, kernel, row, at, state=AssignmentState.RECEIVED.value, received_at=at, remind_at=None, fallback=None
    )
    data = {"assignment": row["id"], "unit": row["unit_id"], "paper": True}
    line = Line("signed", at, staff_actor(staff_id), (OFFICE, PARTIES), data)
    slip = Line("paper-slip", at, staff_actor(staff_id), (OFFICE,), data, {"signed_for": signed_for})
    timeline.append(tx, kernel.vault, row["case_id"], line, slip)


def paper_answer(
    tx: Tx, kernel: Kernel, assignment_id: str, staff_id: str, at: datetime, *, answer: str, answered_on: date
) -> None:
    """Enter the answer of a unit without an office; its assignment is done.

    Raises:
        Refused: the unit works in the system, or has not signed for the case.
        BadInput: answered in the future or before the hand-over.
    """
    row = assignments.lock(tx, assignment_id)
    _on_paper(row)
    if row["state"] != AssignmentState.RECEIVED:
        raise Refused(_("登记签收回执后才能录入答复"), rule="paper", remedy=_("先登记签收"))
    if not law_day(row["sent_at"]) <= answered_on <= law_day(at):
        raise BadInput(_("答复日期不在交办日与今天之间"), field="answered_on", remedy=_("核对答复的日期"))
    sealed = kernel.vault.seal_text(ANSWER, answer, context=row["id"])
    tx.execute(update(ASSIGNMENT).where(ASSIGNMENT.c.id == row["id"]).values(answer=sealed, phase=Phase.ANSWERED.value))
    assignments.end(tx, kernel, row, AssignmentState.DONE, at)
    data = {"assignment": row["id"], "unit": row["unit_id"], "answered_on": answered_on.isoformat(), "paper": True}
    line = Line("answered", at, staff_actor(staff_id), (OFFICE, PARTIES), data, {"answer": answer})
    timeline.append(tx, kernel.vault, row["case_id"], line)
    assignments.settle_case(tx, row["case_id"], at)


@dataclass(frozen=True, slots=True)
class PaperObjection:
    """The objection (异议) of a unit on paper: why, under which item of the duty list, and whose it is instead."""

    reason: str
    basis: str
    objected_on: date
    suggest_unit: str | None = None


def paper_objection(
    tx: Tx, kernel: Kernel, assignment_id: str, staff_id: str, at: datetime, given: PaperObjection
) -> str:
    """Enter the objection of a unit without an office; its id. Until it is ruled the unit keeps the case and every
    clock runs on.

    Raises:
        Refused: the unit works in the system; it objected before; its assignment is over; or it came too late
            (信访工作条例 第二十三条第三款: five working days from the hand-over for petitions; others have one, T11).
        BadInput: objected in the future or before the hand-over, or no such unit.
    """
    row = assignments.lock(tx, assignment_id)
    _on_paper(row)
    sent_on = law_day(row["sent_at"])
    if not sent_on <= given.objected_on <= law_day(at):
        raise BadInput(_("异议日期不在交办日与今天之间"), field="objected_on", remedy=_("以异议书上的日期为准"))
    if given.suggest_unit is not None and UnitId(given.suggest_unit) not in kernel.organisation().units:
        raise BadInput(_("没有这个单位"), field="suggest_unit", remedy=_("从列表中选择"))
    days = objection_days(row["track"])
    due = kernel.book.due(tx, lambda calendar: compute(Span(days, "working_days"), sent_on, calendar))
    if due.lawful_at is not None and given.objected_on > last_day(due.lawful_at):
        raise Refused(
            _("已超过提出异议的 {days} 个工作日"), rule="T11", remedy=_("由该单位办理，或者依程序改派"), days=days
        )
    return objections.lodge(
        tx,
        kernel,
        row,
        at,
        staff_actor(staff_id),
        reason=given.reason,
        basis=given.basis,
        suggest_unit=given.suggest_unit,
        paper=given.objected_on,
    )


def objection_days(track: str) -> int:
    """How many working days a unit has to object: five for petitions (信访工作条例 第二十三条), else one (T11)."""
    return 5 if track in ("C", "D") else 1


def _on_paper(row: Mapping[str, Any]) -> None:
    if row["office"] is not None:
        raise Refused(_("该单位在系统内办理，不走纸质流转"), rule="paper")


def unsigned(tx: Tx, kernel: Kernel, now: datetime) -> int:
    """Bring what nobody signed for within 24 hours to the window's named fallback; how many (T10)."""
    query = select(ASSIGNMENT).where(ASSIGNMENT.c.remind_at <= now).order_by(ASSIGNMENT.c.remind_at).limit(BATCH)
    rows = tx.execute(query).mappings().all()
    organisation = kernel.organisation()
    count = 0
    for row in rows:
        case = tx.execute(select(CASE.c.designated, CASE.c.excluded).where(CASE.c.id == row["case_id"])).one()
        fallback = _fallback(organisation, dict(row), case.designated, case.excluded, now)
        changed = tx.execute(
            update(ASSIGNMENT)
            .where(ASSIGNMENT.c.id == row["id"], ASSIGNMENT.c.remind_at == row["remind_at"])
            .values(remind_at=None, fallback=fallback)
        )
        if changed.rowcount != 1:
            continue
        count += 1
        data = {"assignment": row["id"], "unit": row["unit_id"], "fallback": fallback}
        timeline.append(tx, kernel.vault, row["case_id"], Line("unsigned", now, timeline.SYSTEM, (OFFICE,), data))
    return count


def _fallback(
    organisation: Organisation,
    row: Mapping[str, Any],
    designated: Sequence[str],
    excluded: Sequence[str],
    now: datetime,
) -> str | None:
    """Whom an unsigned assignment comes to: never somebody whom the matter complains about."""
    if row["sealed"]:
        return designated[0] if designated else None
    code = TownshipCode(row["township"])
    township = organisation.townships.get(code)
    named = [township.window_fallback] if township and township.window_fallback else []
    candidates = [*named, *sorted(organisation.staff_with(code, Role.DIRECTOR, now))]
    return next((staff for staff in candidates if staff not in excluded), None)


def clock_turned(tx: Tx, kernel: Kernel, turned: Turned) -> None:
    """A clock turned amber or red: an entry in the timeline, the case's colour, and word to the office."""
    clock = turned.clock
    now = kernel.now()
    data = {"clock": clock.key, "colour": turned.colour, "since": turned.since.isoformat()}
    timeline.append(tx, kernel.vault, clock.case_id, Line("clock", now, timeline.SYSTEM, (OFFICE,), data))
    deadlines.refresh_due(tx, clock.case_id)
    assignment = clock.assignment_id
    if assignment is None:
        query = select(ASSIGNMENT.c.id).where(
            ASSIGNMENT.c.case_id == clock.case_id, ASSIGNMENT.c.office == clock.office, ASSIGNMENT.c.state.in_(OPEN)
        )
        assignment = tx.execute(query.limit(1)).scalar()
    if clock.office and assignment:
        told = ClockTurned(
            case_id=clock.case_id,
            assignment_id=assignment,
            clock_id=clock.id,
            clock=clock.key,
            colour=turned.colour,
            due=clock.lawful_at,
            provisional=clock.provisional,
            row=clock.row_key,
        )
        kernel.tell(tx, clock.office, clock.township, told, now)


def clock_recomputed(tx: Tx, kernel: Kernel, new: Recomputed) -> None:
    """A calendar year was imported and a clock's dates changed with it: an entry in the timeline."""
    clock = new.clock
    data = {
        "clock": clock.key,
        "early_on": clock.early_on.isoformat(),
        "lawful_on": clock.lawful_on.isoformat() if clock.lawful_on else None,
        "provisional": clock.provisional,
    }
    line = Line("recomputed", kernel.now(), timeline.SYSTEM, (OFFICE, PARTIES), data)
    timeline.append(tx, kernel.vault, clock.case_id, line)
    deadlines.refresh_due(tx, clock.case_id)
