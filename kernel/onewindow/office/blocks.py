"""Blocks: what an office puts on a page, as values, so that a remote office looks like a local one."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from onewindow.office.fields import Facts


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fields(_Block):
    """Names with their values."""

    kind: Literal["fields"] = "fields"
    title: str = ""
    items: tuple[tuple[str, str], ...] = ()


class Table(_Block):
    """Rows under column titles."""

    kind: Literal["table"] = "table"
    title: str = ""
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()


class Chart(_Block):
    """Bars or a line over labels; values in one unit."""

    kind: Literal["chart"] = "chart"
    title: str
    form: Literal["bar", "line"] = "bar"
    labels: tuple[str, ...]
    values: tuple[float, ...]
    unit: str = ""


class Notice(_Block):
    """A sentence that the reader should see."""

    kind: Literal["notice"] = "notice"
    text: str
    tone: Literal["info", "warning", "danger", "success"] = "info"


class Link(_Block):
    """A way to another page of this office or to a document."""

    kind: Literal["link"] = "link"
    text: str
    href: str


class ActionButton(_Block):
    """A button for an action of the procedure, beside what it is about."""

    kind: Literal["action"] = "action"
    action: str
    title: str = ""


Block: TypeAlias = Annotated[Fields | Table | Chart | Notice | Link | ActionButton, Field(discriminator="kind")]


def show(value: Any, extra: Any = None) -> str:
    """A value as a reader sees it: a choice by its title, yes and no in words."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(show(item, extra) for item in value)
    if isinstance(value, BaseModel):
        parts = type(value).model_fields.items()
        return " ".join(filter(None, (show(getattr(value, name), part.json_schema_extra) for name, part in parts)))
    if isinstance(extra, dict):
        for choice in extra.get("x-choices", ()):
            if choice["value"] == str(value):
                return str(choice["label"])
    return str(value)


def fields_of(facts: Facts, title: str = "") -> Sequence[Block]:
    """The facts that are filled in: plain values as fields, rows as tables."""
    items: list[tuple[str, str]] = []
    tables: list[Block] = []
    for name, info in type(facts).model_fields.items():
        value = getattr(facts, name)
        label = info.title or name
        if isinstance(value, list) and value and isinstance(value[0], BaseModel):
            columns = type(value[0]).model_fields
            tables.append(
                Table(
                    title=label,
                    columns=tuple(c.title or n for n, c in columns.items()),
                    rows=tuple(
                        tuple(show(getattr(row, n), c.json_schema_extra) for n, c in columns.items()) for row in value
                    ),
                )
            )
        elif value is not False and (text := show(value, info.json_schema_extra)):
            items.append((label, text))
    return [*([Fields(title=title, items=tuple(items))] if items else []), *tables]
