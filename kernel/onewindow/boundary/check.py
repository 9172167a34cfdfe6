"""The check that every door runs: a manifest, a configuration, an import's columns, tables and texts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import Table

from onewindow.boundary import personal
from onewindow.boundary.register import Kind
from onewindow.boundary.rules import Violation, masked, said, structural
from onewindow.boundary.schemas import DEEP, ModelAt, depth_of, models
from onewindow.errors import Boundary
from onewindow.office.manifest import Manifest, ProcedureSpec, RecordSpec

log = structlog.get_logger(__name__)
# Who takes reports of unlawful acts: these name no organisation and have no "other".
UNLAWFUL_ACTS = frozenset({"M", "2001", "2002"})
# Where an import puts what its column says about the matter: one of the catalogue's codes.
CATEGORY = "category"
# Tables whose names are those of staff, organs and machines.
NAMED = frozenset({"staff", "township", "unit", "account", "peer", "nats_user"})


@dataclass(frozen=True, slots=True)
class Codes:
    """The tracks and categories that there are; a category with the track that it goes by default."""

    tracks: frozenset[str] = frozenset()
    categories: Mapping[str, str] = field(default_factory=dict)

    def knows(self, handle: str) -> bool:
        return handle in self.tracks or handle in self.categories


def check_manifest(manifest: Manifest, codes: Codes | None = None) -> list[Violation]:
    """What in an office's manifest is outside the boundary; nothing if it may load."""
    if depth_of(manifest.model_dump()) > 4 * DEEP:
        return [structural("too-deep", manifest.id)]
    return list(dict.fromkeys(_manifest(manifest, codes)))


def _manifest(manifest: Manifest, codes: Codes | None) -> Iterator[Violation]:
    yield from said(manifest.id, Kind.TITLE, "id")
    yield from said(manifest.title, Kind.TITLE, "title")
    for handle in manifest.handles:
        where = f"handles/{handle}"
        if "*" in handle or handle.lower() in {"all", "any", ""}:
            yield structural("handles-everything", where)
        elif codes is not None and not codes.knows(handle):
            yield structural("unknown-code", where)
        yield from said(handle, Kind.TITLE, where)
    for key, title in manifest.roles.items():
        yield from _named(key, title, Kind.ROLE, f"roles/{key}")
    for capability in manifest.capabilities:
        yield from said(capability, Kind.ROLE, f"capabilities/{capability}")
    for document in manifest.documents:
        yield from _named(document.key, document.title, Kind.DOCUMENT, f"documents/{document.key}")
    unlawful = bool(UNLAWFUL_ACTS & set(manifest.handles))
    for procedure in manifest.procedures:
        yield from _procedure(procedure, unlawful)
    for record in manifest.records:
        yield from _record(record, unlawful)


def _procedure(procedure: ProcedureSpec, unlawful: bool) -> Iterator[Violation]:
    where = f"procedures/{procedure.key}"
    states = [state.key for state in procedure.states]
    yield from _named(procedure.key, procedure.title, Kind.TITLE, where)
    for state in procedure.states:
        yield from _named(state.key, state.title, Kind.STATE, f"{where}/states/{state.key}")
    for clock in procedure.clocks:
        yield from _named(clock.key, clock.title, Kind.TITLE, f"{where}/clocks/{clock.key}")
        for reason in clock.pauses:
            yield from said(reason, Kind.CHOICE, f"{where}/clocks/{clock.key}/pauses/{reason}")
    yield from _schema(procedure.facts, f"{where}/facts", states, unlawful=unlawful)
    for action in procedure.actions:
        place = f"{where}/actions/{action.key}"
        yield from _named(action.key, action.title, Kind.ACTION, place)
        yield from said(action.summary, Kind.PROSE, f"{place}/summary")
        for role in action.by:
            yield from said(role, Kind.ROLE, f"{place}/by/{role}")
        if action.form is not None:
            yield from _schema(action.form, f"{place}/form", states, unlawful=unlawful)


def _record(record: RecordSpec, unlawful: bool) -> Iterator[Violation]:
    where = f"records/{record.key}"
    yield from _named(record.key, record.title, Kind.TABLE, where)
    yield from _schema(record.fields, where, None, record=record, unlawful=unlawful)


def _schema(
    schema: Mapping[str, Any],
    where: str,
    states: Sequence[str] | None,
    *,
    record: RecordSpec | None = None,
    unlawful: bool = False,
) -> Iterator[Violation]:
    for model in models(schema, where):
        yield from said(model.name, Kind.TITLE, model.where)
        yield from said(str(model.spec.get("title") or ""), Kind.TITLE, model.where)
        yield from said(str(model.spec.get("description") or ""), Kind.PROSE, f"{model.where}/description")
        for value in model.values:
            yield from said(value, Kind.CHOICE, f"{model.where}/enum")
        if model.bag:
            yield structural("open-bag", model.where)
        yield from _fields(model, unlawful)
        yield from _personal(model, states, record)


