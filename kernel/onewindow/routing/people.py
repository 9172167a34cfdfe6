"""What the acts of a case's own people have in common: their case, themselves, and the line that tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from onewindow.bus.events import CaseNoted
from onewindow.errors import NotFound, Refused
from onewindow.i18n import _
from onewindow.registry import timeline
from onewindow.registry.parties import BROUGHT, PARTY, PartyRecord, record_of
from onewindow.registry.timeline import CASE, OFFICE, Line, party_actor, party_reader, staff_actor
from onewindow.routing.assignments import ASSIGNMENT, OPEN
from onewindow.routing.context import Kernel
from onewindow.store.sql import for_update
from onewindow.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand an act came by: the party's own code, or a member of staff who entered what was written."""

    tx: Tx
    kernel: Kernel
    case: Mapping[str, Any]
    party: PartyRecord
    at: datetime
    staff_id: str | None = None

    @property
    def actor(self) -> str:
        return staff_actor(self.staff_id) if self.staff_id else party_actor(self.party.id)

    def say(
        self,
        kind: str,
        data: Mapping[str, Any] | None = None,
        words: Mapping[str, Any] | None = None,
        *,
        office: bool = True,
    ) -> None:
        """A line of the case's history for this one party, and for the offices unless it is none of their business."""
        told = {"party": self.party.id, **(data or {})}
        readers = (*((OFFICE,) if office else ()), party_reader(self.party.id))
        line = Line(kind, self.at, self.actor, readers, told, dict(words) if words else None)
        timeline.append(self.tx, self.kernel.vault, self.case["id"], line)

    def tell_offices(self, kind: str, data: Mapping[str, Any] | None = None) -> None:
        """Tell the offices that hold the case; what no procedure reacts to, they pass over."""
        for row in self.standing():
            if row["office"]:
                told = CaseNoted(case_id=self.case["id"], assignment_id=row["id"], kind=kind, data=dict(data or {}))
                self.kernel.tell(self.tx, row["office"], row["township"], told, self.at)

    def standing(self) -> list[dict[str, Any]]:
        """The assignments that stand."""
        self.tx.flush()
        query = select(ASSIGNMENT).where(ASSIGNMENT.c.case_id == self.case["id"], ASSIGNMENT.c.state.in_(OPEN))
        return [dict(row) for row in self.tx.execute(query.order_by(ASSIGNMENT.c.id)).mappings()]

    def require_brought(self) -> None:
        """Go on only for who brought the matter: whoever was admitted to a part of it speaks there.

        Raises:
            Refused: it is another party.
        """
        if self.party.role not in BROUGHT:
            raise Refused(_("这是提出事项的人的权利，您可以在自己参加的程序中表达意见"), rule="not-theirs")

    def require_open(self) -> None:
        """Go on only while the case is open.

        Raises:
            Refused: it is closed.
        """
        if self.case["state"] != "open":
            raise Refused(_("事项已办结"), rule="closed")


def hand(tx: Tx, kernel: Kernel, case_id: str, party_id: str, at: datetime, *, staff_id: str | None = None) -> Hand:
    """A party's hand on their case, which nobody else changes until this transaction ends.

    Raises:
        NotFound: no such case, or none of this party's.
    """
    case = tx.execute(for_update(select(CASE).where(CASE.c.id == case_id))).mappings().one_or_none()
    row = tx.execute(select(PARTY).where(PARTY.c.id == party_id, PARTY.c.case_id == case_id)).mappings().one_or_none()
    if case is None or row is None or row["erased_at"] is not None:
        raise NotFound()
    return Hand(tx, kernel, dict(case), record_of(kernel.vault, dict(row)), at, staff_id)
