"""From legal facts to clocks: what was registered, signed, entered or served starts and stops deadlines."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, update

from onewindow.clocks import rows as clock_rows
from onewindow.clocks import service as clocks
from onewindow.clocks.compute import Colour, day_start
from onewindow.clocks.rows import ClockRow
from onewindow.clocks.service import Owner
from onewindow.office.manifest import ClockSpec, MomentSpec, ProcedureSpec
from onewindow.office.types import AssignmentId, CaseId, OfficeId, TownshipCode, law_day
from onewindow.registry.timeline import CASE
from onewindow.routing.context import Kernel
from onewindow.store.fixed import Fixed
from onewindow.store.tx import Tx

CASE_FACTS = frozenset({"registered", "received"})


def _meets(moment: MomentSpec, fact: str, key: str) -> bool:
    return moment.fact == fact and (not moment.of or key in moment.of)


@lru_cache(16)
def profiles(chosen: str) -> frozenset[str]:
    """The names in a setting that lists profiles."""
    return frozenset(name.strip() for name in chosen.split(",") if name.strip())


def applicable(specs: Iterable[ClockSpec], track: str, on: date, profile: str = "") -> list[ClockSpec]:
    """The clocks of a procedure that hold for this track on this day: national law, and the profile that was chosen."""
    return [
        s
        for s in specs
        if not s.per  # the office itself starts and stops those of rows
        and (not s.tracks or track in s.tracks)
        and (s.since is None or s.since <= on)
        and (not s.profile or s.profile in profiles(profile))
    ]


def begin_case(
    tx: Tx,
    kernel: Kernel,
    spec: ProcedureSpec,
    case: Mapping[str, Any],
    office: str,
    moments: Mapping[str, datetime],
) -> list[ClockRow]:
    """Start the clocks that belong to the case: those of its registration and receipt. They never restart."""
    started = []
    for clock in applicable(spec.clocks, case["track"], law_day(moments["registered"]), kernel.profile):
        if clock.starts.fact in CASE_FACTS:
            owner = owner_of_case(case, office)
            started.append(clocks.start(tx, clock, owner, started=moments[clock.starts.fact], book=kernel.book))
    return started


def begin_assignment(
    tx: Tx, kernel: Kernel, spec: ProcedureSpec, assignment: Mapping[str, Any], at: datetime
) -> list[ClockRow]:
    """Start the clocks that run from the hand-over of a new case, without a look at what runs already."""
    return [
        clocks.start(tx, clock, owner_of(assignment), started=at, book=kernel.book)
        for clock in applicable(spec.clocks, assignment["track"], law_day(at), kernel.profile)
        if clock.starts.fact == "assigned"
    ]


def owner_of_case(case: Mapping[str, Any], office: str) -> Owner:
    """What a clock of the case itself belongs to."""
    return Owner(CaseId(case["id"]), TownshipCode(case["township"]), case["sealed"], office=OfficeId(office))


def owner_of(assignment: Mapping[str, Any], row: str | None = None) -> Owner:
    """What a clock of this assignment belongs to."""
    return Owner(
        CaseId(assignment["case_id"]),
        TownshipCode(assignment["township"]),
        assignment["sealed"],
        AssignmentId(assignment["id"]),
        OfficeId(assignment["office"]),
        row,
    )


def on_fact(
    tx: Tx,
    kernel: Kernel,
    spec: ProcedureSpec | None,
    assignment: Mapping[str, Any],
    fact: str,
    key: str,
    at: datetime | date,
    *,
    now: datetime,
) -> list[ClockRow]:
    """Start and stop what this fact starts and stops for an assignment and its case; the clocks touched.

    Whoever calls this settles the case afterwards, or refreshes its due date.
    """
    if spec is None:
        return []
    touched: list[ClockRow] = []
    alive = [c for c in clock_rows.of_case(tx, assignment["case_id"]) if c.status != "stopped"]
    running = [c for c in alive if _concerns(c, assignment)]
    began = {c.key for c in running}
    instant = at if isinstance(at, datetime) else day_start(at)
    for clock in applicable(spec.clocks, assignment["track"], law_day(instant), kernel.profile):
        if any(_meets(moment, fact, key) for moment in clock.stops):
            for row in [r for r in running if r.key == clock.key]:
                touched.append(clocks.stop(tx, row.id, min(instant, now), kernel.book))
                began.discard(clock.key)
        if clock.starts.fact not in CASE_FACTS and _meets(clock.starts, fact, key) and clock.key not in began:
            touched.append(clocks.start(tx, clock, owner_of(assignment), started=at, book=kernel.book))
    return touched


def stop_own(tx: Tx, kernel: Kernel, assignment: Mapping[str, Any], at: datetime) -> None:
    """An assignment that was taken back leaves none of its own clocks running; those of the case run on."""
    for clock in clock_rows.of_case(tx, assignment["case_id"]):
        if clock.assignment_id == assignment["id"] and clock.status != "stopped":
            clocks.stop(tx, clock.id, at, kernel.book)


def _concerns(row: ClockRow, assignment: Mapping[str, Any]) -> bool:
    """A clock of the case, or of this assignment."""
    return row.assignment_id in (None, assignment["id"])


def running(
    tx: Tx, case_id: str, key: str, assignment_id: str | None = None, row_key: str | None = None
) -> ClockRow | None:
    """The clock of this name (and this row) that has not been stopped."""
    for row in clock_rows.of_case(tx, case_id):
        mine = row.assignment_id in (None, assignment_id) and row.row_key == row_key
        if row.key == key and row.status != "stopped" and mine:
            return row
    return None


_SEVERITY: dict[Colour, int] = {"green": 0, "amber": 1, "red": 2}
_SHOW = Fixed(update(CASE).where(CASE.c.id == bindparam("this")), writes=True)


def shown(tx: Tx, case_id: str) -> dict[str, Any]:
    """What a list shows of a case's clocks: the nearest due date, and the worst colour."""
    ticking = [clock for clock in clock_rows.of_case(tx, case_id) if clock.status == "running"]
    due = min((clock.lawful_at or clock.early_at for clock in ticking), default=None)
    worst: Colour = max((clock.colour for clock in ticking), key=_SEVERITY.__getitem__, default="green")
    return {"due_at": due, "colour": worst}


def refresh_due(tx: Tx, case_id: str) -> None:
    """Bring what lists show of the case's clocks up to date."""
    _SHOW.change(tx, {"this": case_id, **shown(tx, case_id)})
