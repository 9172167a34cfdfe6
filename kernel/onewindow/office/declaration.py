"""An office as it is declared, and the markers by which pluggy finds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

import pluggy

from onewindow.office.errors import DeclarationError
from onewindow.office.manifest import DocumentSpec, Manifest, RecordSpec, procedure_spec
from onewindow.office.procedure import Procedure
from onewindow.office.records import Record

PROJECT = "onewindow"
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True)
class Office:
    """One of the member departments' modules (科室/所).

    `handles` holds category codes and track letters; `roles` are roles of its own with their titles. The package that
    declares it carries its templates (`documents/<key>.typ`, whose first line is `// <title>`) and its catalogues
    (`locale/<lang>.po`).
    """

    id: str
    title: str
    handles: frozenset[str] | set[str]
    procedures: Sequence[type[Procedure[Any]]]
    records: Sequence[type[Record]] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    capabilities: Sequence[str] = ()
    package: str = ""

    def __post_init__(self) -> None:
        if not (self.id.isascii() and self.id.isalnum() and self.id.islower()):
            raise DeclarationError(f"office id {self.id!r}: lower-case letters and digits only")
        if not self.procedures:
            raise DeclarationError(f"office {self.id!r} declares no procedure")
        if not self.package:
            object.__setattr__(self, "package", self.procedures[0].__module__.split(".")[0])
        seen: set[tuple[str, int]] = set()
        for procedure in self.procedures:
            if (name := (procedure.key, procedure.version)) in seen:
                raise DeclarationError(f"office {self.id!r}: {name[0]} version {name[1]} is declared twice")
            seen.add(name)

    def procedure(self, key: str, version: int) -> Procedure[Any] | None:
        """The procedure of this key and version, ready to run."""
        return next((p() for p in self.procedures if p.key == key and p.version == version), None)

    def files(self) -> dict[str, bytes]:
        """What the bundle holds: templates and catalogues, by their path in it."""
        found: dict[str, bytes] = {}
        spec = find_spec(self.package) if self.package != "__main__" else None
        if spec is None or not spec.submodule_search_locations:
            return found  # an office in a single file has no folder beside it
        root = files(self.package)
        for folder, suffix in (("documents", ".typ"), ("locale", ".po")):
            place = root / folder
            if place.is_dir():
                for entry in place.iterdir():
                    if entry.name.endswith(suffix):
                        found[f"{folder}/{entry.name}"] = entry.read_bytes()
        return found

    def manifest(self, bundle: str = "") -> Manifest:
        """The office as data."""
        documents = []
        for path, content in sorted(self.files().items()):
            if path.startswith("documents/"):
                first = content.decode().splitlines()[0] if content else ""
                key = path.removeprefix("documents/").removesuffix(".typ")
                documents.append(DocumentSpec(key=key, title=first.lstrip("/ ").strip() or key))
        return Manifest(
            id=self.id,
            title=self.title,
            version=_version(self.package),
            handles=tuple(sorted(self.handles)),
            roles=dict(self.roles),
            procedures=tuple(procedure_spec(p) for p in self.procedures),
            records=tuple(
                RecordSpec(
                    key=str(r.__tablename__),
                    title=(r.__doc__ or r.__name__).strip().splitlines()[0],
                    fields=r.model_json_schema(),
                    indexed=r.indexed(),
                )
                for r in self.records
            ),
            documents=tuple(documents),
            capabilities=tuple(self.capabilities),
            bundle=bundle,
        )


@cache
def _version(package: str) -> str:
    # An editable installation lists no packages; its distribution is named like the package.
    for distribution in (package, *packages_distributions().get(package, ())):
        try:
            return version(distribution)
        except PackageNotFoundError:
            continue
    return "0"
