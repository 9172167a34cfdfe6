"""Draws a form from its schema and reads what was posted back: the same fields both ways, for every page and office."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from onewindow.office.types import SHANGHAI
from onewindow.web.schema import ROW_LIMIT, Choice, Field, read

_TRUE = frozenset({"true", "on", "1", "yes"})
# What a browser never sends and a database may not take.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Posted(Protocol):
    """A posted form: names with one or several values, as Starlette gives it."""

    def keys(self) -> Iterable[str]: ...
    def getlist(self, key: Any) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class Input:
    """A field as it stands on one page: its name in the form, its value, and what is wrong with it."""

    field: Field
    name: str
    id: str
    value: Any
    error: str
    choices: tuple[Choice, ...]
    rows: tuple[tuple["Input", ...], ...] = ()
    """The filled rows of a table and the empty ones after them; of a group, its members as one row."""

    @property
    def title(self) -> str:
        return self.field.title

    @property
    def described_by(self) -> str:
        """The ids of what explains the field, for `aria-describedby`."""
        notes = ((self.field.hint, "hint"), (self.field.personal, "purpose"), (self.error, "error"))
        return " ".join(f"{self.id}-{what}" for text, what in notes if text)

    @property
    def told(self) -> bool:
        """Whether something stands in it, or something is wrong with it: then it is not folded away."""
        value = self.value
        said = value is True or (isinstance(value, str | list) and any(value) and value != self.field.default)
        return bool(self.error) or said or any(part.told for row in self.rows for part in row)

    @property
    def groups(self) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
        """The choices under their headings."""
        return grouped(self.choices)


def grouped(choices: Iterable[Choice]) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """Choices under their headings, in the order of the first of each."""
    found: dict[str, list[Choice]] = {}
    for choice in choices:
        found.setdefault(choice.group, []).append(choice)
    return tuple((group, tuple(members)) for group, members in found.items())


@dataclass(frozen=True, slots=True)
class Fault:
    """An error with the field that it belongs to; both are empty where it concerns the whole form."""

    message: str
    id: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class FormView:
    """A form ready to be drawn: `form["name"]` is one input, iterating gives all in order."""

    inputs: tuple[Input, ...]
    errors: tuple["Fault", ...] = ()
    """What is wrong, for the summary on top."""
    domain: str = "onewindow"
    """The catalogue that translates titles: an office's id, or the kernel's own."""

    def __iter__(self) -> Iterator[Input]:
        return iter(self.inputs)

    def __getitem__(self, name: str) -> Input:
        for found in self.inputs:
            if found.field.name == name:
                return found
        raise KeyError(name)

    def told(self, *names: str) -> bool:
        """Whether one of these inputs says something or has an error."""
        return any(self[name].told for name in names)

    def without(self, *names: str) -> "FormView":
        """The form with these inputs left out (drawn elsewhere on the page)."""
        kept = tuple(found for found in self.inputs if found.field.name not in names)
        return FormView(kept, self.errors, self.domain)


def view(
    schema: Mapping[str, Any],
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    choices: Mapping[str, Sequence[Choice]] | None = None,
    prefix: str = "f",
    domain: str = "onewindow",
    spare_rows: int = 2,
) -> FormView:
    """The form of a schema with its values and errors (see `messages.by_field`).

    `choices` gives the options that no schema can know, by field name or by widget ("party", "unit", "staff",
    "assignment"). `prefix` keeps ids apart where a page holds several forms.
    """
    build = _Builder(dict(errors or {}), dict(choices or {}), prefix, spare_rows)
    inputs = tuple(
        build.input(field, field.name, (values or {}).get(field.name, field.default)) for field in read(schema)
    )
    known = {one.name: one for found in inputs for one in _all(found)}
    return FormView(inputs, tuple(_fault(known, name, message) for name, message in build.errors.items()), domain)


def _all(found: Input) -> Iterator[Input]:
    yield found
    for row in found.rows:
        for part in row:
            yield from _all(part)


def _fault(known: Mapping[str, Input], name: str, message: str) -> Fault:
    # An error inside a list of texts belongs to the list.
    found = known.get(name) or known.get(name.rpartition(".")[0])
    return Fault(message, found.id, found.title) if found else Fault(message)


@dataclass(frozen=True, slots=True)
class _Builder:
    errors: dict[str, str]
    choices: dict[str, Sequence[Choice]]
    prefix: str
    spare_rows: int

    def input(self, field: Field, name: str, value: Any) -> Input:
        rows: tuple[tuple[Input, ...], ...] = ()
        given = self.choices.get(field.name) or self.choices.get(field.widget) or field.choices
        if field.kind == "rows":
            filled = list(value or ()) + [{}] * self.spare_rows
            rows = tuple(self._row(field, f"{name}.{n}", row) for n, row in enumerate(filled))
        elif field.kind == "group":
            rows = (self._row(field, name, value or {}, group=True),)
        elif field.kind == "strings":
            value = [*(value or ()), *[""] * self.spare_rows]
        elif field.kind in ("choices", "attachments"):
            value = [str(one) for one in value or ()]
        elif field.kind == "boolean":
            value = bool(value)
        elif field.kind == "datetime":
            value = _local(value)
        else:
            value = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        inside = f"{name}." if field.kind in ("strings", "choices") else None
        error = self.errors.get(name, "")
        if inside and not error:
            error = next((text for key, text in self.errors.items() if key.startswith(inside)), "")
        return Input(field, name, f"{self.prefix}-{name.replace('.', '-')}", value, error, tuple(given), rows)

    def _row(self, field: Field, name: str, row: Any, *, group: bool = False) -> tuple[Input, ...]:
        # An empty row must stay recognisable as empty, so it shows no defaults.
        known: Mapping[str, Any] = row if isinstance(row, Mapping) else {}
        use_defaults = group or bool(known)
        return tuple(
            self.input(part, f"{name}.{part.name}", known.get(part.name, part.default if use_defaults else None))
            for part in field.parts
        )


def _local(value: Any) -> str:
    """An instant as `datetime-local` wants it: the wall clock of Shanghai."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return "" if value is None else str(value)
    if moment.tzinfo is not None:
        moment = moment.astimezone(SHANGHAI).replace(tzinfo=None)
    return moment.isoformat(timespec="minutes" if not moment.second and not moment.microsecond else "auto")


