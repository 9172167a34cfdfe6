"""Lists that a person may see: cases and queues, by key, each query filtered by what the policy lets them reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    cast,
    exists,
    false,
    literal_column,
    or_,
    select,
    true,
)

from onewindow.access.policy import Reach
from onewindow.office.types import AssignmentState
from onewindow.organisation.rows import TownshipKind
from onewindow.organisation.snapshot import Organisation
from onewindow.registry.timeline import CASE
from onewindow.routing.assignments import ASSIGNMENT, OPEN
from onewindow.routing.objections import OBJECTION

PAGE = 50
# Apart from the assignments that a query lists: what somebody may see is asked of any assignment of the case.
HELD = ASSIGNMENT.alias("held")
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
    channel: str | None = None
    # Units of the organisation's tree, those below a chosen one among them; none where that does not matter.
    places: frozenset[str] | None = None
    registered_from: datetime | None = None
    registered_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of their keys, newest first, and the keys of the neighbouring pages."""

    rows: Sequence[Mapping[str, Any]] = field(default_factory=list)
    next: str | None = None
    prev: str | None = None


def reachable(parts: tuple[Reach, ...], organisation: Organisation) -> ColumnElement[bool]:
    """The condition on cases that says the same as `Reach.admits`, for any of the parts."""
    return or_(false(), *(_part(part, organisation) for part in parts))


def _part(reach: Reach, organisation: Organisation) -> ColumnElement[bool]:
    alive = HELD.c.state.in_(OPEN)
    of_case = HELD.c.case_id == CASE.c.id
    conditions: list[ColumnElement[bool]] = []
    district = [t.code for t in organisation.townships.values() if t.kind is TownshipKind.DISTRICT]
    if reach.everything:
        conditions.append(true())
    if reach.escalated:
        conditions.append(CASE.c.township.in_(district))
        conditions.append(exists().where(of_case, HELD.c.township.in_(district)))
    if reach.townships:
        conditions.append(CASE.c.township.in_(reach.townships))
    if reach.supervised:
        conditions.append(and_(CASE.c.township.in_(reach.supervised), CASE.c.colour == "red"))
    if reach.window:
        lies_there = ~exists().where(of_case, alive) | exists().where(of_case, alive, HELD.c.office.is_(None))
        conditions.append(and_(CASE.c.township.in_(reach.window), lies_there))
    if reach.units:
        conditions.append(exists().where(of_case, HELD.c.unit_id.in_(reach.units)))
    if reach.open_units:
        open_there = HELD.c.unit_id.in_(reach.open_units) & HELD.c.officer.is_(None)
        conditions.append(exists().where(of_case, open_there))
    if reach.officers:
        conditions.append(exists().where(of_case, HELD.c.officer.in_(reach.officers)))
    if reach.registered_by:
        conditions.append(CASE.c.registered_by.in_(reach.registered_by))
    if reach.registered_at:
        people = [post.staff for post in organisation.posts.values() if post.unit in reach.registered_at]
        conditions.append(CASE.c.registered_by.in_(people))
    kept = HELD.c.state.in_((*OPEN, AssignmentState.DONE.value))
    officer = exists().where(of_case, HELD.c.officer == reach.staff_id, kept)
    named = _lists(CASE.c.designated, reach.staff_id) | officer
    if reach.designated:
        conditions.append(and_(CASE.c.sealed, named))
    barred = [reach.staff_id, *reach.posted, *([reach.stands_for] if reach.stands_for else [])]
    kept_out = or_(false(), *(_lists(CASE.c.excluded, one) for one in barred))
    # A sealed case is there for whoever is named in it, and for nobody else.
    return and_(or_(false(), *conditions), or_(~CASE.c.sealed, named), ~kept_out)


def _lists(column: Any, item: str) -> ColumnElement[bool]:
    """Whether a JSON list of ids holds this one; ids contain nothing that a pattern could take for its own."""
    return cast(column, String).like(f'%"{item}"%')


