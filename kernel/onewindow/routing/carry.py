"""Carrying out effects: what an office's step asks of the kernel, each once, in the transaction that applies it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from onewindow.bus.events import CaseNoted
from onewindow.clocks import extensions
from onewindow.clocks import service as clocks
from onewindow.clocks.rows import ClockRow
from onewindow.documents.tables import DOCUMENT
from onewindow.errors import OneWindowError, Refused
from onewindow.i18n import _
from onewindow.office.effects import (
    Admit,
    Answer,
    Ask,
    Effect,
    Entrust,
    Extend,
    Issue,
    Note,
    Pause,
    Recuse,
    Resume,
    Return,
    Seal,
    Start,
    Stop,
)
from onewindow.office.manifest import ProcedureSpec
from onewindow.office.types import AssignmentRole, OfficeId, StaffId, TownshipCode, UnitId, new_id
from onewindow.organisation.rows import UnitKind
from onewindow.registry import timeline
from onewindow.registry.timeline import CASE, OFFICE, PARTIES, Line, admitted_reader
from onewindow.routing import admitting, assignments, deadlines, papers, recusals, sealing
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.routing.context import Kernel
from onewindow.routing.objections import lodge
from onewindow.routing.rules import Route
from onewindow.store.tx import Tx

ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Step:
    """The step whose effects are carried out: its transaction, assignment, moment and actor."""

    tx: Tx
    kernel: Kernel
    spec: ProcedureSpec
    row: Mapping[str, Any]
    at: datetime
    actor: str

    def say(self, line: Line) -> None:
        timeline.append(self.tx, self.kernel.vault, self.row["case_id"], line)

    def clock(self, key: str, row: str | None = None) -> ClockRow:
        found = deadlines.running(self.tx, self.row["case_id"], key, self.row["id"], row)
        if found is None:
            raise Refused(_("没有正在计算的这项时限"), rule="no-clock")
        return found

    def case(self) -> dict[str, Any]:
        query = select(CASE).where(CASE.c.id == self.row["case_id"])
        return dict(self.tx.execute(query).mappings().one())


def carry_out(step: Step, effect: Effect) -> None:
    """Carry out one effect.

    Raises:
        Refused: the kernel cannot do this; nothing of this effect was written.
    """
    handler = _HANDLERS.get(type(effect))
    if handler is None:
        raise Refused(_("不支持的操作结果"), rule="unknown-effect")
    try:
        handler(step, effect)
    except Refused:
        raise
    except OneWindowError as error:
        raise Refused(str(error), rule=error.slug) from error


def _issue(step: Step, effect: Issue) -> None:
    papers.issue(step.tx, step.kernel, step.case(), step.row, effect, step.at, step.actor)


def _start(step: Step, effect: Start) -> None:
    declared = step.spec.clock(effect.clock)
    if declared is None:
        raise Refused(_("没有声明这项时限"), rule="no-clock")
    owner = deadlines.owner_of(step.row, effect.row)
    started = effect.on or step.at
    clocks.start(step.tx, declared, owner, started=started, book=step.kernel.book, until=effect.until)


def _stop(step: Step, effect: Stop) -> None:
    clocks.stop(step.tx, step.clock(effect.clock, effect.row).id, step.at, step.kernel.book)


def _pause(step: Step, effect: Pause) -> None:
    declared = step.spec.clock(effect.clock)
    if declared is None or effect.reason not in declared.pauses:
        raise Refused(_("这项时限不因该事由暂停"), rule="no-pause")
    clocks.pause(step.tx, step.clock(effect.clock, effect.row).id, step.at, effect.reason)


def _resume(step: Step, effect: Resume) -> None:
    clocks.resume(step.tx, step.clock(effect.clock, effect.row).id, step.at, step.kernel.book)


def _extend(step: Step, effect: Extend) -> None:
    clock = step.clock(effect.clock, effect.row)
    limit = clock.limit
    if limit is not None and limit.notice is None:
        outcome = extensions.agree_extension(
            step.tx, clock.id, effect.amount, at=step.at, by=step.actor, book=step.kernel.book
        )
        papers.extension_decided(step.tx, step.kernel, step.row["case_id"], outcome, step.at, step.actor)
        return
    notice = step.tx.execute(
        select(DOCUMENT.c.id)
        .where(DOCUMENT.c.case_id == step.row["case_id"], DOCUMENT.c.kind == effect.notice)
        .order_by(DOCUMENT.c.id.desc())
        .limit(1)
    ).scalar()
    if notice is None:
        raise Refused(_("延期须先制作延期告知书"), rule="no-notice")
    extensions.request_extension(
        step.tx,
        clock.id,
        effect.amount,
        document_id=notice,
        requested_at=step.at,
        requested_by=step.actor,
    )
    step.say(Line("extension-asked", step.at, step.actor, (OFFICE,), {"clock": effect.clock, "days": effect.amount}))


def _ask(step: Step, effect: Ask) -> None:
    case = step.case()
    route = _receiver(step, effect, case)
    receiving = {**case, "township": _tenant(step, route) or case["township"]}
    made = assignments.assign(
        step.tx,
        step.kernel,
        receiving,
        route,
        step.at,
        actor=step.actor,
        purpose=effect.purpose,
        parent=step.row["id"],
        role=AssignmentRole.LEAD if effect.superior else AssignmentRole.JOINT,
    )
    if effect.note:
        data = {"assignment": made["id"], "purpose": effect.purpose}
        step.say(Line("enclosed", step.at, step.actor, (OFFICE,), data, {"note": effect.note}))


def _tenant(step: Step, route: Route) -> str | None:
    unit = step.kernel.organisation().units.get(route.unit) if route.unit else None
    return unit.township if unit else None


def _receiver(step: Step, effect: Ask, case: Mapping[str, Any]) -> Route:
    """Where a further assignment goes: an office here, a unit, or the organ above."""
    organisation, offices = step.kernel.organisation(), step.kernel.offices()
    excluded = set(case["excluded"])
    if effect.superior:
        district = organisation.district()
        if district is None:
            raise Refused(_("没有上一级机关"), rule="no-superior")
        office = offices.handler(district.code, case["track"], case["category"])
        unit = organisation.office_unit(district.code, office, step.at) if office else None
        if unit is None:
            office = None
            units = organisation.units_in(district.code, step.at)
            unit = next((u for u in units if u.kind is UnitKind.DISTRICT), None) or (units[0] if units else None)
        if unit is None or unit.id in excluded:
            raise Refused(_("没有上一级机关"), rule="no-superior")
        officer = district.secret if case["sealed"] else None
        return Route("superior", unit.id, office, officer)
    if effect.office:
        if not offices.is_enabled(effect.office, case["township"]):
            raise Refused(_("该科室在本镇街没有启用"), rule="office-disabled")
        unit = organisation.office_unit(TownshipCode(case["township"]), OfficeId(effect.office), step.at)
    else:
        unit = organisation.units.get(UnitId(effect.unit)) if effect.unit else None
    if unit is None or unit.id in excluded:
        raise Refused(_("没有可以接收的单位"), rule="no-receiver")
    office = unit.office if unit.office and offices.is_enabled(unit.office, case["township"]) else None
    return Route("asked", unit.id, office)


def _answer(step: Step, effect: Answer) -> None:
    sealed = step.kernel.vault.seal_text(ANSWER, effect.answer, context=step.row["id"])
    step.tx.execute(update(ASSIGNMENT).where(ASSIGNMENT.c.id == step.row["id"]).values(answer=sealed))
    data = {"assignment": step.row["id"]}
    step.say(Line("answered", step.at, step.actor, (OFFICE,), data, {"answer": effect.answer}))
    parent = step.row["parent_id"]
    if parent:
        asker = step.tx.execute(select(ASSIGNMENT).where(ASSIGNMENT.c.id == parent)).mappings().one()
        if asker["office"]:
            noted = CaseNoted(
                case_id=asker["case_id"],
                assignment_id=parent,
                kind="answered",
                data={"assignment": step.row["id"], "of": step.row["purpose"], "result": effect.result},
            )
            step.kernel.tell(step.tx, asker["office"], asker["township"], noted, step.at)


def _return(step: Step, effect: Return) -> None:
    lodge(
        step.tx,
        step.kernel,
        step.row,
        step.at,
        step.actor,
        reason=effect.reason,
        basis=effect.basis,
        suggest_unit=effect.suggest_unit,
    )


def _entrust(step: Step, effect: Entrust) -> None:
    """Another officer, of the same unit: the unit stays responsible, so its clocks and its signature stand."""
    posts = step.kernel.organisation().views_of(StaffId(effect.officer), step.at)
    if not any(post.unit_id == step.row["unit_id"] and post.stands_for is None for post in posts):
        raise Refused(_("只能交给本单位的人员承办"), rule="not-of-the-unit")
    row = assignments.lock(step.tx, step.row["id"])
    if row["officer"] != effect.officer:
        assignments.change(step.tx, step.kernel, row, step.at, officer=effect.officer)
        data = {"assignment": row["id"], "unit": row["unit_id"], "officer": effect.officer}
        step.say(Line("entrusted", step.at, step.actor, (OFFICE,), data))


def _admit(step: Step, effect: Admit) -> None:
    admitting.admit(step.tx, step.kernel, step.case(), step.row, effect.role, step.at, step.actor)


def _note(step: Step, effect: Note) -> None:
    everybody = (OFFICE, PARTIES, admitted_reader(step.row["id"]))
    readers = {"office": (OFFICE,), "parties": (OFFICE, PARTIES), "everybody": everybody}[effect.readers]
    step.say(Line("note", step.at, step.actor, readers, {"id": new_id()}, {"text": effect.text}))


def _seal(step: Step, effect: Seal) -> None:
    sealing.seal(step.tx, step.kernel, step.row["case_id"], step.at, step.actor, effect.reason)


def _recuse(step: Step, effect: Recuse) -> None:
    own = step.actor.removeprefix("staff:") if step.actor.startswith("staff:") else None
    who = own if effect.declared else step.row["officer"]
    recusals.ask(step.tx, step.kernel, step.row, who, step.at, step.actor, reason=effect.reason, ground=effect.ground)


_HANDLERS: dict[type[Effect], Callable[[Step, Any], None]] = {
    Issue: _issue,
    Start: _start,
    Stop: _stop,
    Pause: _pause,
    Resume: _resume,
    Extend: _extend,
    Ask: _ask,
    Answer: _answer,
    Return: _return,
    Entrust: _entrust,
    Admit: _admit,
    Note: _note,
    Seal: _seal,
    Recuse: _recuse,
}