def parse(schema: Mapping[str, Any], posted: Posted) -> dict[str, Any]:
    """What was posted, as data for the schema's model; what does not fit is left as it came, for the model to refuse.

    A required field left empty is absent (so that the model says it is missing); an optional one is null where the
    schema allows it, else its default. Names that the schema does not know are ignored.
    """
    return _object(read(schema), posted, "", frozenset(posted.keys()))


def _object(fields: Sequence[Field], posted: Posted, prefix: str, names: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields:
        value = _value(field, posted, prefix + field.name, names)
        if value is not _ABSENT:
            found[field.name] = value
    return found


class _Absent:
    """Nothing was filled in, and nothing is said about it."""


_ABSENT = _Absent()


def _texts(posted: Posted, name: str) -> list[str]:
    values = (value for value in posted.getlist(name) if isinstance(value, str))
    cleaned = (_CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip() for value in values)
    return [value for value in cleaned if value]


def _indices(names: frozenset[str], name: str) -> list[int]:
    pattern = re.compile(re.escape(name) + r"\.([0-9]{1,4})(?:\.|$)")
    found = {int(match.group(1)) for key in names if (match := pattern.match(key))}
    return sorted(found)[:ROW_LIMIT]


def _value(field: Field, posted: Posted, name: str, names: frozenset[str]) -> Any:
    match field.kind:
        case "boolean":
            return any(text in _TRUE for text in _texts(posted, name))
        case "strings":
            return [text for n in _indices(names, name) for text in _texts(posted, f"{name}.{n}")]
        case "choices":
            return [_choice(field, text) for text in _texts(posted, name)]
        case "attachments":
            return _texts(posted, name)
        case "rows":
            rows = (_object(field.parts, posted, f"{name}.{n}.", names) for n in _indices(names, name))
            return [row for row in rows if not _blank(row)]
        case "group":
            group = _object(field.parts, posted, f"{name}.", names)
            return None if field.nullable and _blank(group) else group
    texts = _texts(posted, name)
    if not texts:
        return _empty(field)
    return _scalar(field, texts[-1])


def _empty(field: Field) -> Any:
    if field.required:
        return None if field.nullable else _ABSENT
    if field.nullable:
        return None
    # A text that was emptied is empty; anything else falls back to its default.
    return "" if field.kind in ("text", "multiline") else _ABSENT


def _blank(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_blank(part) for part in value.values())
    return value is None or value is False or value in ("", [])


def _choice(field: Field, text: str) -> Any:
    return next((raw for raw in field.raw if str(raw) == text), text)


def _scalar(field: Field, text: str) -> Any:
    match field.kind:
        case "choice":
            return _choice(field, text)
        case "maybe":
            return True if text in _TRUE else False if text in ("false", "0", "no") else text
        case "integer":
            try:
                return int(text)
            except ValueError:
                return text
        case "number":
            try:
                return float(text)
            except ValueError:
                return text
        case "datetime":
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                return text
            return moment.isoformat() if moment.tzinfo else moment.replace(tzinfo=SHANGHAI).isoformat()
    return text
