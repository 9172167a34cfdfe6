"""Finding the installed offices: by entry point, judged before they are loaded, each by itself."""

import hashlib
import importlib.metadata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint
from typing import Any

import pluggy
import structlog
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from onewindow import hookspecs
from onewindow.boundary import check_texts, report
from onewindow.documents.bundle import Bundle, make_bundle
from onewindow.errors import OneWindowError
from onewindow.i18n import _
from onewindow.office.declaration import PROJECT, Office
from onewindow.office.manifest import Manifest
from onewindow.plugins.judging import is_office_id, judge
from onewindow.plugins.reasons import Reason, outside, reason

GROUP = "onewindow.offices"
_FLOORS = frozenset({">=", ">", "==", "~=", "==="})
_CEILINGS = frozenset({"<=", "<", "==", "~=", "==="})
_WORDS = 300
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Found:
    """An installed office: its declaration with manifest and bundle, or the reason why it is quarantined."""

    id: str
    office: Office | None = None
    distribution: str = ""
    version: str = ""
    reason: Reason | None = None
    manifest: Manifest | None = None
    bundle: Bundle | None = None
    title: str = ""


@dataclass(frozen=True)
class _Entry:
    point: EntryPoint
    distribution: Distribution
    name: str
    version: str


class _Unfit(Exception):
    """This plugin is not to be used."""

    def __init__(self, why: Reason) -> None:
        self.why = why
        super().__init__(why)


def discover(*, path: Sequence[str] | None = None, kernel: str | None = None) -> list[Found]:
    """All installed offices, sorted by name; whatever is wrong with one stays with that one.

    `path` are the folders to look in instead of `sys.path`, `kernel` is our own version.
    """
    ours = kernel or importlib.metadata.version(PROJECT)
    named: dict[str, list[_Entry]] = defaultdict(list)
    for entry in _entries(path):
        named[entry.point.name].append(entry)
    found = []
    for name, entries in sorted(named.items()):
        one = _judged(name, entries, ours)
        if one.reason is not None:
            log.warning("office.unfit", office=one.id, distribution=one.distribution, why=str(one.reason))
        found.append(one)
    return found


def _entries(path: Sequence[str] | None) -> Iterator[_Entry]:
    everywhere = importlib.metadata.distributions(path=list(path)) if path is not None else None
    seen: set[str] = set()
    for distribution in everywhere or importlib.metadata.distributions():
        try:
            name, version = distribution.name, distribution.version
            points = [point for point in distribution.entry_points if point.group == GROUP]
        except Exception:
            # Half an uninstallation somewhere in the environment is no reason not to open.
            continue
        # The first on the path is the one that is imported; a later one of the same name is hidden by it.
        if not name or canonicalize_name(name) in seen:
            continue
        seen.add(canonicalize_name(name))
        for point in points:
            yield _Entry(point, distribution, name, version or "0")


def _judged(name: str, entries: Sequence[_Entry], ours: str) -> Found:
    distributions = " / ".join(sorted(f"{entry.name} {entry.version}" for entry in entries))
    base = Found(id=name, distribution=distributions, version=entries[0].version, title=name)
    try:
        if not is_office_id(name):
            # Under a name of ours, for its own can't stand in subjects and addresses.
            digest = hashlib.sha256(name.encode()).hexdigest()[:8]
            base = Found(id=f"invalid{digest}", distribution=distributions, version=base.version, title=name[:60])
            raise _Unfit(
                reason(_("入口名 {name} 不能作科室标识：只能用小写字母和数字，且不能是保留字"), name=name[:60])
            )
        if len(entries) > 1:
            raise _Unfit(reason(_("几个安装包都叫 {name}：{distributions}"), name=name, distributions=distributions))
        check_compatible(entries[0].distribution.requires or [], ours)
        return _loaded(name, entries[0], distributions)
    except _Unfit as unfit:
        return Found(base.id, None, distributions, base.version, unfit.why, title=base.title)


def check_compatible(requires: Sequence[str], ours: str) -> None:
    """Refuse a distribution that does not say, with a floor and a ceiling, which kernels it works with.

    Raises:
        _Unfit: it says nothing, promises no end, or means another version than ours.
    """
    specifiers = SpecifierSet()
    stated = False
    for line in requires:
        try:
            requirement = Requirement(line)
        except InvalidRequirement as error:
            raise _Unfit(reason(_("安装包的依赖声明无法读取：{line}"), line=line[:_WORDS])) from error
        if canonicalize_name(requirement.name) != PROJECT:
            continue
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        stated = True
        specifiers &= requirement.specifier
    operators = {specifier.operator for specifier in specifiers}
    if not stated or not operators:
        raise _Unfit(reason(_("安装包没有声明它适用的 onewindow 版本"), rule="no-specifier"))
    if not operators & _FLOORS:
        raise _Unfit(reason(_("安装包没有声明 onewindow 的版本下限：{wanted}"), rule="no-floor", wanted=specifiers))
    if not operators & _CEILINGS:
        raise _Unfit(reason(_("安装包没有声明 onewindow 的版本上限：{wanted}"), rule="no-ceiling", wanted=specifiers))
    if not specifiers.contains(Version(ours), prereleases=True):
        other = _("安装包适用于 onewindow {wanted}，本中心是 {ours}")
        raise _Unfit(reason(other, rule="incompatible", wanted=specifiers, ours=ours))


def _loaded(name: str, entry: _Entry, distributions: str) -> Found:
    try:
        office = _office_of(name, entry.point)
        if not isinstance(office, Office):
            raise _Unfit(reason(_("插件没有返回科室声明，而是 {kind}"), kind=type(office).__name__))
        if office.id != name:
            raise _Unfit(reason(_("入口名是 {name}，声明的科室却是 {id}"), name=name, id=office.id))
        files = office.files()
        bundle = make_bundle(files)
        manifest = office.manifest(bundle.hash)
    except _Unfit:
        raise
    except OneWindowError as error:
        raise _Unfit(Reason(str(error.message), {k: str(v) for k, v in error.params.items()})) from error
    except (Exception, SystemExit) as error:
        # Whatever a plugin does when it is loaded, the window opens.
        log.warning("office.load_failed", office=name, exc_info=True)
        raise _Unfit(_failure(error)) from error
    why, violations = judge(manifest)
    if why is None and (violations := check_texts(files)):
        why = outside(violations[0])
    if why is not None:
        report(violations, f"discover:{name}")
        raise _Unfit(why)
    return Found(name, office, distributions, entry.version, None, manifest, bundle, office.title)


def _office_of(name: str, point: EntryPoint) -> Any:
    """Load one plugin and ask it, with a manager of its own: nobody else's hook is ever called here."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(point.load(), name)
    manager.check_pending()
    answers: list[Any] = manager.hook.onewindow_office()
    if not answers:
        raise _Unfit(reason(_("插件没有声明科室（缺少 onewindow_office）")))
    if hasattr(answers[0], "close") and hasattr(answers[0], "cr_code"):
        answers[0].close()
    return answers[0]


def _failure(error: BaseException) -> Reason:
    words = " ".join(str(error).split())[:_WORDS]
    return reason(_("插件无法加载：{kind} {words}"), kind=type(error).__name__, words=words, rule="load-failed")
