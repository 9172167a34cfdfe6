"""Finding the installed offices: compatibility is read before anything is loaded, and one bad office harms no other."""

from dataclasses import dataclass
from functools import partial
from importlib.metadata import Distribution, EntryPoint, distributions

import pluggy
import structlog
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import onewindow
from onewindow import hookspecs
from onewindow.boundary import check_manifest
from onewindow.office.declaration import PROJECT, Office
from onewindow.office.types import OfficeId

GROUP = "onewindow.offices"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Found:
    """An installed office: its declaration, or the reason why it is quarantined."""

    id: OfficeId
    office: Office | None = None
    distribution: str = ""
    version: str = ""
    reason: str = ""


def discover(group: str = GROUP) -> list[Found]:
    """Every installed office in the order of its name; the broken and the incompatible with their reason."""
    points: dict[str, list[tuple[Distribution, EntryPoint]]] = {}
    for distribution in distributions():
        for point in distribution.entry_points:
            if point.group == group:
                points.setdefault(point.name, []).append((distribution, point))
    found = []
    for name, claims in sorted(points.items()):
        unique = {canonicalize_name(d.name): (d, p) for d, p in claims}
        if len(unique) > 1:
            names = ", ".join(sorted(unique))
            found.append(Found(OfficeId(name), reason=f"several distributions declare it: {names}"))
            continue
        found.append(_load(*next(iter(unique.values()))))
    for each in found:
        if each.reason:
            log.warning("office.quarantined", office=each.id, reason=each.reason)
    return found


def _load(distribution: Distribution, point: EntryPoint) -> Found:
    known = partial(Found, OfficeId(point.name), distribution=distribution.name, version=distribution.version)
    if reason := incompatible(distribution):
        return known(reason=reason)
    try:
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(hookspecs)
        manager.register(point.load(), name=point.name)
        manager.check_pending()
        results = manager.hook.onewindow_office()
    except (Exception, SystemExit) as error:
        log.exception("office.broken", office=point.name)
        return known(reason=f"does not load: {type(error).__name__}: {error}")
    if len(results) != 1 or not isinstance(results[0], Office):
        return known(reason="its hook returns no office")
    office = results[0]
    if office.id != point.name:
        return known(reason=f"calls itself {office.id!r} and is installed as {point.name!r}")
    try:
        violations = check_manifest(office.manifest())
    except Exception as error:
        return known(reason=f"its manifest cannot be made: {type(error).__name__}: {error}")
    if violations:
        return known(reason=str(violations[0]))
    return known(office=office)


def incompatible(distribution: Distribution, kernel: str = onewindow.__version__) -> str:
    """Why a distribution does not fit this kernel, from its own Requires-Dist; empty if it does."""
    wanted = [Requirement(text) for text in distribution.requires or ()]
    mine = [r for r in wanted if canonicalize_name(r.name) == PROJECT]
    if not mine or not any(r.specifier for r in mine):
        return "names no version of onewindow that it works with"
    bounded = any(s.operator in ("<", "<=", "==", "~=") for r in mine for s in r.specifier)
    if not bounded:
        return "names no upper bound for onewindow"
    for requirement in mine:
        if not requirement.specifier.contains(Version(kernel), prereleases=True):
            return f"wants onewindow {requirement.specifier}, this is {kernel}"
    return ""