def _fields(model: ModelAt, unlawful: bool) -> Iterator[Violation]:
    for item in model.fields:
        yield from _named(item.name, item.title, Kind.FIELD, item.where)
        for key, kind in (("x-hint", Kind.PROSE), ("description", Kind.PROSE), ("x-personal", Kind.CHOICE)):
            yield from said(str(item.extra(key) or ""), kind, f"{item.where}/{key.removeprefix('x-')}")
        for choice in item.choices():
            yield from said(choice, Kind.CHOICE, f"{item.where}/choices")
            if unlawful and "行为" in item.title and choice.strip().lower() in {"其他", "其它", "other", "others"}:
                yield structural("open-list-of-acts", item.where)
        if item.bag:
            yield structural("open-bag", item.where)
        if item.foreign:
            yield structural("foreign-schema", item.where)
        if unlawful and any(word in item.title for word in ("组织名称", "团体名称", "组织名", "所属组织")):
            yield structural("organisation-named", item.where)


def _personal(model: ModelAt, states: Sequence[str] | None, record: RecordSpec | None) -> Iterator[Violation]:
    looking = personal.looks_personal(model.fields)
    indexed = {column for group in record.indexed for column in group} if record else set()
    for item in model.fields:
        declared = personal.is_declared(item)
        if not declared:
            if item in looking:
                yield structural("personal-undeclared", item.where)
            if record is not None and item.extra("x-widget") == "party":
                yield structural("record-of-the-public", item.where)
            if item.extra("x-widget") == "party" and item.extra("x-listed"):
                yield structural("personal-listed", item.where)
            continue
        if personal.bad_purpose(item):
            yield structural("personal-purpose", item.where)
        if personal.bad_keep(item, states):
            yield structural("personal-keep", item.where)
        if item.extra("x-listed"):
            yield structural("personal-listed", item.where)
        if item.name in indexed or item.extra("x-search"):
            yield structural("personal-key", item.where)
    if record is not None and model.where == f"records/{record.key}":
        people = {item.name for item in model.fields if item.extra("x-widget") == "party"}
        for column in sorted(indexed & (people | {item.name for item in looking})):
            yield structural("personal-key", f"{model.where}/{column}")


def check_mapping(columns: Mapping[str, str | None]) -> list[Violation]:
    """What an import's column mapping takes over that the product does not hold; a column mapped to nothing is left."""
    found: list[Violation] = []
    for source, target in columns.items():
        if target and target.strip("- "):
            named = said(source, Kind.FIELD, f"columns/{source}")
            # A ledger's label that becomes one of our categories is no free tag: the catalogue is a closed list.
            found += [v for v in named if target != CATEGORY or v.rule != "free-tags"]
            found += said(target, Kind.FIELD, f"columns/{source}")
    return list(dict.fromkeys(found))


def check_config(config: Any, where: str = "config") -> list[Violation]:
    """What in a configuration, however nested, names something that the product does not hold."""
    if depth_of(config) > 4 * DEEP:
        return [structural("too-deep", where)]
    return list(dict.fromkeys(_config(config, where)))


def _config(config: Any, where: str) -> Iterator[Violation]:
    if isinstance(config, Mapping):
        for key, value in config.items():
            yield from said(str(key), Kind.FIELD, f"{where}/{key}")
            yield from _config(value, f"{where}/{key}")
    elif isinstance(config, list | tuple | set | frozenset):
        for index, value in enumerate(config):
            yield from _config(value, f"{where}/{index}")
    elif isinstance(config, str):
        yield from said(config, Kind.TITLE, where)


def check_tables(tables: Iterable[Table], *, named: frozenset[str] = NAMED) -> list[Violation]:
    """What in database tables is outside the boundary; names in those of `named` are not the public's."""
    found: list[Violation] = []
    for table in tables:
        found += said(table.name, Kind.TABLE, f"tables/{table.name}")
        for column in table.columns:
            where = f"tables/{table.name}/{column.name}"
            found += said(column.name, Kind.FIELD, where)
            if table.name not in named and personal.column_looks_personal(column.name):
                found.append(structural("personal-undeclared", where))
    return list(dict.fromkeys(found))


def check_texts(files: Mapping[str, bytes]) -> list[Violation]:
    """What the templates and catalogues of a bundle say that a document must not say."""
    found: list[Violation] = []
    for path, content in files.items():
        if path.endswith((".typ", ".po", ".json")):
            for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
                if not line.startswith(("#:", "//")):
                    found += said(line, Kind.PROSE, f"{path}/{number}")
    return list(dict.fromkeys(found))


def report(violations: Sequence[Violation], door: str) -> None:
    """Log each refusal with its rule and its place, and no word that was found there."""
    for violation in violations:
        log.warning("boundary.refused", door=door, rule=violation.rule, where=masked(violation.where))


def require(violations: Sequence[Violation], door: str) -> None:
    """Let through what has no violation.

    Raises:
        Boundary: with the first rule that is broken, its place and its remedy; all of them are logged.
    """
    if violations:
        report(violations, door)
        first = violations[0]
        raise Boundary(first.text, rule=first.rule, remedy=first.remedy, where=first.where, source=first.source)


def _named(key: str, title: str, kind: Kind, where: str) -> Iterator[Violation]:
    yield from said(key, kind, where)
    if title != key:
        yield from said(title, kind, where)
