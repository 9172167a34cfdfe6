"""Related matters: named by number, only those that the reader may see; one that is sealed is named nowhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from onewindow.access import guard
from onewindow.access.actions import Action
from onewindow.access.principal import Principal
from onewindow.errors import BadInput
from onewindow.i18n import _
from onewindow.registry.timeline import CASE
from onewindow.routing import enclosing, targets, views
from onewindow.routing.context import Kernel


def resolve(conn: Connection, kernel: Kernel, principal: Principal, numbers: Sequence[str]) -> tuple[str, ...]:
    """The ids of the matters with these numbers.

    Raises:
        BadInput: one does not exist, is sealed, or is none that this person may see: the same answer for each.
    """
    found: dict[str, None] = {}
    for number in dict.fromkeys(text.strip() for text in numbers if text.strip()):
        case = views.find_by_number(conn, number)
        if case is None or not _seen(conn, kernel, principal, case):
            raise BadInput(_("没有找到编号 {number} 的事项"), field="related", remedy=_("核对编号"), number=number)
        found[case["id"]] = None
    return tuple(found)


def shown(conn: Connection, kernel: Kernel, principal: Principal, case_id: str) -> list[Mapping[str, Any]]:
    """The matters that are called related to a case, as far as this person may see them."""
    ids = enclosing.linked(conn, case_id)
    if not ids:
        return []
    rows = conn.execute(select(CASE).where(CASE.c.id.in_(ids)).order_by(CASE.c.id)).mappings().all()
    return [dict(row) for row in rows if _seen(conn, kernel, principal, dict(row))]


def _seen(conn: Connection, kernel: Kernel, principal: Principal, case: Mapping[str, Any]) -> bool:
    # The same steps for each, sealed or not, so that nothing can be told by the time it takes.
    rows = views.assignments_of(conn, case["id"])
    target = targets.of_case(case, rows, kernel.organisation())
    return guard.permits(principal, Action.CASE_READ, target) and not case["sealed"]
