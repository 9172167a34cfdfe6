"""The view of a case that travels with a command: what this actor is entitled to, stored nowhere."""

from typing import Any

from sqlalchemy import Connection, bindparam, select

from onewindow.errors import NotFound
from onewindow.registry.timeline import CASE
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.routing.context import Kernel

_BY_ID = select(CASE).where(CASE.c.id == bindparam("case"))
_BY_NUMBER = select(CASE).where(CASE.c.number == bindparam("number"))
_ASSIGNMENTS = select(ASSIGNMENT).where(ASSIGNMENT.c.case_id == bindparam("case")).order_by(ASSIGNMENT.c.id)


def case_by_id(conn: Connection, case_id: str) -> dict[str, Any]:
    """A case's row.

    Raises:
        NotFound: no such case.
    """
    row = conn.execute(_BY_ID, {"case": case_id}).mappings().one_or_none()
    if row is None:
        raise NotFound()
    return dict(row)


def find_by_number(conn: Connection, number: str) -> dict[str, Any] | None:
    """A case's row by its number, if there is one."""
    row = conn.execute(_BY_NUMBER, {"number": number}).mappings().one_or_none()
    return dict(row) if row is not None else None


def assignments_of(conn: Connection, case_id: str) -> list[dict[str, Any]]:
    """A case's assignments in the order in which they were made."""
    return [dict(row) for row in conn.execute(_ASSIGNMENTS, {"case": case_id}).mappings()]


def unit_title(kernel: Kernel, unit_id: str | None) -> str:
    return kernel.organisation().title(unit_id)
