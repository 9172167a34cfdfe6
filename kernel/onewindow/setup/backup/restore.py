"""Puts a backup back: into an empty folder, or one store into a centre that still has the rest."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import orjson

from onewindow.access import escrow
from onewindow.access.files import write_private
from onewindow.access.vault import Vault
from onewindow.errors import Misconfigured, OneWindowError, Refused
from onewindow.host.run import migrations_of, schema_of
from onewindow.host.tables import HostTable
from onewindow.i18n import _
from onewindow.office.declaration import Office
from onewindow.plugins.discovery import discover
from onewindow.settings import Settings
from onewindow.setup.backup import manifest as contents
from onewindow.setup.backup.after import Restored, renew_kernel, renew_office
from onewindow.setup.backup.manifest import Manifest, StorePart
from onewindow.setup.backup.places import StorePlace, where
from onewindow.setup.stores import KERNEL_SCHEMA, kernel_migrations
from onewindow.store import Store
from onewindow.store.base import KernelTable
from onewindow.store.dumping import SUFFIX, drop, load, schemas
from onewindow.store.engine import hold
from onewindow.store.migrations import Migrations

BUILDING = ".restoring"
KEY_FILE = "keys.json"


@dataclass(frozen=True)
class Opening:
    """How the keys are come by: asked for only where the backup has them wrapped."""

    passphrase: Callable[[], str] = lambda: ""
    recovery_key: Path | None = None
    keys: Path | None = None


@dataclass(frozen=True)
class Asked:
    """What is to come back, and where to."""

    backup: Path
    opening: Opening = field(default_factory=Opening)
    only: str | None = None
    database: str | None = None
    skip: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came back; `left` are offices whose module is not installed here."""

    manifest: Manifest
    stores: tuple[str, ...]
    left: tuple[str, ...]
    kernel: Restored | None


def restore(settings: Settings, asked: Asked, now: datetime, step: Callable[[str], None] = lambda what: None) -> Done:
    """Put a backup back, whole or not at all.

    Raises:
        Refused: something is there already; another passphrase, or other keys.
        BackupDamaged: a part is not as it was written.
        Misconfigured: it was made by a newer program; or no database was given for one from PostgreSQL.
    """
    found = contents.read(asked.backup)
    step("verify")
    contents.require_whole(asked.backup, found)
    if asked.only is None and found.scope == "centre":
        return _centre(settings, asked, found, now, step)
    return _one(settings, asked, found, now, step)


# The whole centre ----------------------------------------------------------------------------------------------------


def _centre(settings: Settings, asked: Asked, found: Manifest, now: datetime, step: Callable[[str], None]) -> Done:
    data = settings.data.absolute()
    _refuse_full(data)
    # The district is the backup's; where things are kept is said by whoever restores.
    aims = settings.model_copy(update={"database": asked.database or settings.database, "district": found.district})
    parts, left = _fitting(found.stores)
    _require_same_dialect(found, aims.database)
    for part in parts:
        _refuse_newer(part, where(aims, part.name))
    plain = _keys(asked, found)
    # Inside the folder itself, which may be a mounted disk of its own.
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    building = data / BUILDING
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(mode=0o700)
    fresh = aims.model_copy(update={"data": building})
    begun: list[StorePlace] = []
    try:
        write_private(building / KEY_FILE, plain)
        write_private(building / contents.CONFIG, _config(asked))
        step(contents.DOCUMENTS)
        shutil.copytree(asked.backup / contents.DOCUMENTS, building / "documents")
        kernel = None
        for part in parts:
            step(part.name)
            place = where(fresh, part.name)
            _put(asked.backup, part, place)
            begun.append(place)
            kernel = _renew(part, place, found, now, asked.skip) or kernel
        _sync(building)
        _move_up(building, data)
    except BaseException:
        _undo(begun)
        shutil.rmtree(building, ignore_errors=True)
        raise
    return Done(found, tuple(part.name for part in parts), left, kernel)


def _move_up(building: Path, data: Path) -> None:
    """The key file last: a folder without it is one that was never finished."""
    for path in sorted(building.iterdir(), key=lambda path: path.name == KEY_FILE):
        path.rename(data / path.name)
    building.rmdir()
    _sync_file(data)