def narrowed(query: Select[Any], filters: Filters) -> Select[Any]:
    """The query over cases, narrowed to what the filters say."""
    return query.where(*conditions(filters))


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """What the filters say of a case."""
    found = [
        CASE.c[name] == value
        for name in ("township", "state", "category", "track", "phase", "colour", "channel")
        if (value := getattr(filters, name)) is not None
    ]
    if filters.colour not in (None, "green"):
        # Said outright, so that the index over what is not green serves.
        found.append(CASE.c.colour != literal_column("'green'"))
    if filters.places is not None:
        found.append(CASE.c.place_unit.in_(sorted(filters.places)))
    if filters.registered_from is not None:
        found.append(CASE.c.registered_at >= filters.registered_from)
    if filters.registered_before is not None:
        found.append(CASE.c.registered_at < filters.registered_before)
    if filters.office is not None or filters.unit is not None or filters.assignment_state is not None:
        there = [HELD.c.case_id == CASE.c.id]
        if filters.office is not None:
            there.append(HELD.c.office == filters.office)
        if filters.unit is not None:
            there.append(HELD.c.unit_id == filters.unit)
        if filters.assignment_state is not None:
            there.append(HELD.c.state == filters.assignment_state)
        found.append(exists().where(*there))
    return found


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
    query = narrowed(select(CASE).where(reachable(parts, organisation)), filters)
    return _paged(conn, query, CASE.c.id, after, before, limit)


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
        CASE.c.registered_at,
        CASE.c.version.label("case_version"),
    ]
    query = select(*columns).join(CASE, CASE.c.id == ASSIGNMENT.c.case_id).where(reachable(parts, organisation))
    if office is not None:
        query = query.where(ASSIGNMENT.c.office == office)
    if township is not None:
        query = query.where(ASSIGNMENT.c.township == township)
    query = query.where(ASSIGNMENT.c.state == state) if state else query.where(ASSIGNMENT.c.state.in_(OPEN))
    if mine is not None:
        query = query.where(ASSIGNMENT.c.officer == mine)
    return _paged(conn, query, ASSIGNMENT.c.id, after, before, limit)


def window_queue(
    conn: Connection, parts: tuple[Reach, ...], organisation: Organisation, township: str, *, limit: int = PAGE
) -> Page:
    """What lies with the window itself: open, and assigned to nobody."""
    nobody = ~exists().where(HELD.c.case_id == CASE.c.id, HELD.c.state.in_(OPEN))
    query = select(CASE).where(
        CASE.c.township == township, CASE.c.state == "open", nobody, reachable(parts, organisation)
    )
    return _paged(conn, query, CASE.c.id, None, None, limit)


def unsigned_for(
    conn: Connection, parts: tuple[Reach, ...], organisation: Organisation, staff_ids: list[str], *, limit: int = PAGE
) -> list[Mapping[str, Any]]:
    """What came to somebody as the named fallback because nobody signed for it."""
    query = (
        select(*ASSIGNMENT.c, CASE.c.number, CASE.c.due_at, CASE.c.colour)
        .join(CASE, CASE.c.id == ASSIGNMENT.c.case_id)
        .where(ASSIGNMENT.c.fallback.in_(staff_ids), ASSIGNMENT.c.state == "sent", reachable(parts, organisation))
        .order_by(ASSIGNMENT.c.id)
        .limit(limit)
    )
    return [dict(r) for r in conn.execute(query).mappings()]


def open_objections(
    conn: Connection, parts: tuple[Reach, ...], organisation: Organisation, township: str, *, limit: int = PAGE
) -> list[Mapping[str, Any]]:
    """The objections of a township that wait for a ruling."""
    query = (
        select(*OBJECTION.c, CASE.c.number, CASE.c.category)
        .join(CASE, CASE.c.id == OBJECTION.c.case_id)
        .where(OBJECTION.c.township == township, OBJECTION.c.state == "open", reachable(parts, organisation))
        .order_by(OBJECTION.c.id)
        .limit(limit)
    )
    return [dict(row) for row in conn.execute(query).mappings()]
