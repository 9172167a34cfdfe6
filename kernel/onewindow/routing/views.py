"""The view of a case that travels with a command: what this actor is entitled to, stored nowhere."""

from typing import Any

from sqlalchemy import Connection, bindparam, select

from onewindow.errors import NotFound
from onewindow.registry.timeline import CASE
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.routing.context import Kernel
from onewindow.store.fixed import Fixed

_BY_ID = Fixed(select(CASE).where(CASE.c.id == bindparam("case")))
_BY_NUMBER = Fixed(select(CASE).where(CASE.c.number == bindparam("number")))
_ASSIGNMENTS = Fixed(select(ASSIGNMENT).where(ASSIGNMENT.c.case_id == bindparam("case")).order_by(ASSIGNMENT.c.id))


def case_by_id(conn: Connection, case_id: str) -> dict[str, Any]:
    """A case's row.

    Raises:
        NotFound: no such case.
    """
    row = _BY_ID.one(conn, {"case": case_id})
    if row is None:
        raise NotFound()
    return row


def find_by_number(conn: Connection, number: str) -> dict[str, Any] | None:
    """A case's row by its number, if there is one."""
    return _BY_NUMBER.one(conn, {"number": number})


def assignments_of(conn: Connection, case_id: str) -> list[dict[str, Any]]:
    """A case's assignments in the order in which they were made."""
    return _ASSIGNMENTS.dicts(conn, {"case": case_id})


def unit_title(kernel: Kernel, unit_id: str | None) -> str:
    return kernel.organisation().title(unit_id)