def _config(asked: Asked) -> bytes:
    known = orjson.loads((asked.backup / contents.CONFIG).read_bytes())
    if asked.database:
        known["database"] = asked.database
    return orjson.dumps(known, option=orjson.OPT_INDENT_2)


def _refuse_full(data: Path) -> None:
    if data.exists() and any(path.name != BUILDING for path in data.iterdir()):
        raise Refused(
            _("数据目录 {data} 不是空的，不会覆盖"),
            rule="restore",
            remedy=_("换一个空目录（--data），或先把原目录改名移开"),
            data=str(data),
        )


def _require_same_dialect(found: Manifest, database: str) -> None:
    dialects = {part.dialect for part in found.stores}
    if dialects == {"postgresql"} and not database:
        remedy = _("指明空的数据库：--database postgresql://…")
        raise Misconfigured(_("这份备份来自 PostgreSQL"), remedy=remedy)
    if dialects == {"sqlite"} and database:
        raise Misconfigured(_("这份备份来自 SQLite，不能恢复到 PostgreSQL"), remedy=_("去掉数据库地址后恢复"))


def _keys(asked: Asked, found: Manifest) -> bytes:
    """The key file, known to be the one that the backup was made with."""
    wrapped = asked.backup / contents.KEYS
    opening = asked.opening
    if opening.keys is not None:
        plain = opening.keys.read_bytes()
    elif found.keys == "none":
        raise Refused(_("这份备份不含密钥"), rule="escrow", remedy=_("用另行保管的密钥文件：--keys keys.json"))
    elif found.keys == escrow.RECOVERY_KEY:
        if opening.recovery_key is None:
            remedy = _("指明恢复私钥：--recovery-key 文件")
            raise Refused(_("密钥是用恢复公钥包裹的"), rule="escrow", remedy=remedy)
        password = opening.passphrase()
        plain = escrow.unwrap_with_recovery_key(wrapped.read_bytes(), opening.recovery_key, password, found.id)
    else:
        plain = escrow.unwrap_with_passphrase(wrapped.read_bytes(), opening.passphrase(), found.id)
    vault = Vault.parse(plain)
    _require_keys(vault, found)
    return plain


def _require_keys(vault: Vault, found: Manifest) -> None:
    if contents.key_check(vault, found.id) != found.key_check:
        raise Refused(_("这不是做备份时用的密钥"), rule="escrow", remedy=_("换用同一中心、同一时期的密钥文件"))
    if not found.is_sealed_by(vault):
        raise contents.BackupDamaged(_("备份清单被改动过"), remedy=_("换一份备份"))


# One store -----------------------------------------------------------------------------------------------------------


def _one(settings: Settings, asked: Asked, found: Manifest, now: datetime, step: Callable[[str], None]) -> Done:
    """One store into a centre (or on a department's machine) that still has the rest."""
    name = asked.only or found.scope
    part = found.store(name)
    if part is None:
        names = ", ".join(each.name for each in found.stores)
        raise Misconfigured(_("备份里没有 {name}，有：{names}"), name=name, names=names)
    place = StorePlace(name, asked.database) if asked.database else where(settings, name)
    if part.dialect != place.place.dialect:
        raise Misconfigured(_("备份与目标数据库的种类不同"), remedy=_("用 --database 指明同一种数据库"))
    parts, left = _fitting([part])
    if not parts:
        remedy = _("在装有该科室模块的环境里恢复")
        raise Misconfigured(_("没有安装科室模块 {office}"), remedy=remedy, office=left[0])
    _refuse_newer(part, place)
    if name == contents.KERNEL:
        # Its rows are worth nothing under other keys.
        _require_keys(Vault.load(settings.key_file), found)
    step(name)
    unlock = hold(place.place)
    try:
        _put(asked.backup, part, place)
        try:
            kernel = _renew(part, place, found, now, asked.skip, lock=False)
        except BaseException:
            _undo([place])
            raise
    finally:
        unlock()
    if name == contents.KERNEL:
        step(contents.DOCUMENTS)
        _add_documents(asked.backup / contents.DOCUMENTS, settings.data / "documents")
    return Done(found, (name,), (), kernel)


