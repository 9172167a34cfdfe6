"""Walking a JSON schema that somebody else wrote, never trusting it: its models, their fields, their words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

DEEP = 12
_BRANCHES = ("anyOf", "allOf", "oneOf", "prefixItems")


@dataclass(frozen=True, slots=True)
class FieldAt:
    """A field of a model, with all the alternatives of its type in one place."""

    name: str
    where: str
    spec: Mapping[str, Any]
    parts: tuple[Mapping[str, Any], ...]

    @property
    def title(self) -> str:
        return _text(self.spec.get("title")) or self.name

    @property
    def types(self) -> set[str]:
        return {part["type"] for part in self.parts if isinstance(part.get("type"), str)} - {"null"}

    def extra(self, key: str) -> Any:
        """What the field says of itself under this key, wherever the schema's writer has put it."""
        return next((part[key] for part in self.parts if key in part), None)

    def choices(self) -> Iterator[str]:
        """The values and titles that it may take or begin with."""
        for part in self.parts:
            for key in ("enum", "examples"):
                yield from map(str, _list(part.get(key)))
            for key in ("const", "default"):
                if isinstance(part.get(key), str):
                    yield part[key]
            for choice in _list(part.get("x-choices")):
                if isinstance(choice, Mapping):
                    yield from (str(choice[key]) for key in ("value", "label") if key in choice)
                else:
                    yield str(choice)

    @property
    def closed(self) -> bool:
        """Whether only the declared choices may be entered."""
        return any(part.get("x-choices") or part.get("enum") or "const" in part for part in self.parts)

    @property
    def bag(self) -> bool:
        """Whether it takes members that nobody declared."""
        return any(_open(part) for part in self.parts)

    @property
    def foreign(self) -> bool:
        """Whether it refers to something outside its schema."""
        refs = (part["$ref"] for part in self.parts if "$ref" in part)
        return any(not str(ref).startswith("#/$defs/") for ref in refs)


@dataclass(frozen=True, slots=True)
class ModelAt:
    """A model of a schema: the root, a definition or an object written in place."""

    name: str
    where: str
    spec: Mapping[str, Any]
    fields: tuple[FieldAt, ...]

    @property
    def values(self) -> list[str]:
        """The closed set that it is, if it is one."""
        return [str(value) for value in _list(self.spec.get("enum"))]

    @property
    def bag(self) -> bool:
        return _open(self.spec)


def models(schema: Mapping[str, Any], where: str) -> Iterator[ModelAt]:
    """Every model in a schema, the root first."""
    yield from _models("", schema, where, 0)
    definitions = schema.get("$defs")
    for name, spec in (definitions if isinstance(definitions, Mapping) else {}).items():
        if isinstance(spec, Mapping):
            yield from _models(str(name), spec, f"{where}/{name}", 0)


def _models(name: str, spec: Mapping[str, Any], where: str, depth: int) -> Iterator[ModelAt]:
    fields = tuple(_fields(spec, where))
    yield ModelAt(name, where, spec, fields)
    if depth >= DEEP:
        return
    for field in fields:
        for part in field.parts:
            if isinstance(part.get("properties"), Mapping):
                yield from _models("", part, field.where, depth + 1)


def _fields(spec: Mapping[str, Any], where: str) -> Iterator[FieldAt]:
    for part in _parts(spec, 0):
        properties = part.get("properties")
        for name, field in (properties if isinstance(properties, Mapping) else {}).items():
            if isinstance(field, Mapping):
                yield FieldAt(str(name), f"{where}/{name}", field, tuple(_parts(field, 0)))


def _parts(spec: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """A type with all its alternatives and the types of its items; not the models within it."""
    if not isinstance(spec, Mapping) or depth > DEEP:
        return
    yield spec
    for key in _BRANCHES:
        for branch in _list(spec.get(key)):
            yield from _parts(branch, depth + 1)
    yield from _parts(spec.get("items"), depth + 1)
    yield from _parts(spec.get("additionalProperties"), depth + 1)


def _open(spec: Mapping[str, Any]) -> bool:
    if spec.get("patternProperties"):
        return True
    if "additionalProperties" in spec:
        return spec["additionalProperties"] is not False
    return spec.get("type") == "object" and "properties" not in spec


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def depth_of(value: Any) -> int:
    """How deep a value is nested, counted no further than is of interest."""
    level, deep = [value], 0
    while level and deep <= 4 * DEEP:
        inner: list[Any] = []
        for item in level:
            if isinstance(item, Mapping):
                inner += item.values()
            elif isinstance(item, list | tuple):
                inner += item
        level, deep = inner, deep + 1
    return deep
