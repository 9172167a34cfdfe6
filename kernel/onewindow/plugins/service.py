"""Changes to what the centre knows of its offices, each in the caller's transaction: said, enabled, disabled."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import Connection, and_, select

from onewindow.boundary import Violation, check_texts, report, require, widening
from onewindow.documents.bundle import BadBundle, keep_bundle, open_bundle
from onewindow.documents.tables import BUNDLE
from onewindow.errors import NotFound, Refused
from onewindow.i18n import _
from onewindow.office.manifest import Manifest
from onewindow.office.types import OfficeId, TownshipCode, new_id
from onewindow.organisation.tables import TOWNSHIP
from onewindow.plugins.discovery import Found
from onewindow.plugins.judging import judge
from onewindow.plugins.offices import Known, Offices, handles_twice
from onewindow.plugins.reasons import Reason, outside, reason
from onewindow.plugins.tables import ENABLEMENT, MANIFEST, OFFICE, VERSION
from onewindow.store.sql import advisory_lock, upsert
from onewindow.store.tx import Tx

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host is told: why it is not taken (empty: it is), and whether its bundle is here."""

    reason: str = ""
    has_bundle: bool = True


@dataclass(frozen=True, slots=True)
class Enablement:
    """From when to when an office was used in a township, and who said so."""

    township: TownshipCode
    office: OfficeId
    enabled_at: datetime
    enabled_by: str
    disabled_at: datetime | None
    disabled_by: str | None


# What offices say of themselves --------------------------------------------------------------------------------------


def record(tx: Tx, found: Iterable[Found], *, now: datetime) -> None:
    """Note which offices are installed here, with their bundles; whatever was installed once may still be remote."""
    _lock(tx)
    installed: set[str] = set()
    for one in found:
        installed.add(one.id)
        before = _row(tx, one.id)
        if one.manifest is not None and one.bundle is not None:
            _take(tx, one.manifest, before, remote=False, distribution=one.distribution, now=now)
            keep_bundle(tx, one.id, one.bundle.data, now=now, expect=one.bundle.hash)
        elif one.reason is not None:
            # What cannot be loaded can't say its title, but it may have said it once.
            title = before["title"] if before and one.title == one.id else one.title
            said = {"title": title, "version": one.version, "distribution": one.distribution, "remote": False}
            _quarantine(tx, one.id, before, one.reason, said, "", now)
    gone = [row["id"] for row in _rows(tx) if not row["remote"] and row["id"] not in installed]
    if gone:
        tx.execute(OFFICE.update().where(OFFICE.c.id.in_(gone)).values(remote=True))
        bump(tx)


def expect(tx: Tx, office: str, *, now: datetime) -> None:
    """Note that an office was let in, which has yet to say what it is: it may log in whenever it comes."""
    said = {"title": office, "version": "", "distribution": "", "remote": True, "hash": "", "bundle": ""}
    tx.insert_new(OFFICE, {"id": office, **said, "manifest": None, "quarantined": None, "seen_at": now})
    bump(tx)


def accept(tx: Tx, manifest: Manifest, *, office: str, bundle: bytes | None, now: datetime) -> Answer:
    """Take what the host of `office` (as its credentials say) says of itself, or answer why not.

    Nothing is taken before its bundle is here, so that no document ever lacks its template.
    """
    _lock(tx)
    if manifest.id != office:
        # Nothing is noted: who lies about the name has no say over the other one's row.
        log.warning("office.refused", office=office, says=manifest.id[:32], rule="wrong-id")
        return Answer(reason(_("凭证属于科室 {office}，声明的却是 {id}"), office=office, id=manifest.id[:32]).text())
    digest = hash_of(manifest)
    before = _row(tx, office)
    if before is not None and before["hash"] == digest and before["quarantined"] is None and bundle is None:
        tx.execute(OFFICE.update().where(OFFICE.c.id == office).values(seen_at=now))
        return Answer(has_bundle=_has_bundle(tx, manifest.bundle))
    why, violations = judge(manifest)
    if why is None and bundle is not None:
        why, violations = _keep(tx, manifest, bundle, now)
    if why is not None:
        tx.on_commit(lambda: report(violations, f"hello:{office}"))
        said = {"title": manifest.title[:100], "version": manifest.version, "distribution": "", "remote": True}
        _quarantine(tx, office, before, why, said, digest, now)
        return Answer(why.text())
    if not _has_bundle(tx, manifest.bundle):
        return Answer(has_bundle=False)
    remote = before is None or bool(before["remote"])
    _take(tx, manifest, before, remote=remote, distribution=before["distribution"] if before else "", now=now)
    return Answer()


