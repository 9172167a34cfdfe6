"""Running a procedure on plain values: what may be done, and what doing it brings about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from onewindow.office.effects import Effect, Go, Refusal
from onewindow.office.errors import DeclarationError
from onewindow.office.fields import Facts
from onewindow.office.procedure import Action, Happening, Move, Procedure
from onewindow.office.rowclocks import row_effects
from onewindow.office.views import Context


@dataclass(frozen=True, slots=True)
class Outcome:
    """A step that was taken: the state it ended in, the facts as they are now, and what is to happen."""

    state: str
    facts: Facts
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """An action in the present state: whether it may be taken, why not, and its form as prefilled."""

    action: str
    refusal: Refusal | None
    values: Mapping[str, Any]
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _actor_may(declared: Action, ctx: Context) -> Refusal | None:
    roles = set(ctx.actor.roles)
    for by in declared.by:
        if by == "party":
            if ctx.actor.is_party or "paper_entry" in roles:
                return None
        elif by == "other":
            if ctx.actor.staff_id and ctx.actor.staff_id != ctx.assignment.officer:
                return None
        elif by in roles:
            return None
    return Refusal("您的岗位不能办理这一步", rule="by")


def _guarded(procedure: Procedure[Any], declared: Action, facts: Facts, ctx: Context) -> Refusal | None:
    for rule in declared.guards:
        refusal = rule(procedure, facts, ctx)
        if isinstance(refusal, Refusal):
            return refusal
    return None


def offers(procedure: Procedure[Any], state: str, facts: Facts, ctx: Context) -> list[Offer]:
    """The actions that this state knows, each with the reason why this actor cannot take it, if so."""
    found = []
    for declared in procedure.actions.values():
        if state not in {source.key for source in declared.move.sources}:
            continue
        refusal = _actor_may(declared, ctx) or _guarded(procedure, declared, facts, ctx)
        values: Mapping[str, Any] = {}
        if declared.prefill is not None and refusal is None:
            filled = declared.prefill(procedure, facts, ctx)
            values = filled.model_dump(mode="json") if isinstance(filled, BaseModel) else dict(filled or {})
        listed = {} if refusal else {n: dict(rule(procedure, facts, ctx)) for n, rule in declared.options.items()}
        found.append(Offer(declared.key, refusal, values, listed))
    return found


def act(
    procedure: Procedure[Any], state: str, facts: Facts, key: str, data: Mapping[str, Any], ctx: Context
) -> Outcome | Refusal:
    """Take the action `key` with the filled form `data`; the facts given are left as they are.

    Raises:
        FormError: the form does not fit.
        DeclarationError: the rule returned something that its declaration does not allow.
    """
    declared = procedure.actions.get(key)
    if declared is None:
        return Refusal("没有这项操作", rule="unknown-action")
    if state not in {source.key for source in declared.move.sources}:
        return Refusal("当前状态下不能办理这一步", remedy="刷新页面，查看最新状态", rule="state")
    if refusal := _actor_may(declared, ctx):
        return refusal
    form = declared.form.fill(data) if declared.form else None
    if refusal := _guarded(procedure, declared, facts, ctx):
        return refusal
    working = facts.model_copy(deep=True)
    args = (working, form, ctx) if form is not None else (working, ctx)
    result = declared.rule(procedure, *args)
    return _outcome(procedure, state, facts, working, declared.move, result, declared.key)


def react(
    procedure: Procedure[Any], state: str, facts: Facts, happening: Happening, ctx: Context
) -> Outcome | Refusal | None:
    """Let the procedure react to what happened outside it; None when it does not care."""
    for reaction in procedure.reactions:
        if reaction.event != happening.event or (reaction.of and happening.of not in reaction.of):
            continue
        if reaction.move and state not in {source.key for source in reaction.move.sources}:
            continue
        working = facts.model_copy(deep=True)
        result = reaction.rule(procedure, working, happening, ctx)
        return _outcome(procedure, state, facts, working, reaction.move, result, reaction.rule.__name__)
    return None


def _outcome(
    procedure: Procedure[Any], state: str, before: Facts, facts: Facts, move: Move | None, result: Any, name: str
) -> Outcome | Refusal:
    if isinstance(result, Refusal):
        return result
    flat = _flatten(result, name)
    refusals = [e for e in flat if isinstance(e, Refusal)]
    if refusals:
        return refusals[0]
    effects = tuple(e for e in flat if isinstance(e, Effect))
    goes = [e.state for e in effects if isinstance(e, Go)]
    targets = tuple(t.key for t in move.targets) if move else ()
    if goes:
        target = goes[0]
        if target not in targets and target != state:
            raise DeclarationError(f"{procedure.key}.{name}: its move does not lead to {target}")
    elif len(targets) == 1:
        target = targets[0]
    elif targets:
        raise DeclarationError(f"{procedure.key}.{name}: the move branches, return Go(state)")
    else:
        target = state
    rows = row_effects(procedure, state, before, target, facts)
    return Outcome(target, facts, (*(e for e in effects if not isinstance(e, Go)), *rows))


def _flatten(result: Any, name: str) -> list[Effect | Refusal]:
    if result is None:
        return []
    if isinstance(result, Effect | Refusal):
        return [result]
    if isinstance(result, tuple | list):
        return [effect for part in result for effect in _flatten(part, name)]
    raise DeclarationError(f"{name}: an action returns effects, a Refusal or None, not {type(result).__name__}")
