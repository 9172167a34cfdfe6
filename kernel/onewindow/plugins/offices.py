"""The offices that this centre knows and where they are enabled: one immutable snapshot, the only source of truth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from onewindow.office.manifest import Manifest
from onewindow.office.types import OfficeId, TownshipCode
from onewindow.plugins.reasons import Reason


@dataclass(frozen=True, slots=True)
class Known:
    """An office that the centre knows: its manifest, or why it is quarantined."""

    id: OfficeId
    title: str
    version: str = ""
    manifest: Manifest | None = None
    quarantined: str = ""
    remote: bool = False
    reason: Reason | None = None
    distribution: str = ""
    seen_at: datetime | None = None


@dataclass(frozen=True)
class Offices:
    """Which offices there are and which townships use them. What is not enabled here is dead everywhere."""

    known: Mapping[OfficeId, Known] = field(default_factory=dict)
    enabled: Mapping[TownshipCode, frozenset[OfficeId]] = field(default_factory=dict)
    version: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", MappingProxyType(dict(self.known)))
        object.__setattr__(self, "enabled", MappingProxyType(dict(self.enabled)))

    def manifest(self, office: str | None) -> Manifest | None:
        """The manifest of an office that is not quarantined."""
        known = self.known.get(OfficeId(office)) if office else None
        return known.manifest if known and not known.quarantined else None

    def enabled_in(self, township: str) -> frozenset[OfficeId]:
        """The offices that work in a township: enabled there and not quarantined."""
        ids = self.enabled.get(TownshipCode(township), frozenset())
        return frozenset(office for office in ids if self.manifest(office) is not None)

    def is_enabled(self, office: str, township: str) -> bool:
        return OfficeId(office) in self.enabled_in(township)

    def handler(self, township: str, track: str, category: str) -> OfficeId | None:
        """The office that keeps the proceedings of such a matter there: by its track, else by its category."""
        working = sorted(self.enabled_in(township))
        for wanted in (track, category):
            for office in working:
                manifest = self.manifest(office)
                if manifest is not None and wanted in manifest.handles:
                    return office
        return None


def handles_twice(manifests: Iterable[Manifest]) -> list[tuple[str, str, str]]:
    """What two offices both claim: (handle, one office, the other)."""
    seen: dict[str, str] = {}
    found = []
    for manifest in sorted(manifests, key=lambda m: m.id):
        for handle in manifest.handles:
            if handle in seen:
                found.append((handle, seen[handle], manifest.id))
            seen.setdefault(handle, manifest.id)
    return found
