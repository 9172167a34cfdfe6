"""Material as rows of a case: who reads it, how it is added with its entry, and the forms that name it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from onewindow.documents.attachments import Attachment, Attachments, Prepared, Purpose
from onewindow.errors import BadInput
from onewindow.i18n import _
from onewindow.registry import timeline
from onewindow.registry.timeline import OFFICE, PARTIES, SEALED, Line, party_reader
from onewindow.routing.context import Kernel
from onewindow.store.tx import Tx

GONE = _("没有找到这份材料")


def staff_marks(case: Mapping[str, Any]) -> frozenset[str]:
    """As which reader staff come to a case that the policy lets them read."""
    return frozenset({OFFICE, PARTIES, *([SEALED] if case["sealed"] else [])})


def party_marks(party_id: str) -> frozenset[str]:
    return frozenset({PARTIES, party_reader(party_id)})


def add(
    tx: Tx,
    kernel: Kernel,
    case_id: str,
    files: Sequence[Prepared],
    *,
    by: str,
    purpose: Purpose,
    readers: Sequence[str],
    at: datetime,
    party_id: str | None = None,
) -> list[str]:
    """Add prepared files to a case that stands, each new one with its entry; their ids in the order given."""
    found, lines = [], []
    shelf: Attachments = kernel.attachments
    for one in files:
        row = shelf.row(one, case_id, by=by, purpose=purpose, readers=readers, at=at, party_id=party_id)
        known, new = shelf.add(tx, row)
        found.append(known)
        if new:
            lines.append(entry(row))
    if lines:
        timeline.append(tx, kernel.vault, case_id, *lines)
    return found


def entry(row: Mapping[str, Any]) -> Line:
    """The line of the history that says of a piece of material that it was added."""
    data = {name: row[name] for name in ("purpose", "media", "size")}
    return Line("material", row["added_at"], row["added_by"], tuple(row["readers"]), {"attachment": row["id"], **data})


# Forms of offices ----------------------------------------------------------------------------------------------------


def named_in(schema: Mapping[str, Any] | None, form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each (field, id) where a filled form names a piece of material; rows as `rows/0/photo`."""
    if schema is not None and "attachment" in str(schema):
        yield from _named(schema, schema.get("$defs", {}), form, "")


def _named(
    schema: Mapping[str, Any], defs: Mapping[str, Any], form: Mapping[str, Any], where: str
) -> Iterator[tuple[str, str]]:
    for name, part in schema.get("properties", {}).items():
        value = form.get(name)
        if part.get("x-widget") == "attachment":
            for one in value if isinstance(value, list) else [value]:
                if one not in (None, ""):
                    yield f"{where}{name}", str(one)
        elif isinstance(value, list) and "$ref" in part.get("items", {}):
            row = defs.get(part["items"]["$ref"].removeprefix("#/$defs/"), {})
            for place, each in enumerate(value):
                if isinstance(each, Mapping):
                    yield from _named(row, defs, each, f"{where}{name}/{place}/")


def check_named(known: Iterable[Attachment], marks: frozenset[str], named: Iterable[tuple[str, str]]) -> None:
    """Refuse a form that names material which is not in its case or not for its reader.

    Raises:
        BadInput: naming each such field.
    """
    there = {one.id for one in known if one.readable_by(marks) and one.sha256 is not None}
    if wrong := {field: GONE for field, one in named if one not in there}:
        raise BadInput(GONE, fields={**wrong}, remedy=_("请重新上传"))


def check_form(
    conn: Connection, kernel: Kernel, case_id: str, schema: Mapping[str, Any] | None, form: Mapping[str, Any],
    marks: frozenset[str],
) -> None:  # fmt: skip
    """Refuse a form of an office that names material which is not in its case or not for its reader.

    Raises:
        BadInput: naming each such field.
    """
    if named := list(named_in(schema, form)):
        check_named(kernel.attachments.of_case(conn, case_id), marks, named)
