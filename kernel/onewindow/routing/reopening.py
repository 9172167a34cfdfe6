"""Asking to have a closed matter taken up again (申请重启, T27), and what the director decides about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select, update

from onewindow.access.policy import Reach
from onewindow.errors import BadInput, Conflict, NotFound, Refused
from onewindow.i18n import _
from onewindow.office.types import OfficeId, Phase, UnitId, law_day, new_id
from onewindow.organisation.snapshot import Organisation
from onewindow.registry.timeline import CASE
from onewindow.routing import assignments, listing
from onewindow.routing.applicant_tables import Reopening
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.routing.context import Kernel
from onewindow.routing.people import Hand
from onewindow.routing.rules import Route
from onewindow.store.sql import for_update, table_of
from onewindow.store.tx import Tx

REOPENING: Table = table_of(Reopening)
PURPOSE = "reopening"


def declared(kernel: Kernel, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the last lead's procedure says that a party may ask for it."""
    for row in reversed(rows):
        if row["role"] == "lead":
            spec = assignments.spec_of(kernel.offices().manifest(row["office"]), row)
            return spec is not None and spec.reopens
    return False


def ask(hand: Hand, reason: str) -> str:
    """Ask for it, with what is new; the wish's id.

    Raises:
        Refused: the case is open, or its procedure knows no reopening.
        BadInput: no reason.
        Conflict: an earlier wish is not decided yet.
    """
    hand.require_brought()
    tx, kernel, case = hand.tx, hand.kernel, hand.case
    if case["state"] == "open":
        raise Refused(_("事项还在办理，可以直接补充材料"), rule="T27")
    if not declared(kernel, _assignments(tx, case["id"])):
        raise Refused(_("这类事项不能申请重启"), rule="T27", remedy=_("有新的情况，可以重新登记"))
    if len(reason.strip()) < 2:
        raise BadInput(_("请写明申请重启的理由"), field="reason", remedy=_("例如：有新的事实、没有履行、生效裁判改变"))
    if waiting(tx, case["id"]) is not None:
        raise Conflict(_("已经申请过重启，正在等待决定"))
    row = {
        "id": new_id(),
        "case_id": case["id"],
        "township": case["township"],
        "party_id": hand.party.id,
        "at": hand.at,
        "state": "asked",
        "decided_at": None,
        "decided_by": None,
    }
    sealed = kernel.vault.seal_json(PURPOSE, {"reason": reason.strip()}, context=row["id"])
    tx.insert(REOPENING, {**row, "words": sealed})
    hand.say("reopening-asked", {}, {"reason": reason.strip()})
    return str(row["id"])


def decide(hand: Hand, *, granted: bool, reason: str) -> None:
    """Grant it: a further round goes to the unit that had the case; or say why not. The party is told either way.

    Raises:
        NotFound: nobody asks for it.
    """
    tx, kernel, case, at = hand.tx, hand.kernel, hand.case, hand.at
    row = tx.execute(for_update(_waiting(case["id"]))).mappings().one_or_none()
    if row is None:
        raise NotFound(_("没有待决定的重启申请"))
    state = {"state": "granted" if granted else "refused", "decided_at": at, "decided_by": hand.staff_id}
    tx.execute(update(REOPENING).where(REOPENING.c.id == row["id"]).values(**state))
    hand.say("reopening-decided", {"granted": granted}, {"reason": reason})
    if not granted:
        return
    tx.execute(update(CASE).where(CASE.c.id == case["id"]).values(state="open", closed_at=None))
    last = [r for r in _assignments(tx, case["id"]) if r["role"] == "lead"][-1]
    unit = kernel.organisation().units.get(UnitId(last["unit_id"])) if last["unit_id"] else None
    # A unit that is no more leaves the matter in the window's own queue.
    if unit is None or not unit.holds(law_day(at)):
        tx.execute(update(CASE).where(CASE.c.id == case["id"]).values(phase=Phase.IN_HAND.value, holder=None))
        return
    office = OfficeId(last["office"]) if last["office"] else None
    route = Route("reopened", unit.id, office)
    opened = {**case, "state": "open"}
    assignments.assign(tx, kernel, opened, route, at, actor=hand.actor, round=last["round"] + 1)


def waiting(conn: Connection | Tx, case_id: str) -> Mapping[str, Any] | None:
    """The wish that waits for a decision."""
    row = conn.execute(_waiting(case_id)).mappings().one_or_none()
    return dict(row) if row is not None else None


def asked(
    conn: Connection, parts: tuple[Reach, ...], organisation: Organisation, township: str
) -> list[Mapping[str, Any]]:
    """The cases of a township whose reopening somebody asks for, as far as one may see them."""
    query = (
        select(*CASE.c, REOPENING.c.at.label("asked_at"))
        .join(CASE, CASE.c.id == REOPENING.c.case_id)
        .where(REOPENING.c.township == township, REOPENING.c.state == "asked")
        .where(listing.reachable(parts, organisation))
        .order_by(REOPENING.c.id)
        .limit(listing.PAGE)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def _waiting(case_id: str) -> Any:
    return select(REOPENING).where(REOPENING.c.case_id == case_id, REOPENING.c.state == "asked")


def _assignments(tx: Tx, case_id: str) -> list[Mapping[str, Any]]:
    query = select(ASSIGNMENT).where(ASSIGNMENT.c.case_id == case_id).order_by(ASSIGNMENT.c.id)
    return [dict(row) for row in tx.execute(query).mappings()]


__all__ = ["ask", "asked", "decide", "declared", "waiting"]
