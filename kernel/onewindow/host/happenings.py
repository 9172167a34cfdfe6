"""From the kernel's events to what a procedure may react to."""

from onewindow.bus.events import (
    CaseNoted,
    ClockTurned,
    DocumentServed,
    EffectRefused,
    ExtensionDecided,
    Payload,
)
from onewindow.office.procedure import EVENTS, Happening


def happening_of(payload: Payload) -> tuple[str, Happening] | None:
    """The assignment that an event is about and what happened; None for what no procedure reacts to."""
    assignment = getattr(payload, "assignment_id", None)
    if not isinstance(assignment, str):
        return None
    if isinstance(payload, ClockTurned):
        event = "due" if payload.colour == "red" else "near"
        due = payload.due.isoformat() if payload.due else None
        return assignment, Happening(
            event, payload.clock, {"due": due, "provisional": payload.provisional, "row": payload.row}
        )
    if isinstance(payload, DocumentServed):
        data = {"served_on": payload.served_on, "document_id": payload.document_id}
        return assignment, Happening("served", payload.document, data)
    if isinstance(payload, ExtensionDecided):
        due = payload.due.isoformat() if payload.due else None
        data_ = {"effective": payload.effective, "due": due}
        return assignment, Happening("extended", payload.clock, data_)
    if isinstance(payload, EffectRefused):
        return assignment, Happening("refused", payload.reason, {"version": payload.version, "effect": payload.effect})
    if isinstance(payload, CaseNoted) and payload.kind in EVENTS:
        return assignment, Happening(payload.kind, str(payload.data.get("of", "")), dict(payload.data))
    return None
