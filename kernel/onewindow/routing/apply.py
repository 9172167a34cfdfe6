"""Applying what an office says: the same function whether its event came as a reply, over JetStream or from its log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from onewindow.bus.envelope import Event
from onewindow.bus.events import EffectRefused, ProceedingChanged
from onewindow.clocks import rows as clock_rows
from onewindow.clocks import service as clocks
from onewindow.errors import NotFound, OneWindowError, Refused
from onewindow.i18n import _
from onewindow.office.effects import load_effects
from onewindow.office.manifest import ProcedureSpec, StateSpec
from onewindow.office.types import AssignmentState, Phase
from onewindow.registry import timeline
from onewindow.registry.timeline import CASE, OFFICE, PARTIES, Line, admitted_reader
from onewindow.routing import assignments, deadlines
from onewindow.routing.assignments import OPEN
from onewindow.routing.carry import Step, carry_out
from onewindow.routing.context import Kernel
from onewindow.store.tx import Tx


class Result(StrEnum):
    """What became of an event."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    GAP = "gap"
    NEEDS_BODY = "needs-body"


class NotApplicable(OneWindowError):
    """The event cannot be applied as it is; it is parked with this reason."""

    slug = "not-applicable"
    title = _("科室的消息无法应用")

    def __init__(self, reason: str):
        super().__init__()
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Body:
    """The words of an event: full effects, listed values, and the facts as the office's own ciphertext."""

    effects: tuple[Any, ...] = ()
    listed: Mapping[str, Any] | None = None
    facts: bytes | None = None


def apply(tx: Tx, kernel: Kernel, event: Event, body: Body | None) -> Result:
    """Apply a proceeding's change at exactly the version after the last one.

    Raises:
        NotApplicable: it names what does not exist, another office's assignment, or an undeclared state.
    """
    said = ProceedingChanged.read(event)
    try:
        row = assignments.lock(tx, said.assignment_id)
    except NotFound:
        raise NotApplicable("unknown assignment") from None
    if row["office"] != event.office:
        raise NotApplicable("assignment of another office")
    if said.version <= row["proceeding_version"]:
        return Result.DUPLICATE
    if said.version > row["proceeding_version"] + 1:
        return Result.GAP
    if said.has_body and body is None:
        return Result.NEEDS_BODY
    manifest = kernel.offices().manifest(event.office)
    spec = manifest.procedure(said.procedure, said.procedure_version) if manifest else None
    state = spec.state(said.state) if spec else None
    if spec is None or state is None:
        raise NotApplicable("undeclared procedure or state")
    _enter(tx, kernel, row, spec, state, said, body or Body())
    return Result.APPLIED


def _enter(
    tx: Tx,
    kernel: Kernel,
    row: dict[str, Any],
    spec: ProcedureSpec,
    state: StateSpec,
    said: ProceedingChanged,
    body: Body,
) -> None:
    at = said.at
    before = row["proceeding_state"]
    phase = state.phase or (Phase(row["phase"]) if row["phase"] else Phase.IN_HAND)
    values = {
        "proceeding_version": said.version,
        "proceeding_state": state.key,
        "procedure": said.procedure,
        "procedure_version": said.procedure_version,
        "phase": phase.value,
        "facts": body.facts if body.facts is not None else row["facts"],
        "listed": dict(body.listed) if body.listed is not None else row["listed"],
    }
    assignments.CHANGE.change(tx, {"this": row["id"], **values})
    listed_before = row["listed"] or {}
    row = {**row, **values}
    actor = said.actor or timeline.SYSTEM
    data = {
        "assignment": row["id"],
        "office": row["office"],
        "procedure": spec.key,
        "action": said.action,
        "state": state.key,
        "version": said.version,
    }
    if said.command is not None:
        data["command"] = said.command
    lines = [Line("acted", at, actor, (OFFICE,), data)]
    if before != state.key and state.phase is not None and not _same_phase(spec, before, phase):
        readers = (OFFICE, PARTIES, admitted_reader(row["id"]))
        lines.append(Line("phase", at, actor, readers, {"phase": phase.value}))
    timeline.append(tx, kernel.vault, row["case_id"], *lines)
    if row["state"] not in OPEN:
        _refuse(tx, kernel, row, said, 0, "assignment-ended")
        return
    now = kernel.now()
    if before != state.key:
        deadlines.on_fact(tx, kernel, spec, row, "entering", state.key, at, now=now)
        _stand_still(tx, kernel, spec, row, before, state.key, said)
    listed: Mapping[str, Any] = row["listed"]
    for name, value in listed.items():
        if value and value != listed_before.get(name) and isinstance(value, str) and _is_day(value):
            deadlines.on_fact(tx, kernel, spec, row, "stated", name, date.fromisoformat(value), now=now)
    step = Step(tx, kernel, spec, row, at, actor)
    for index, effect in enumerate(load_effects(body.effects or said.effects)):
        try:
            carry_out(step, effect)
        except Refused as refusal:
            _refuse(tx, kernel, row, said, index, refusal.rule or refusal.slug)
            line = Line(
                "refused", at, timeline.SYSTEM, (OFFICE,), {"effect": effect.public()}, {"reason": str(refusal)}
            )
            timeline.append(tx, kernel.vault, row["case_id"], line)
    if state.final:
        assignments.end(tx, kernel, assignments.lock(tx, row["id"]), AssignmentState.DONE, at)
        _stop_all(tx, kernel, row, said)
    assignments.settle_case(tx, row["case_id"], at)


def _same_phase(spec: ProcedureSpec, before: str | None, phase: Phase) -> bool:
    earlier = spec.state(before) if before else None
    return earlier is not None and earlier.phase == phase


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _stand_still(
    tx: Tx,
    kernel: Kernel,
    spec: ProcedureSpec,
    row: Mapping[str, Any],
    before: str | None,
    now: str,
    said: ProceedingChanged,
) -> None:
    """Pause and resume the clocks whose declaration says that they stand still in some states."""
    for clock in spec.clocks:
        if not clock.pauses:
            continue
        held = deadlines.running(tx, row["case_id"], clock.key, row["id"])
        if held is None:
            continue
        reason = next((why for why, states in clock.pauses.items() if now in states), None)
        if held.status == "running" and reason is not None:
            clocks.pause(tx, held.id, said.at, reason)
        elif held.status == "paused" and reason is None and any(before in s for s in clock.pauses.values()):
            clocks.resume(tx, held.id, said.at, kernel.book)


def _stop_all(tx: Tx, kernel: Kernel, row: Mapping[str, Any], said: ProceedingChanged) -> None:
    """A proceeding that is over leaves no authority's clock of its own running; a person's right runs on."""
    for clock in clock_rows.of_case(tx, row["case_id"]):
        if clock.assignment_id == row["id"] and clock.status != "stopped" and clock.protects == "authority":
            clocks.stop(tx, clock.id, said.at, kernel.book)


def _refuse(tx: Tx, kernel: Kernel, row: Mapping[str, Any], said: ProceedingChanged, index: int, reason: str) -> None:
    payload = EffectRefused(
        case_id=row["case_id"], assignment_id=row["id"], version=said.version, effect=index, reason=_key(reason)
    )
    kernel.tell(tx, row["office"], row["township"], payload, said.at)


def _key(text: str) -> str:
    """A reason as the bus may carry it: a rule's key, never its words."""
    return text if text.isascii() and " " not in text else "rule"


__all__ = ["CASE", "Body", "NotApplicable", "Result", "apply"]
