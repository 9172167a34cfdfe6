"""Nudging (催一催): at most once in three working days for a case, seen by its holder and at the desk."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select

from onewindow.access.policy import Reach
from onewindow.clocks import workdays
from onewindow.errors import Refused
from onewindow.i18n import _
from onewindow.office.types import law_day, new_id
from onewindow.organisation.snapshot import Organisation
from onewindow.registry.timeline import CASE
from onewindow.routing import listing
from onewindow.routing.applicant_tables import Nudge
from onewindow.routing.people import Hand
from onewindow.store.sql import table_of

NUDGE: Table = table_of(Nudge)
EVERY = 3
# Where there is something to wait for.
PHASES = frozenset({"in_hand", "suspended"})


def nudge(hand: Hand) -> datetime:
    """Nudge the case; from when the next nudge may be made.

    Raises:
        Refused: the case is closed, has been answered, or was nudged within three working days.
    """
    hand.require_brought()
    hand.require_open()
    if hand.case["phase"] not in PHASES:
        raise Refused(_("现在不需要催办"), rule="nudge", remedy=_("看“下一步”"))
    tx, at = hand.tx, hand.at
    last = tx.execute(select(func.max(NUDGE.c.next_at)).where(NUDGE.c.case_id == hand.case["id"])).scalar()
    if last is not None and at < last:
        raise Refused(
            _("同一事项每三个工作日可以催一次，{day} 起可以再催"), rule="nudge-often", day=law_day(last).isoformat()
        )
    again = workdays.again_from(at, EVERY, hand.kernel.book.current(tx))
    row = {
        "id": new_id(),
        "case_id": hand.case["id"],
        "township": hand.case["township"],
        "party_id": hand.party.id,
        "at": at,
        "next_at": again,
    }
    tx.insert(NUDGE, row)
    hand.say("nudged", {"again_on": law_day(again).isoformat()})
    hand.tell_offices("nudged")
    return again


def again_at(conn: Connection, case_id: str) -> datetime | None:
    """From when a case may be nudged again; None if it never was."""
    found: datetime | None = conn.execute(
        select(NUDGE.c.next_at).where(NUDGE.c.case_id == case_id).order_by(NUDGE.c.id.desc()).limit(1)
    ).scalar()
    return found


def nudged(
    conn: Connection, parts: tuple[Reach, ...], organisation: Organisation, township: str, now: datetime
) -> list[Mapping[str, Any]]:
    """The open cases of a township that were nudged within the last three working days, as far as somebody may see."""
    query = (
        select(*CASE.c, NUDGE.c.at.label("nudged_at"))
        .join(CASE, CASE.c.id == NUDGE.c.case_id)
        .where(NUDGE.c.township == township, NUDGE.c.next_at > now, CASE.c.state == "open")
        .where(listing.reachable(parts, organisation))
        .order_by(NUDGE.c.next_at, NUDGE.c.id)
        .limit(listing.PAGE)
    )
    return [dict(row) for row in conn.execute(query).mappings()]
