"""What somebody has in hand, and giving it to a named successor or to the unit's queue, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, cast, select, update

from onewindow.access.policy import Reach
from onewindow.office.types import StaffId, TownshipCode, UnitId
from onewindow.organisation.snapshot import Organisation
from onewindow.registry import timeline
from onewindow.registry.timeline import CASE, OFFICE, SEALED, Line, staff_actor
from onewindow.routing import assignments, listing
from onewindow.routing.assignments import ASSIGNMENT, OPEN
from onewindow.routing.context import Kernel
from onewindow.routing.objections import OBJECTION
from onewindow.store.tx import Tx


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How much unsealed work went to the successor, and how much to the queues of its units."""

    to_successor: int = 0
    to_queue: int = 0


def in_hand(
    conn: Connection,
    parts: tuple[Reach, ...],
    organisation: Organisation,
    staff: StaffId,
    *,
    after: str | None = None,
    limit: int = 50,
) -> listing.Page:
    """The open assignments whose officer somebody is, as far as the asker may see them."""
    return listing.queue(conn, parts, organisation, mine=staff, after=after, limit=limit)


def waits_for(tx: Tx, unit: UnitId) -> bool:
    """Whether anything open is assigned to a unit; what is sealed is with its designated person and does not count."""
    here = (ASSIGNMENT.c.unit_id == unit, ASSIGNMENT.c.state.in_(OPEN), ~ASSIGNMENT.c.sealed)
    return tx.execute(select(ASSIGNMENT.c.id).where(*here).limit(1)).first() is not None


def hand_over(
    tx: Tx, kernel: Kernel, organisation: Organisation, staff: StaffId, successor: StaffId | None, by: str, at: datetime
) -> HandedOver:
    """Give all that somebody has in hand to the successor, where that person works for the unit and the matter is not
    about them; everything else waits in its unit's queue. A sealed matter goes to whoever is designated for it and
    never to a successor: naming somebody would let them see it. Nothing is ended, returned or deleted; each has its
    line.
    """
    rows = tx.execute(
        select(ASSIGNMENT, CASE.c.excluded)
        .join(CASE, CASE.c.id == ASSIGNMENT.c.case_id)
        .where(ASSIGNMENT.c.officer == staff, ASSIGNMENT.c.state.in_(OPEN))
        .order_by(ASSIGNMENT.c.id)
    ).mappings()
    units = {post.unit for post in organisation.posts_of(successor, at)} if successor else frozenset()
    done = HandedOver()
    for found in [dict(row) for row in rows]:
        excluded = found.pop("excluded")
        row = assignments.lock(tx, found["id"])
        fit = row["unit_id"] in units and not row["sealed"] and not _concerned(successor, units, excluded)
        to = successor if fit else None
        assignments.change(tx, kernel, row, at, officer=to)
        data = {"assignment": row["id"], "unit": row["unit_id"], "from": staff, "to": to}
        readers = (SEALED,) if row["sealed"] else (OFFICE,)
        timeline.append(tx, kernel.vault, row["case_id"], Line("handed-over", at, staff_actor(by), readers, data))
        if not row["sealed"]:
            done = HandedOver(done.to_successor + bool(fit), done.to_queue + (not fit))
    _by_name(tx, organisation, staff)
    return done


def _concerned(staff: StaffId | None, units: Collection[UnitId], excluded: Sequence[str]) -> bool:
    return staff in excluded or any(unit in excluded for unit in units)


def _by_name(tx: Tx, organisation: Organisation, staff: StaffId) -> None:
    """What names somebody without being in their hands: reminders, objections to rule, and sealed open matters."""
    for township in organisation.townships.values():
        fallback = township.window_fallback
        here = (ASSIGNMENT.c.fallback == staff, ASSIGNMENT.c.state == "sent", ASSIGNMENT.c.township == township.code)
        tx.execute(update(ASSIGNMENT).where(*here).values(fallback=fallback))
        rules = (OBJECTION.c.ruler == staff, OBJECTION.c.state == "open", OBJECTION.c.township == township.code)
        tx.execute(update(OBJECTION).where(*rules).values(ruler=fallback))
    named = cast(CASE.c.designated, String).like(f'%"{staff}"%')
    query = select(CASE.c.id, CASE.c.township, CASE.c.designated, CASE.c.excluded)
    for row in tx.execute(query.where(CASE.c.sealed, CASE.c.state == "open", named)).mappings().all():
        tx.execute(
            update(CASE).where(CASE.c.id == row["id"]).values(designated=_instead(organisation, dict(row), staff))
        )


def _instead(organisation: Organisation, row: Mapping[str, Any], staff: StaffId) -> list[str]:
    """Who is designated for a sealed matter once somebody has left: the township's, else the district's person."""
    kept = [one for one in row["designated"] if one != staff]
    township = organisation.townships.get(TownshipCode(row["township"]))
    district = organisation.district()
    for place in (township, district):
        secret = place.secret if place is not None else None
        if secret is not None and secret != staff and secret not in row["excluded"]:
            return [*kept, *([secret] if secret not in kept else [])]
    return kept
