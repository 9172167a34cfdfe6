"""Turning clocks amber and red: one conditional update each, so that replicas never turn a clock twice."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, select, union_all, update

from onewindow.clocks.compute import Colour
from onewindow.clocks.rows import ClockRow, read, release
from onewindow.clocks.tables import CLOCK
from onewindow.store import Tx


@dataclass(frozen=True, slots=True)
class Turned:
    """A clock that has just turned; `clock` is as it is afterwards, `since` when it should have turned."""

    clock: ClockRow
    colour: Literal["amber", "red"]
    since: datetime


def candidates(conn: Connection | Tx, now: datetime, limit: int) -> list[str]:
    """Clocks that may have to turn, amber before red, the longest due first."""
    running = CLOCK.c.status == "running"
    amber = (
        select(CLOCK.c.id)
        .where(running, CLOCK.c.colour == "green", CLOCK.c.warn_at <= now)
        .order_by(CLOCK.c.warn_at)
        .limit(limit)
    )
    red = (
        select(CLOCK.c.id)
        .where(running, CLOCK.c.colour == "amber", CLOCK.c.lawful_at <= now)
        .order_by(CLOCK.c.lawful_at)
        .limit(limit)
    )
    found = list(conn.execute(amber).scalars())
    if len(found) < limit:
        found += list(conn.execute(red.limit(limit - len(found))).scalars())
    return found


def turn_clock(tx: Tx, clock_id: str, now: datetime) -> list[Turned]:
    """Turn one clock as far as it is due: amber, red, or one after the other; nothing if another was first."""
    turned: list[Turned] = []
    steps: tuple[tuple[Colour, Literal["amber", "red"]], ...] = (("green", "amber"), ("amber", "red"))
    for old, new in steps:
        moment = CLOCK.c.warn_at if new == "amber" else CLOCK.c.lawful_at
        due = CLOCK.c.id == clock_id, CLOCK.c.status == "running", CLOCK.c.colour == old, moment <= now
        if tx.execute(update(CLOCK).where(*due).values(colour=new)).rowcount == 1:
            clock = read(tx, clock_id)
            release(tx, clock.case_id)
            since = clock.warn_at if new == "amber" else clock.lawful_at
            turned.append(Turned(replace(clock, colour=new), new, since or now))
    return turned


def turn(tx: Tx, now: datetime, limit: int = 100) -> list[Turned]:
    """Turn at most `limit` clocks that are due, and say which, in the order of their turning."""
    return [turned for clock_id in candidates(tx, now, limit) for turned in turn_clock(tx, clock_id, now)]


def next_turn(conn: Connection) -> datetime | None:
    """The next instant at which a clock turns."""
    running = CLOCK.c.status == "running"
    amber = select(func.min(CLOCK.c.warn_at).label("at")).where(running, CLOCK.c.colour == "green")
    red = select(func.min(CLOCK.c.lawful_at).label("at")).where(running, CLOCK.c.colour == "amber")
    both = union_all(amber, red).subquery()
    return conn.execute(select(func.min(both.c.at))).scalar()
