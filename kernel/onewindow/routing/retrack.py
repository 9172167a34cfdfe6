"""Changing the track of a case later, with a record: its way begins anew under the new track, its moments stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from onewindow.clocks import rows as clock_rows
from onewindow.clocks import service as clocks
from onewindow.clocks.rows import ClockRow
from onewindow.clocks.tables import CLOCK
from onewindow.errors import BadInput, NotFound, Refused
from onewindow.i18n import _
from onewindow.office.manifest import ClockSpec, Manifest
from onewindow.office.types import AssignmentState, PartyRole, StaffId, TownshipCode, Track, UnitId, law_day
from onewindow.organisation.exclusion import Exclusion
from onewindow.organisation.snapshot import Organisation
from onewindow.registry import timeline
from onewindow.registry.catalogue import SEALED_TRACKS, categories
from onewindow.registry.catalogue import sealed as is_sealed
from onewindow.registry.parties import PARTY
from onewindow.registry.search import copies
from onewindow.registry.timeline import CASE, ENTRY, OFFICE, PARTIES, Line, staff_actor
from onewindow.routing import assignments, deadlines, objections, rules, sealing
from onewindow.routing.assignments import ASSIGNMENT, OPEN
from onewindow.routing.context import Kernel
from onewindow.routing.register import kept_away
from onewindow.store.sql import for_update
from onewindow.store.tx import Tx

CHANGED = "track-changed"


@dataclass(frozen=True, slots=True)
class Change:
    """The track that a case takes from now on, and why; `about` names units or staff of ours that it complains about,
    beside those that are known already."""

    track: Track
    reason: str
    category: str | None = None
    about: tuple[str, ...] = ()
    about_leader: bool = False


def change(tx: Tx, kernel: Kernel, case_id: str, given: Change, staff_id: str, at: datetime) -> str:
    """Let a case take another track; its number from now on.

    What is open at offices and units is taken back, and the case is routed anew by the rules. Its clocks of the old
    track end, unless the new one has the very same; those of the new track run from the moments at which the matter
    was received and registered. A case that becomes sealed gets a number of the sealed series and its old one stays
    void; one that was sealed stays so whatever its track.

    Raises:
        NotFound: no such case.
        Refused: it is closed or void.
        BadInput: nothing would change, or there is no such category, unit or person.
    """
    case = _locked(tx, case_id)
    actor = staff_actor(staff_id)
    category = given.category or case["category"]
    if category not in categories():
        raise BadInput(_("没有这个类别"), field="category", remedy=_("从列表中选择"))
    if (given.track, category) == (case["track"], case["category"]):
        raise BadInput(_("事项轨和类别都没有变化"), field="track", remedy=_("选择另一种事项轨"))
    organisation = kernel.organisation()
    accuses = given.track in SEALED_TRACKS
    complained = [*given.about, *_respondent_units(tx, case_id)]
    away = kept_away(organisation, complained, at, accuses) | _of_rows(case["excluded"], organisation)
    home = rules.home(TownshipCode(case["township"]), organisation, away, about_leader=given.about_leader and accuses)
    before = {"from": case["track"], "to": given.track.value, "category": category}
    values: dict[str, Any] = {
        "township": home,
        "track": given.track.value,
        "category": category,
        "excluded": sorted(away.staff) + sorted(away.units),
    }
    tx.execute(update(CASE).where(CASE.c.id == case_id).values(**values))
    hidden = case["sealed"] or is_sealed(given.track, category)
    if hidden:
        # Before anything is told: what offices hear of from now on is sealed.
        sealing.seal(tx, kernel, case_id, at, actor, given.reason)
        named = rules.designated(home, organisation, away, at)
        tx.execute(update(CASE).where(CASE.c.id == case_id).values(designated=list(named)))
    rounds = _take_back(tx, kernel, case_id, at, actor, given.reason)
    case = _locked(tx, case_id)
    route = rules.route(home, given.track, category, organisation, kernel.offices(), at, sealed=hidden, exclusion=away)
    dropped = _clocks(tx, kernel, case, kernel.offices().manifest(route.office), at)
    data = {**before, "clocks": dropped}
    timeline.append(
        tx, kernel.vault, case_id, Line(CHANGED, at, actor, (OFFICE, PARTIES), data, {"reason": given.reason})
    )
    if route.assigned:
        assignments.assign(tx, kernel, case, route, at, round=rounds + 1)
    else:
        assignments.settle_case(tx, case_id, at)
        # The search knows each case by its track and category; where a unit gets it, that is noted there.
        copies.mark(tx, case_id)
    return str(case["number"])


def _locked(tx: Tx, case_id: str) -> dict[str, Any]:
    row = tx.execute(for_update(select(CASE).where(CASE.c.id == case_id))).mappings().one_or_none()
    if row is None:
        raise NotFound()
    if row["state"] != "open":
        raise Refused(_("事项已办结"), rule="closed")
    return dict(row)


def _respondent_units(tx: Tx, case_id: str) -> list[str]:
    query = select(PARTY.c.unit_id).where(
        PARTY.c.case_id == case_id, PARTY.c.role == PartyRole.RESPONDENT.value, PARTY.c.unit_id.is_not(None)
    )
    return [str(unit) for unit in tx.execute(query).scalars()]


def _of_rows(excluded: Sequence[str], organisation: Organisation) -> Exclusion:
    """Whom a case keeps away already."""
    units = frozenset(UnitId(one) for one in excluded if one in organisation.units)
    return Exclusion(frozenset(StaffId(one) for one in excluded if one not in units), units)


def _take_back(tx: Tx, kernel: Kernel, case_id: str, at: datetime, actor: str, reason: str) -> int:
    """Take back whatever is open, signed for or not; the rounds that there were."""
    query = select(ASSIGNMENT).where(ASSIGNMENT.c.case_id == case_id).order_by(ASSIGNMENT.c.id)
    rows = [dict(row) for row in tx.execute(query).mappings()]
    for row in rows:
        if row["state"] in OPEN:
            assignments.end(tx, kernel, row, AssignmentState.RECALLED, at)
            line = Line("recalled", at, actor, (OFFICE,), {"assignment": row["id"]}, {"reason": reason})
            timeline.append(tx, kernel.vault, case_id, line)
    objections.drop(tx, case_id, at)
    return max((row["round"] for row in rows), default=0)


def _clocks(tx: Tx, kernel: Kernel, case: Mapping[str, Any], manifest: Manifest | None, at: datetime) -> list[str]:
    """Bring the clocks of the case itself under its new track; the ids of those that the change ended.

    A clock that both tracks have runs on, and one of both that was kept already is not started a second time.
    """
    spec = manifest.procedure_for(case["track"], case["category"]) if manifest else None
    moments = {"registered": case["registered_at"], "received": case["received_at"]}
    day = law_day(case["registered_at"])
    wanted = [
        clock
        for clock in deadlines.applicable(spec.clocks if spec else (), case["track"], day, kernel.profile)
        if clock.starts.fact in deadlines.CASE_FACTS
    ]
    office = manifest.id if manifest else None
    ended_before = _dropped_earlier(tx, case["id"])
    own = [c for c in clock_rows.of_case(tx, case["id"]) if c.assignment_id is None and c.id not in ended_before]
    tx.execute(
        update(CLOCK)
        .where(CLOCK.c.case_id == case["id"], CLOCK.c.assignment_id.is_(None))
        .values(township=case["township"])
    )
    clock_rows.release(tx, case["id"])
    dropped = []
    for clock in own:
        if clock.status != "stopped" and not any(_same(clock, one, office) for one in wanted):
            clocks.stop(tx, clock.id, at, kernel.book)
            dropped.append(str(clock.id))
    if office is not None:
        for one in wanted:
            if not any(_same(clock, one, office) for clock in own):
                owner = deadlines.owner_of_case(case, office)
                clocks.start(tx, one, owner, started=moments[one.starts.fact], book=kernel.book)
    return dropped


def _same(clock: ClockRow, spec: ClockSpec, office: str | None) -> bool:
    """Whether a clock that began under one track is the same duty under another."""
    span = (spec.span.amount, spec.span.unit) if spec.span else (0, None)
    return (clock.office, clock.key, clock.source, clock.span_amount, clock.span_unit) == (
        office, spec.key, spec.source, *span,
    )  # fmt: skip


def _dropped_earlier(tx: Tx, case_id: str) -> set[str]:
    """The clocks that earlier changes of track ended: were that track chosen again, they would begin again."""
    query = select(ENTRY.c.data).where(ENTRY.c.case_id == case_id, ENTRY.c.kind == CHANGED)
    return {clock for data in tx.execute(query).scalars() for clock in data.get("clocks", ())}
