"""Reads a JSON Schema, as Pydantic writes it for a form, into the fields that a page draws and parses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "text", "multiline", "integer", "number", "boolean", "maybe", "date", "datetime", "time",
    "choice", "choices", "strings", "rows", "group", "attachment", "attachments",
]  # fmt: skip
PICKERS = frozenset({"party", "unit", "staff", "assignment", "category", "township", "place"})
"""Widgets whose choices only the page knows (see `forms.view`)."""
ROW_LIMIT = 200
"""How many rows of one table a posted form may carry: more is not typed by hand."""


class UnsupportedSchema(ValueError):
    """A form declares something that no page can ask for; the office's author has to say it otherwise."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a field may take; `hint` explains it, `group` puts it under a heading."""

    value: str
    label: str
    hint: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: what it is called, what it takes and how it is asked for."""

    name: str
    title: str
    kind: Kind
    required: bool = False
    nullable: bool = False
    hint: str = ""
    personal: str = ""
    widget: str = ""
    choices: tuple[Choice, ...] = ()
    raw: tuple[Any, ...] = ()
    """The values of `choices` as JSON has them: a form posts text, the schema may want a number."""
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    default: Any = None
    rare: bool = False
    """Folded away in a row: few need it."""
    parts: tuple["Field", ...] = ()
    """The columns of a row, or the members of a group."""


def read(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of an object's schema, in the order of their declaration.

    Raises:
        UnsupportedSchema: where a field has a type that a form cannot ask for.
    """
    return _members(schema, schema.get("$defs", {}), "")


def _members(schema: Mapping[str, Any], defs: Mapping[str, Any], where: str) -> tuple[Field, ...]:
    required = set(schema.get("required", ()))
    return tuple(
        _field(name, part, defs, name in required, f"{where}{name}")
        for name, part in schema.get("properties", {}).items()
    )


def _resolve(schema: Mapping[str, Any], defs: Mapping[str, Any], where: str) -> tuple[dict[str, Any], bool]:
    """The schema with its references and its `or null` taken apart: outer words win over inner ones."""
    merged, nullable = dict(schema), False
    for _step in range(8):
        if "$ref" in merged:
            target = defs[str(merged.pop("$ref")).removeprefix("#/$defs/")]
            merged = {**target, **merged}
        elif len(merged.get("allOf", ())) == 1:
            merged = {**merged.pop("allOf")[0], **merged}
        elif "anyOf" in merged:
            options = merged.pop("anyOf")
            kept = [option for option in options if option.get("type") != "null"]
            nullable = nullable or len(kept) < len(options)
            # A decimal is "a number or a text": the text says it exactly.
            texts = [option for option in kept if option.get("type") == "string"]
            if len(kept) == 2 and texts and any(option.get("type") == "number" for option in kept):
                merged = {"type": "string", "x-decimal": True, **merged}
            elif len(kept) == 1:
                merged = {**kept[0], **merged}
            else:
                raise UnsupportedSchema(f"{where}: one of several types cannot be asked for in a form")
        else:
            return merged, nullable
    raise UnsupportedSchema(f"{where}: refers to itself")


def _choices(schema: Mapping[str, Any]) -> tuple[tuple[Choice, ...], tuple[Any, ...]]:
    declared: Sequence[Any] | None = schema.get("x-choices")
    if declared is not None:
        pairs = [(d["value"], d) if isinstance(d, Mapping) else (d[0], {"label": d[1]}) for d in declared]
        found = tuple(
            Choice(str(value), str(d["label"]), str(d.get("hint", "")), str(d.get("group", ""))) for value, d in pairs
        )
        return found, tuple(value for value, _d in pairs)
    values: Sequence[Any] = schema["enum"] if "enum" in schema else [schema["const"]] if "const" in schema else ()
    return tuple(Choice(str(value), str(value)) for value in values), tuple(values)


def _field(name: str, source: Mapping[str, Any], defs: Mapping[str, Any], required: bool, where: str) -> Field:
    schema, nullable = _resolve(source, defs, where)
    kind: Kind
    choices, raw = _choices(schema)
    parts: tuple[Field, ...] = ()
    widget = str(schema.get("x-widget", ""))
    match schema.get("type"):
        case "boolean":
            kind = "maybe" if nullable or required else "boolean"
        case "array":
            item, _ = _resolve(schema.get("items", {}), defs, where)
            if not choices:
                choices, raw = _choices(item)
            if widget in ("attachment", "attachments"):
                kind = "attachments"
            elif choices:
                kind = "choices"
            elif item.get("type") == "object" and item.get("properties"):
                kind, parts = "rows", _members(item, defs, f"{where}.")
            elif item.get("type") == "string":
                kind = "choices" if widget in PICKERS else "strings"
            else:
                raise UnsupportedSchema(f"{where}: a list of this kind cannot be asked for in a form")
        case "object" if schema.get("properties"):
            kind, parts = "group", _members(schema, defs, f"{where}.")
        case "integer" | "number" | "string" | None if choices or widget in PICKERS:
            kind = "choice"
        case "integer":
            kind = "integer"
        case "number":
            kind = "number"
        case "string":
            kind = _text_kind(schema, widget)
        case other:
            raise UnsupportedSchema(f"{where}: the type {other!r} cannot be asked for in a form")
    return Field(
        name=name,
        title=str(schema.get("title", name)),
        kind=kind,
        required=required,
        nullable=nullable,
        hint=str(schema.get("x-hint") or source.get("description") or ""),
        personal=str(schema.get("x-personal", "")),
        rare=bool(schema.get("x-rare")),
        widget=widget,
        choices=choices,
        raw=raw,
        max_length=schema.get("maxLength"),
        minimum=schema.get("minimum", schema.get("exclusiveMinimum")),
        maximum=schema.get("maximum", schema.get("exclusiveMaximum")),
        default=schema.get("default"),
        parts=parts,
    )


def _text_kind(schema: Mapping[str, Any], widget: str) -> Kind:
    if widget == "attachment":
        return "attachment"
    if schema.get("x-multiline"):
        return "multiline"
    formats: dict[str, Kind] = {"date": "date", "date-time": "datetime", "time": "time"}
    return formats.get(str(schema.get("format", "")), "text")
