"""What the policy must know of a case or an assignment, gathered from their rows."""

from collections.abc import Iterable, Mapping
from typing import Any

from onewindow.access.principal import Target
from onewindow.office.types import AssignmentState, StaffId, TownshipCode, UnitId
from onewindow.organisation.rows import TownshipKind
from onewindow.organisation.snapshot import Organisation
from onewindow.routing.assignments import OPEN


def _staff(ids: Iterable[str | None]) -> frozenset[StaffId]:
    return frozenset(StaffId(i) for i in ids if i)


def of_case(case: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], organisation: Organisation) -> Target:
    """The target of an action on a case: its standing assignments together."""
    every = list(rows)
    standing = [r for r in every if r["state"] in OPEN]
    if not standing and case["sealed"]:
        # From whom a sealed case was taken back, they know no more of it.
        standing = [r for r in every if r["state"] == AssignmentState.DONE][-1:]
    standing = standing or ([] if case["sealed"] else every[-1:])
    return _target(case, every, standing, organisation)


def of_assignment(
    case: Mapping[str, Any], row: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], organisation: Organisation
) -> Target:
    """The target of an action on one assignment."""
    return _target(case, list(rows), [row], organisation)


def _target(
    case: Mapping[str, Any],
    every: list[Mapping[str, Any]],
    concerned: list[Mapping[str, Any]],
    organisation: Organisation,
) -> Target:
    district = {t.code for t in organisation.townships.values() if t.kind is TownshipKind.DISTRICT}
    excluded = list(case["excluded"])
    registered_by = StaffId(case["registered_by"]) if case["registered_by"] else None
    registered_unit = None
    if registered_by is not None:
        posts = organisation.posts_of(registered_by, case["registered_at"])
        registered_unit = posts[0].unit if posts else None
    alive = [r for r in every if r["state"] in OPEN]
    return Target(
        township=TownshipCode(case["township"]),
        unit_ids=frozenset(UnitId(r["unit_id"]) for r in concerned if r["unit_id"]),
        officer_ids=_staff(r["officer"] for r in concerned),
        registered_by=registered_by,
        registered_unit=registered_unit,
        handled_by=_staff(s for r in every for s in (r["officer"], r["signed_by"])),
        escalated=case["township"] in district or any(r["township"] in district for r in every),
        supervised=case["colour"] == "red",
        at_window=not alive or any(r["office"] is None for r in concerned),
        sealed=case["sealed"],
        designated_ids=_staff(case["designated"]),
        excluded_ids=_staff(i for i in excluded if i not in organisation.units),
        recusing_ids=_staff(case["recusing"]),
        excluded_units=frozenset(UnitId(i) for i in excluded if i in organisation.units),
    )