def _keep(tx: Tx, manifest: Manifest, bundle: bytes, now: datetime) -> tuple[Reason | None, list[Violation]]:
    try:
        violations = check_texts(open_bundle(bundle, expect=manifest.bundle))
        if not violations:
            keep_bundle(tx, manifest.id, bundle, now=now, expect=manifest.bundle)
    except BadBundle as error:
        return Reason(str(error.message)), []
    return (outside(violations[0]) if violations else None), violations


def _take(
    tx: Tx, manifest: Manifest, before: Mapping[str, Any] | None, *, remote: bool, distribution: str, now: datetime
) -> None:
    digest = hash_of(manifest)
    row = {
        "id": manifest.id,
        "title": manifest.title,
        "version": manifest.version,
        "distribution": distribution,
        "manifest": manifest.model_dump(mode="json"),
        "hash": digest,
        "bundle": manifest.bundle,
        "remote": remote,
        "quarantined": None,
        "seen_at": now,
    }
    same = before is not None and all(before[name] == row[name] for name in row if name != "seen_at")
    tx.upsert(OFFICE, row, key=["id"])
    if same:
        return
    tx.insert_new(
        MANIFEST,
        {
            "office": manifest.id,
            "hash": digest,
            "version": manifest.version,
            "manifest": row["manifest"],
            "first_seen_at": now,
        },
    )
    old = _manifest(before)
    if old is not None and old != manifest:
        _note_change(tx, old, manifest)
    bump(tx)


def _note_change(tx: Tx, old: Manifest, new: Manifest) -> None:
    wider = bool(widening(old, new))
    event = "office.changed_under_its_version" if old.version == new.version else "office.upgraded"
    tx.on_commit(lambda: log.warning(event, office=new.id, before=old.version, version=new.version, wider=wider))


def _quarantine(
    tx: Tx,
    office: str,
    before: Mapping[str, Any] | None,
    why: Reason,
    said: Mapping[str, Any],
    digest: str,
    now: datetime,
) -> None:
    """Use this office no more until it says something that may be used; the last good manifest stays for reading."""
    kept = {"manifest": before["manifest"], "bundle": before["bundle"]} if before else {"manifest": None, "bundle": ""}
    row = {"id": office, **kept, **said, "hash": digest, "quarantined": why.data(), "seen_at": now}
    tx.upsert(OFFICE, row, key=["id"])
    if before is None or any(before[name] != row[name] for name in row if name != "seen_at"):
        tx.on_commit(lambda: log.warning("office.quarantined", office=office, rule=why.rule, why=str(why)))
        bump(tx)


# Enablement ----------------------------------------------------------------------------------------------------------


def enable(tx: Tx, office: str, township: str, *, by: str, now: datetime) -> bool:
    """Use an office in a township from now on; says whether that was new.

    Raises:
        NotFound: no such office, or no such township.
        Refused: it is quarantined, or another enabled office handles one of its categories or tracks there.
        Boundary: it is outside the boundary register.
    """
    _lock(tx)
    offices = load(tx.conn)
    known = offices.known.get(OfficeId(office))
    if known is None:
        raise NotFound(_("没有科室 {office}"), office=office)
    if tx.execute(select(TOWNSHIP.c.code).where(TOWNSHIP.c.code == township)).first() is None:
        raise NotFound(_("没有镇街 {township}"), township=township)
    if OfficeId(office) in offices.enabled.get(TownshipCode(township), frozenset()):
        return False
    if known.reason is not None or known.manifest is None:
        why = known.reason or reason(_("还没有收到它的声明"))
        raise Refused(
            _("科室“{title}”已被隔离，不能启用：{why}"),
            rule=why.rule or "quarantined",
            title=known.title,
            why=why.text(),
        )
    _still_fit(known.manifest)
    others = [m for other in offices.enabled_in(township) if (m := offices.manifest(other)) is not None]
    if clash := next(iter(handles_twice([*others, known.manifest])), None):
        raise Refused(
            _("{handle} 在该镇街已由科室 {first} 办理，{second} 不能再办理"),
            rule="handled-twice",
            remedy=_("先停用其中一个"),
            handle=clash[0],
            first=next((m.id for m in others if clash[0] in m.handles), clash[1]),
            second=office,
        )
    row = {"id": new_id(), "township": township, "office": office, "enabled_at": now, "enabled_by": by}
    tx.insert(ENABLEMENT, {**row, "disabled_at": None, "disabled_by": None})
    bump(tx)
    return True


