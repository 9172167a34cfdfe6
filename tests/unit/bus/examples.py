"""Events to test with."""

from datetime import UTC, datetime

from onewindow.bus.envelope import Event
from onewindow.bus.events import AssignmentChanged, ProceedingChanged
from onewindow.office.types import AssignmentRole, AssignmentState, Phase, Track, new_id

NOW = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)


def assigned(about: str = "", *, version: int = 1, office: str = "petition") -> Event:
    payload = AssignmentChanged(
        assignment_id=about or new_id(),
        case_id=new_id(),
        township="440303001",
        unit_id="u-office",
        office=office,
        role=AssignmentRole.LEAD,
        state=AssignmentState.SENT,
        version=version,
        category="0801",
        track=Track.CLAIM,
        sent_at=NOW,
    )
    return payload.event(id=new_id(), district="demo", office=office, township="donghu", time=NOW)


def proceeded(about: str = "", *, version: int = 1, office: str = "petition") -> Event:
    payload = ProceedingChanged(
        assignment_id=about or new_id(),
        version=version,
        procedure="petition",
        procedure_version=1,
        state="received",
        phase=Phase.IN_HAND,
        action="accept",
        actor="staff-1",
        at=NOW,
        has_body=True,
        effects=[{"kind": "issue", "document": "acceptance_notice"}],
    )
    return payload.event(id=new_id(), district="demo", office=office, township="donghu", time=NOW)
