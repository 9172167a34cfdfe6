"""What an upgrade would widen: more personal fields, more matters, more roles, more to be seen by more people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from onewindow.boundary.schemas import models
from onewindow.office.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Difference:
    """What is new, each in the words of its place; empty where nothing was widened."""

    personal: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    visibility: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class _Reach:
    personal: dict[str, str]
    listed: frozenset[str]
    plain: frozenset[str]
    actors: frozenset[str]


def widening(old: Manifest | None, new: Manifest) -> Difference:
    """What `new` holds or shows that `old` did not; without an old one everything is new."""
    before = _reach(old) if old is not None else _Reach({}, frozenset(), frozenset(), frozenset())
    after = _reach(new)
    handles, roles = set(old.handles if old else ()), set(old.roles if old else ())
    capabilities = set(old.capabilities if old else ())
    uncovered = after.plain & set(before.personal)
    return Difference(
        personal=tuple(sorted(k for k, terms in after.personal.items() if before.personal.get(k) != terms)),
        handles=tuple(sorted(set(new.handles) - handles)),
        roles=tuple(sorted({*(set(new.roles) - roles), *(set(new.capabilities) - capabilities)})),
        visibility=tuple(sorted({*(after.listed - before.listed), *(after.actors - before.actors), *uncovered})),
    )


def _reach(manifest: Manifest) -> _Reach:
    """All versions of a procedure together: a proceeding may run under any of them."""
    personal: dict[str, str] = {}
    listed, plain, actors = set(), set(), set()
    for where, spec in _fields(manifest):
        if spec.get("x-personal"):
            # A new purpose or another term is a new agreement.
            personal[where] = f"{spec['x-personal']}/{spec.get('x-keep', '')}"
        else:
            plain.add(where)
        if spec.get("x-listed"):
            listed.add(where)
    for procedure in manifest.procedures:
        for action in procedure.actions:
            actors |= {f"{procedure.key}/{action.key}/{actor}" for actor in action.by}
    return _Reach(personal, frozenset(listed), frozenset(plain), frozenset(actors))


def _fields(manifest: Manifest) -> Iterator[tuple[str, Mapping[str, Any]]]:
    schemas: list[tuple[str, Mapping[str, Any]]] = [(f"records/{r.key}", r.fields) for r in manifest.records]
    for procedure in manifest.procedures:
        schemas.append((f"{procedure.key}/facts", procedure.facts))
        schemas += [(f"{procedure.key}/{a.key}/form", a.form) for a in procedure.actions if a.form is not None]
    for where, schema in schemas:
        for model in models(schema, where):
            for field in model.fields:
                yield field.where, field.spec