def _still_fit(manifest: Manifest) -> None:
    why, violations = judge(manifest)
    require(violations, f"enable:{manifest.id}")
    if why is not None:
        raise Refused(_("科室不能启用：{why}"), rule=why.rule or "unfit", why=why.text())


def disable(tx: Tx, office: str, township: str, *, by: str, now: datetime) -> bool:
    """Use an office in a township no more; says whether it was used. Its cases stay and can be read."""
    _lock(tx)
    stands = and_(ENABLEMENT.c.office == office, ENABLEMENT.c.township == township, ENABLEMENT.c.disabled_at.is_(None))
    ended = tx.execute(ENABLEMENT.update().where(stands).values(disabled_at=now, disabled_by=by))
    if ended.rowcount == 0:
        return False
    bump(tx)
    return True


def history(conn: Connection, *, office: str | None = None, township: str | None = None) -> Sequence[Enablement]:
    """Where an office is and was used, the oldest first."""
    query = select(ENABLEMENT).order_by(ENABLEMENT.c.id)
    if office is not None:
        query = query.where(ENABLEMENT.c.office == office)
    if township is not None:
        query = query.where(ENABLEMENT.c.township == township)
    return [
        Enablement(
            TownshipCode(row.township),
            OfficeId(row.office),
            row.enabled_at,
            row.enabled_by,
            row.disabled_at,
            row.disabled_by,
        )
        for row in conn.execute(query)
    ]


# Reading -------------------------------------------------------------------------------------------------------------


def load_version(conn: Connection) -> int:
    """The version of these tables; 0 before anything was noted."""
    return conn.scalar(select(VERSION.c.version).where(VERSION.c.id == 1)) or 0


def load(conn: Connection) -> Offices:
    """The offices as they stand."""
    known = {}
    for row in map(dict, conn.execute(select(OFFICE).order_by(OFFICE.c.id)).mappings()):
        manifest, why = _manifest(row), Reason.read(row["quarantined"])
        if manifest is None and why is None:
            unsaid = row["manifest"] is None
            why = reason(_("还没有收到它的声明") if unsaid else _("它的声明来自另一个版本，无法读取"))
        known[OfficeId(row["id"])] = Known(
            id=OfficeId(row["id"]),
            title=row["title"],
            version=row["version"],
            manifest=manifest,
            quarantined=why.text() if why else "",
            remote=row["remote"],
            reason=why,
            distribution=row["distribution"],
            seen_at=row["seen_at"],
        )
    enabled: dict[TownshipCode, set[OfficeId]] = {}
    for use in conn.execute(select(ENABLEMENT).where(ENABLEMENT.c.disabled_at.is_(None))):
        enabled.setdefault(TownshipCode(use.township), set()).add(OfficeId(use.office))
    frozen = {township: frozenset(offices) for township, offices in enabled.items()}
    return Offices(known, frozen, load_version(conn))


def hash_of(manifest: Manifest) -> str:
    """The name of exactly this manifest."""
    data = manifest.model_dump(mode="json")
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def bump(tx: Tx) -> None:
    """Raise the version: every process loads its snapshot anew."""
    tx.execute(upsert(VERSION, tx.dialect, key=["id"], update=[], add=["version"]), {"id": 1, "version": 1})


def _lock(tx: Tx) -> None:
    """One change at a time, among all processes: whether two offices clash is judged on what stands."""
    advisory_lock(tx.conn, "offices")


def _rows(tx: Tx) -> list[Mapping[str, Any]]:
    return [dict(row) for row in tx.execute(select(OFFICE)).mappings()]


def _row(tx: Tx, office: str) -> Mapping[str, Any] | None:
    row = tx.execute(select(OFFICE).where(OFFICE.c.id == office)).mappings().first()
    return dict(row) if row is not None else None


def _manifest(row: Mapping[str, Any] | None) -> Manifest | None:
    if row is None or row["manifest"] is None:
        return None
    try:
        return Manifest.model_validate(row["manifest"])
    except ValidationError:
        return None


def _has_bundle(tx: Tx, digest: str) -> bool:
    return not digest or tx.execute(select(BUNDLE.c.hash).where(BUNDLE.c.hash == digest)).first() is not None
