"""Clocks that run for each row of a table in the facts: what a step starts and stops of them, as plain effects."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, get_args, get_origin

from onewindow.office.clocks import Clock, Moment
from onewindow.office.effects import Effect, Start, Stop
from onewindow.office.fields import Facts, Row

if TYPE_CHECKING:
    from onewindow.office.procedure import Procedure


def row_effects(
    procedure: "Procedure[Any]", state: str, facts: Facts, new_state: str, new_facts: Facts
) -> tuple[Effect, ...]:
    """What a step does to the clocks of rows: those of rows that came, went, were done with or have another day."""
    found: list[Effect] = []
    for key, clock in procedure.clocks.items():
        if not clock.per:
            continue
        old, new = _running(clock, state, facts), _running(clock, new_state, new_facts)
        found += [Stop(key, row=row) for row in old if old[row] != new.get(row)]
        found += [Start(key, row=row, until=day) for row, day in new.items() if day != old.get(row)]
    return tuple(found)


def _running(clock: Clock, state: str, facts: Facts) -> Mapping[str, date]:
    """The rows whose clocks run in this state, with the day on which each ends."""
    if state not in clock.starts.keys:
        return {}
    done = [name for moment in _stops(clock) for name in moment.keys]
    return {
        row.key: day
        for row in getattr(facts, clock.per)
        if (day := getattr(row, clock.until)) and not any(getattr(row, name) for name in done)
    }


def _stops(clock: Clock) -> tuple[Moment, ...]:
    return clock.stops if isinstance(clock.stops, tuple) else (clock.stops,)


def clock_fault(clock: Clock, facts: type[Facts]) -> str:
    """What is wrong with how a clock says how long it runs; nothing if all is well."""
    if not clock.per:
        return "" if clock.span else "a clock has a span, or runs for each row until a day in it"
    if clock.span or not clock.until:
        return "a clock for each row has no span, but `until`"
    info = facts.model_fields.get(clock.per)
    row = next(iter(get_args(info.annotation)), None) if info and get_origin(info.annotation) is list else None
    if not (isinstance(row, type) and issubclass(row, Row)):
        return f"{clock.per} is no table of rows in {facts.__name__}"
    if clock.starts.fact != "entering" or any(moment.fact != "stated" for moment in _stops(clock)):
        return "a clock for each row starts with entering(...) and stops with stated(...) of the row"
    wanted = ["key", clock.until, *(name for moment in _stops(clock) for name in moment.keys)]
    missing = [name for name in wanted if name not in row.model_fields]
    return f"{row.__name__} has no field {', '.join(missing)}" if missing else ""
