"""Lists that a person may see: cases and queues, by key, each query filtered by what the policy lets them reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, false, or_, select, true

from onewindow.access.policy import Reach
from onewindow.organisation.rows import TownshipKind
from onewindow.organisation.snapshot import Organisation
from onewindow.registry.timeline import CASE
from onewindow.routing.assignments import ASSIGNMENT, OPEN
from onewindow.routing.objections import OBJECTION

PAGE = 50
MOST = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. Never a person."""

    township: str | None = None
    state: str | None = None
    category: str | None = None
    track: str | None = None
    phase: str | None = None
    office: str | None = None
    unit: str | None = None
    colour: str | None = None
    assignment_state: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of their keys, newest first, and the keys of the neighbouring pages."""

    rows: Sequence[Mapping[str, Any]] = field(default_factory=list)
    next: str | None = None
    prev: str | None = None


def _mine(parts: tuple[Reach, ...], organisation: Organisation) -> ColumnElement[bool]:
    """The condition on cases that says the same as `Reach.admits`, for any of the parts."""
    return or_(false(), *(_part(part, organisation) for part in parts))


def _part(reach: Reach, organisation: Organisation) -> ColumnElement[bool]:
    alive = ASSIGNMENT.c.state.in_(OPEN)
    of_case = ASSIGNMENT.c.case_id == CASE.c.id
    conditions: list[ColumnElement[bool]] = []
    district = [t.code for t in organisation.townships.values() if t.kind is TownshipKind.DISTRICT]
    if reach.everything:
        conditions.append(true())
    if reach.escalated:
        conditions.append(CASE.c.township.in_(district))
        conditions.append(exists().where(of_case, ASSIGNMENT.c.township.in_(district)))
    if reach.townships:
        conditions.append(CASE.c.township.in_(reach.townships))
    if reach.supervised:
        conditions.append(and_(CASE.c.township.in_(reach.supervised), CASE.c.colour == "red"))
    if reach.window:
        lies_there = ~exists().where(of_case, alive) | exists().where(of_case, alive, ASSIGNMENT.c.office.is_(None))
        conditions.append(and_(CASE.c.township.in_(reach.window), lies_there))
    if reach.units:
        conditions.append(exists().where(of_case, ASSIGNMENT.c.unit_id.in_(reach.units)))
    if reach.open_units:
        open_there = ASSIGNMENT.c.unit_id.in_(reach.open_units) & ASSIGNMENT.c.officer.is_(None)
        conditions.append(exists().where(of_case, open_there))
    if reach.officers:
        conditions.append(exists().where(of_case, ASSIGNMENT.c.officer.in_(reach.officers)))
    if reach.registered_by:
        conditions.append(CASE.c.registered_by.in_(reach.registered_by))
    if reach.registered_at:
        people = [
            post.staff for post in organisation.posts.values() if post.unit in reach.registered_at
        ]
        conditions.append(CASE.c.registered_by.in_(people))
    named = exists().where(of_case, ASSIGNMENT.c.officer == reach.staff_id)
    if reach.designated:
        conditions.append(and_(CASE.c.sealed, named))
    # A sealed case is there for whoever is named in it, and for nobody else.
    return and_(or_(false(), *conditions), or_(~CASE.c.sealed, named))


def _narrowed(query: Select[Any], filters: Filters) -> Select[Any]:
    for name in ("township", "state", "category", "track", "phase", "colour"):
        if (value := getattr(filters, name)) is not None:
            query = query.where(CASE.c[name] == value)
    if filters.office is not None or filters.unit is not None or filters.assignment_state is not None:
        there = [ASSIGNMENT.c.case_id == CASE.c.id]
        if filters.office is not None:
            there.append(ASSIGNMENT.c.office == filters.office)
        if filters.unit is not None:
            there.append(ASSIGNMENT.c.unit_id == filters.unit)
        if filters.assignment_state is not None:
            there.append(ASSIGNMENT.c.state == filters.assignment_state)
        query = query.where(exists().where(*there))
    return query


def _paged(conn: Connection, query: Select[Any], key: Any, after: str | None, before: str | None, limit: int) -> Page:
    """A page by key, newest first; `after` goes to older rows, `before` back to newer ones."""
    limit = max(1, min(limit, MOST))
    if before is not None:
        found = conn.execute(query.where(key > before).order_by(key).limit(limit + 1)).mappings().all()
        rows = [dict(r) for r in found[:limit]][::-1]
        more = len(found) > limit
        return Page(rows, rows[-1][key.name] if rows else None, rows[0][key.name] if rows and more else None)
    if after is not None:
        query = query.where(key < after)
    found = conn.execute(query.order_by(key.desc()).limit(limit + 1)).mappings().all()
    rows = [dict(r) for r in found[:limit]]
    last = rows[-1][key.name] if rows and len(found) > limit else None
    return Page(rows, last, rows[0][key.name] if rows and after is not None else None)


def cases(
    conn: Connection,
    parts: tuple[Reach, ...],
    organisation: Organisation,
    filters: Filters,
    *,
    after: str | None = None,
    before: str | None = None,
    limit: int = PAGE,
) -> Page:
    """The cases that somebody may see, newest first."""
    query = _narrowed(select(CASE).where(_mine(parts, organisation)), filters)
    page = _paged(conn, query, CASE.c.id, after, before, limit)
    return Page([r for r in page.rows if not _excluded(r, parts)], page.next, page.prev)


def _excluded(case: Mapping[str, Any], parts: tuple[Reach, ...]) -> bool:
    """Whether somebody is complained about in a case, in person or through their unit."""
    barred = set(case["excluded"])
    return bool(barred) and any(part.staff_id in barred or part.posted & barred for part in parts)


def queue(
    conn: Connection,
    parts: tuple[Reach, ...],
    organisation: Organisation,
    *,
    office: str | None = None,
    township: str | None = None,
    state: str | None = None,
    mine: str | None = None,
    after: str | None = None,
    before: str | None = None,
    limit: int = PAGE,
) -> Page:
    """The assignments of an office's queue from the kernel's mirror: the office need not answer for it."""
    columns = [
        *ASSIGNMENT.c,
        CASE.c.number,
        CASE.c.due_at,
        CASE.c.colour,
        CASE.c.excluded,
        CASE.c.registered_at,
        CASE.c.version.label("case_version"),
    ]
    query = select(*columns).join(CASE, CASE.c.id == ASSIGNMENT.c.case_id).where(_mine(parts, organisation))
    if office is not None:
        query = query.where(ASSIGNMENT.c.office == office)
    if township is not None:
        query = query.where(ASSIGNMENT.c.township == township)
    query = query.where(ASSIGNMENT.c.state == state) if state else query.where(ASSIGNMENT.c.state.in_(OPEN))
    if mine is not None:
        query = query.where(ASSIGNMENT.c.officer == mine)
    page = _paged(conn, query, ASSIGNMENT.c.id, after, before, limit)
    return Page([r for r in page.rows if not _excluded(r, parts)], page.next, page.prev)


def window_queue(
    conn: Connection, parts: tuple[Reach, ...], organisation: Organisation, township: str, *, limit: int = PAGE
) -> Page:
    """What lies with the window itself: open, and assigned to nobody."""
    nobody = ~exists().where(ASSIGNMENT.c.case_id == CASE.c.id, ASSIGNMENT.c.state.in_(OPEN))
    query = select(CASE).where(
        CASE.c.township == township, CASE.c.state == "open", nobody, _mine(parts, organisation)
    )
    page = _paged(conn, query, CASE.c.id, None, None, limit)
    return Page([r for r in page.rows if not _excluded(r, parts)], page.next, page.prev)


def unsigned_for(conn: Connection, staff_ids: list[str], *, limit: int = PAGE) -> list[Mapping[str, Any]]:
    """What came to somebody as the named fallback because nobody signed for it."""
    query = (
        select(*ASSIGNMENT.c, CASE.c.number, CASE.c.due_at, CASE.c.colour)
        .join(CASE, CASE.c.id == ASSIGNMENT.c.case_id)
        .where(ASSIGNMENT.c.fallback.in_(staff_ids), ASSIGNMENT.c.state == "sent")
        .order_by(ASSIGNMENT.c.id)
        .limit(limit)
    )
    return [dict(r) for r in conn.execute(query).mappings()]


def open_objections(
    conn: Connection, parts: tuple[Reach, ...], organisation: Organisation, township: str, *, limit: int = PAGE
) -> list[Mapping[str, Any]]:
    """The objections of a township that wait for a ruling."""
    query = (
        select(*OBJECTION.c, CASE.c.number, CASE.c.category, CASE.c.excluded)
        .join(CASE, CASE.c.id == OBJECTION.c.case_id)
        .where(OBJECTION.c.township == township, OBJECTION.c.state == "open", _mine(parts, organisation))
        .order_by(OBJECTION.c.id)
        .limit(limit)
    )
    return [row for row in map(dict, conn.execute(query).mappings()) if not _excluded(row, parts)]