def _add_documents(source: Path, target: Path) -> None:
    """Bring back the files that are gone; one that is there was never changed, for its name is its content's."""
    for path in source.glob("??/*"):
        into = target / path.parent.name / path.name
        if not into.exists():
            into.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside = into.with_name(f".{into.name}.tmp")
            shutil.copyfile(path, beside)
            beside.chmod(0o600)
            beside.rename(into)


# Stores --------------------------------------------------------------------------------------------------------------


def _fitting(parts: Sequence[StorePart]) -> tuple[list[StorePart], tuple[str, ...]]:
    """The parts that can come back here, and the offices whose module is missing: without it nobody knows their tables.

    A SQLite file comes back as it is, and waits for its module.
    """
    offices = _offices()
    missing = tuple(
        part.name
        for part in parts
        if part.name != contents.KERNEL and part.name not in offices and part.dialect == "postgresql"
    )
    return [part for part in parts if part.name not in missing], missing


def _offices() -> dict[str, Office]:
    return {each.id: each.office for each in discover() if each.office is not None and not each.reason}


def _migrations(place: StorePlace) -> list[Migrations]:
    if place.name == contents.KERNEL:
        aims = Settings.model_construct(database="" if place.file else place.url, data=_folder(place))
        return [kernel_migrations(aims)]
    office = _offices().get(place.name)
    if office is not None:
        return migrations_of(office, place.url)
    return []


def _folder(place: StorePlace) -> Path:
    return place.file.parent if place.file else Path()


def _refuse_newer(part: StorePart, place: StorePlace) -> None:
    """A schema that this program does not know cannot be read by it."""
    for one in _migrations(place):
        revision = part.revisions.get(one.version_table)
        if revision is not None and not one.knows(revision):
            raise Misconfigured(
                _("备份中 {name} 的数据库结构 {revision} 比程序新"),
                remedy=_("请先升级程序或该科室模块，再恢复"),
                name=part.name,
                revision=revision,
            )


def _put(backup: Path, part: StorePart, place: StorePlace) -> None:
    """The store as it was, its tables brought to what this program needs."""
    if place.file is not None:
        if place.file.exists():
            raise _exists(str(place.file))
        place.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = place.file.with_name(f".{place.file.name}.restoring")
        shutil.copyfile(backup / part.pieces[0].path, beside)
        beside.chmod(0o600)
        _sync_file(beside)
        beside.rename(place.file)
        try:
            for one in _migrations(place):
                one.upgrade(lock=False)
        except BaseException:
            _undo([place])
            raise
        return
    schema = place.schema or ""
    if schema in schemas(place.url):
        raise _exists(schema)
    try:
        for one in _migrations(place):
            one.upgrade(part.revisions.get(one.version_table, "head"))
        files = [(Path(piece.path).name.removesuffix(SUFFIX), backup / piece.path) for piece in part.pieces]
        load(place.url, schema, files, part.rows)
        for one in _migrations(place):
            one.upgrade()
    except BaseException:
        drop(place.url, schema)
        raise


def _exists(what: str) -> OneWindowError:
    return Refused(
        _("{what} 里已有数据，不会覆盖"),
        rule="restore",
        remedy=_("先停止使用它的程序，把它改名移开（PostgreSQL：换一个空数据库，或把模式改名）"),
        what=what,
    )


def _renew(
    part: StorePart, place: StorePlace, found: Manifest, now: datetime, skip: int | None, *, lock: bool = True
) -> Restored | None:
    kernel = part.name == contents.KERNEL
    metadata = KernelTable.metadata if kernel else HostTable.metadata
    schema = None if place.file else KERNEL_SCHEMA if kernel else schema_of(part.name, place.url)
    store = Store.open(place.url, metadata=metadata, schema=schema, lock=lock)
    try:
        if kernel:
            return renew_kernel(store, found, now, skip)
        renew_office(store, found, now)
        return None
    finally:
        store.close_now()


def _undo(begun: Sequence[StorePlace]) -> None:
    """Take back the stores that were begun: each was not there before."""
    for place in begun:
        if place.file is None:
            drop(place.url, place.schema or "")
            continue
        for suffix in ("", "-wal", "-shm"):
            place.file.with_name(place.file.name + suffix).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    for base, _folders, files in os.walk(folder):
        for name in [*files, "."]:
            _sync_file(Path(base) / name)


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
