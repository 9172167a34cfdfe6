"""The book of offices: what was discovered or said hello, where it is enabled, and the snapshot that everybody reads."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from onewindow.boundary import check_manifest
from onewindow.documents.bundle import keep_bundle, make_bundle
from onewindow.documents.tables import BUNDLE
from onewindow.errors import BadInput, NotFound, OneWindowError, Refused
from onewindow.i18n import _
from onewindow.office.manifest import PROTOCOL, Manifest
from onewindow.office.types import OfficeId, TownshipCode, new_id
from onewindow.plugins.discovery import Found
from onewindow.plugins.offices import Known, Offices, handles_twice
from onewindow.plugins.tables import ENABLEMENT, OFFICE, VERSION
from onewindow.store import Store, Tx
from onewindow.store.sql import upsert


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Whether a host's manifest was taken, and whether its bundle is known."""

    reason: str = ""
    has_bundle: bool = True


class OfficesBook:
    """Holds the current snapshot; changes go through here and raise the version."""

    def __init__(self, store: Store):
        self._store = store
        self._current: Offices | None = None

    @property
    def current(self) -> Offices:
        """The snapshot as last loaded; the first use loads it, blocking."""
        if self._current is None:
            self._current = self._store.read_now(load)
        return self._current

    def refresh(self, conn: Connection) -> Offices:
        """Load the snapshot anew if another version stands."""
        if self._current is None or load_version(conn) != self._current.version:
            self._current = load(conn)
        return self._current

    def record(self, tx: Tx, found: Sequence[Found], *, now: datetime) -> None:
        """Keep what was discovered at start."""
        for each in found:
            if each.office is None:
                self._keep(tx, each.id, each.id, each.version, None, "", each.reason or "?", False, now)
                continue
            bundle = make_bundle(each.office.files())
            keep_bundle(tx, each.id, bundle.data, now=now)
            manifest = each.office.manifest(bundle.hash)
            self._keep(
                tx, each.id, manifest.title, manifest.version, manifest, bundle.hash, each.reason, False, now
            )

    def accept(
        self, tx: Tx, manifest: Manifest, *, office: str, bundle: bytes | None, now: datetime
    ) -> Acceptance:
        """Take a host's manifest, if it is what it says and within the boundary."""
        reason = self._wrong(manifest, office)
        known = tx.execute(select(OFFICE).where(OFFICE.c.id == office)).mappings().first()
        if reason:
            if known is None or known["quarantined"]:
                self._keep(tx, OfficeId(office), manifest.title[:100], manifest.version, None, "", reason, True, now)
            return Acceptance(reason)
        if bundle is not None:
            try:
                keep_bundle(tx, office, bundle, now=now, expect=manifest.bundle)
            except OneWindowError as error:
                return Acceptance(error.slug)
        has = tx.execute(select(BUNDLE.c.hash).where(BUNDLE.c.hash == manifest.bundle)).first() is not None
        if not has:
            return Acceptance(has_bundle=False)
        remote = True if known is None else bool(known["remote"])
        self._keep(
            tx, OfficeId(office), manifest.title, manifest.version, manifest, manifest.bundle, "", remote, now
        )
        return Acceptance()

    def _wrong(self, manifest: Manifest, office: str) -> str:
        if manifest.id != office:
            return f"calls itself {manifest.id!r} with the credentials of {office!r}"
        if manifest.protocol != PROTOCOL:
            return f"speaks protocol {manifest.protocol}, this is {PROTOCOL}"
        violations = check_manifest(manifest)
        return str(violations[0]) if violations else ""

    def _keep(
        self,
        tx: Tx,
        office: OfficeId,
        title: str,
        version: str,
        manifest: Manifest | None,
        bundle: str,
        quarantined: str,
        remote: bool,
        now: datetime,
    ) -> None:
        data: Any = manifest.model_dump(mode="json") if manifest is not None else None
        row = {
            "id": office,
            "title": title,
            "version": version,
            "manifest": data,
            "bundle": bundle,
            "remote": remote,
            "quarantined": quarantined,
            "seen_at": now,
        }
        before = tx.execute(select(OFFICE).where(OFFICE.c.id == office)).mappings().first()
        if before is not None and {**before, "seen_at": now} == row:
            return
        tx.upsert(OFFICE, row, key=["id"])
        bump(tx)

    def enable(self, tx: Tx, office: str, township: str, by: str, now: datetime) -> bool:
        """Enable an office in a township; whether it was not so before.

        Raises:
            NotFound: no such office.
            Refused: it is quarantined, or another office there handles the same.
        """
        known = tx.execute(select(OFFICE).where(OFFICE.c.id == office)).mappings().first()
        if known is None:
            raise NotFound(_("没有这个科室模块"))
        if known["quarantined"]:
            raise Refused(_("该科室模块已被隔离:{reason}"), rule="quarantined", reason=known["quarantined"])
        standing = set(
            tx.execute(
                select(ENABLEMENT.c.office).where(ENABLEMENT.c.township == township, ENABLEMENT.c.disabled_at.is_(None))
            ).scalars()
        )
        if office in standing:
            return False
        manifests = [
            Manifest.model_validate(m)
            for m in tx.execute(select(OFFICE.c.manifest).where(OFFICE.c.id.in_([*standing, office]))).scalars()
            if m
        ]
        if clash := handles_twice(manifests):
            handle, one, other = clash[0]
            message = _("“{one}”与“{other}”都办理 {handle},不能同时启用")
            raise Refused(message, rule="handles-twice", one=one, other=other, handle=handle)
        tx.insert(
            ENABLEMENT,
            {
                "id": new_id(),
                "township": township,
                "office": office,
                "enabled_at": now,
                "enabled_by": by,
                "disabled_at": None,
                "disabled_by": None,
            },
        )
        bump(tx)
        return True

    def disable(self, tx: Tx, office: str, township: str, by: str, now: datetime) -> bool:
        """Disable an office in a township; whether it was enabled."""
        changed = tx.execute(
            update(ENABLEMENT)
            .where(
                ENABLEMENT.c.office == office, ENABLEMENT.c.township == township, ENABLEMENT.c.disabled_at.is_(None)
            )
            .values(disabled_at=now, disabled_by=by)
        )
        if changed.rowcount:
            bump(tx)
        return bool(changed.rowcount)

    def check_township(self, township: str, known: Sequence[str]) -> None:
        """Refuse a township that there is not."""
        if township not in known:
            raise BadInput(_("没有这个镇街"), field="township")


def bump(tx: Tx) -> None:
    """Raise the version: every process loads its snapshot anew."""
    tx.execute(upsert(VERSION, tx.dialect, key=["id"], update=[], add=["version"]), {"id": 1, "version": 1})


def load_version(conn: Connection) -> int:
    """The version of the tables."""
    return conn.execute(select(VERSION.c.version)).scalar() or 0


def load(conn: Connection) -> Offices:
    """The snapshot as the tables stand."""
    known = {}
    for row in conn.execute(select(OFFICE)).mappings():
        manifest = Manifest.model_validate(row["manifest"]) if row["manifest"] else None
        office = OfficeId(row["id"])
        known[office] = Known(office, row["title"], row["version"], manifest, row["quarantined"], row["remote"])
    enabled: defaultdict[TownshipCode, set[OfficeId]] = defaultdict(set)
    for row in conn.execute(select(ENABLEMENT).where(ENABLEMENT.c.disabled_at.is_(None))).mappings():
        enabled[TownshipCode(row["township"])].add(OfficeId(row["office"]))
    return Offices(known, {t: frozenset(o) for t, o in enabled.items()}, load_version(conn))
