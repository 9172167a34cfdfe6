"""Judging a manifest before it is used, whoever sent it: the boundary register, and whether it can be true at all."""

import re
from collections.abc import Iterator
from functools import cache

from onewindow.boundary import Codes, Violation, check_manifest
from onewindow.bus.subjects import RESERVED
from onewindow.i18n import _
from onewindow.office.manifest import PROTOCOL, Manifest, ProcedureSpec
from onewindow.organisation.roles import Role
from onewindow.plugins.reasons import Reason, outside, reason
from onewindow.registry.catalogue import TRACKS, categories

# What an action's `by` may name besides roles: see `onewindow.office.action`.
ACTORS = frozenset({"handler", "head", "organ_head", "director", "other", "party", "designated"}) | {*map(str, Role)}
CAPABILITIES = frozenset({"coordinate"})
_TOKEN = re.compile(r"[a-z0-9]{1,32}")
_HASH = re.compile(r"(?:[0-9a-f]{64})?")


@cache
def codes() -> Codes:
    """The tracks and categories of the catalogue."""
    return Codes(frozenset(map(str, TRACKS)), {code: str(found.track) for code, found in categories().items()})


def is_office_id(name: str) -> bool:
    """Whether a name may be an office's: it becomes a part of addresses, subjects and table names."""
    return _TOKEN.fullmatch(name) is not None and name not in RESERVED


def judge(manifest: Manifest) -> tuple[Reason | None, list[Violation]]:
    """Why this manifest may not be used, if so, with every rule of the boundary that it breaks."""
    if not 1 <= manifest.protocol <= PROTOCOL:
        why = reason(
            _("科室使用消息协议第 {theirs} 版，本中心只支持到第 {ours} 版"), theirs=manifest.protocol, ours=PROTOCOL
        )
        return why, []
    if (lie := next(_lies(manifest), None)) is not None:
        return lie, []
    violations = check_manifest(manifest, codes())
    return (outside(violations[0]) if violations else None), violations


def _lies(manifest: Manifest) -> Iterator[Reason]:
    if not is_office_id(manifest.id):
        yield reason(_("科室标识只能用小写字母和数字，且不能是保留字"))
    if not manifest.procedures:
        yield reason(_("没有声明任何办理流程"))
    if not _HASH.fullmatch(manifest.bundle):
        yield reason(_("文书模板包的名称不是摘要"))
    if taken := sorted(set(manifest.roles) & ACTORS):
        yield reason(_("岗位角色 {role} 是系统自己的，不能另行声明"), role=taken[0])
    if unknown := sorted(set(manifest.capabilities) - CAPABILITIES):
        yield reason(_("没有 {capability} 这种能力"), capability=unknown[0])
    for record in manifest.records:
        if not record.key.startswith(f"{manifest.id}_"):
            yield reason(_("台账 {table} 的表名应以科室标识开头"), table=record.key)
    yield from _empty_handles(manifest)
    seen: set[tuple[str, int]] = set()
    for procedure in manifest.procedures:
        if (version := (procedure.key, procedure.version)) in seen:
            yield reason(_("流程 {procedure} 的同一版本声明了两次"), procedure=procedure.key)
        seen.add(version)
        yield from _broken(procedure, ACTORS | set(manifest.roles))


def _empty_handles(manifest: Manifest) -> Iterator[Reason]:
    """What the office says that it handles without a procedure for it."""
    covered = {track for procedure in manifest.procedures for track in procedure.tracks}
    if any(not procedure.tracks for procedure in manifest.procedures):
        return
    for handle in manifest.handles:
        if handle not in covered and codes().categories.get(handle) not in covered:
            yield reason(_("声明办理 {handle}，却没有相应的办理流程"), handle=handle)


def _broken(procedure: ProcedureSpec, actors: frozenset[str]) -> Iterator[Reason]:
    states = {state.key for state in procedure.states}
    if len(states) != len(procedure.states) or sum(state.initial for state in procedure.states) != 1:
        yield reason(_("流程 {procedure} 应当恰有一个初始状态，状态不得重名"), procedure=procedure.key)
    named = {key for action in procedure.actions for key in (*action.sources, *action.targets)}
    named |= {key for event in procedure.reactions for key in (*event.sources, *event.targets)}
    for clock in procedure.clocks:
        named |= {key for moment in (clock.starts, *clock.stops) if moment.fact == "entering" for key in moment.of}
        named |= {key for paused in clock.pauses.values() for key in paused}
        if not clock.source.strip():
            yield reason(_("时限 {clock} 没有写明法律依据"), clock=clock.key)
        if (clock.span is not None and clock.span.amount < 1) or (clock.warn is not None and clock.warn.amount < 1):
            yield reason(_("时限 {clock} 的长度不对"), clock=clock.key)
    if missing := sorted(named - states):
        yield reason(_("流程 {procedure} 没有 {state} 这个状态"), procedure=procedure.key, state=missing[0])
    if unknown := sorted({by for action in procedure.actions for by in action.by} - actors):
        nobody = _("流程 {procedure} 的操作由 {role} 办理，却没有这个角色")
        yield reason(nobody, procedure=procedure.key, role=unknown[0])
