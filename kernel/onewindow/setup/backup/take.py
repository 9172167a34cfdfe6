"""Makes a backup beside a running centre: a snapshot of each store, the files that they name, and a manifest."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from onewindow.access.escrow import Wrapper
from onewindow.access.files import write_private
from onewindow.access.vault import CannotOpen, Vault
from onewindow.documents.files import NAME, PURPOSE
from onewindow.errors import Misconfigured, Refused, Unavailable
from onewindow.i18n import _
from onewindow.office.types import new_id
from onewindow.plugins.discovery import discover
from onewindow.settings import CONFIG as CONFIG_FILE
from onewindow.settings import Settings
from onewindow.setup.backup import manifest as contents
from onewindow.setup.backup.kept import note_last, remove_old
from onewindow.setup.backup.manifest import Manifest, Piece, StorePart, piece_of
from onewindow.setup.backup.places import StorePlace, of_centre
from onewindow.setup.init import is_initialised
from onewindow.store.copying import SqliteSnapshot
from onewindow.store.dumping import SUFFIX, PostgresSnapshot
from onewindow.store.pacing import Pace

PARTIAL = ".partial"
# Where things are reached may hold a password, and is another one on another machine.
NOT_KEPT = frozenset({"data", "database", "nats", "nats_monitor"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be copied: the whole centre, or the store of one office (on its department's machine)."""

    into: Path
    wrapper: Wrapper | None = None
    office: StorePlace | None = None
    keep: int | None = None
    rate: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """A finished backup, and which older ones went."""

    folder: Path
    manifest: Manifest
    removed: tuple[Path, ...]


def take(
    settings: Settings, wanted: Wanted, now: Callable[[], datetime], step: Callable[[str], None] = lambda what: None
) -> Taken:
    """Make a backup; complete under its name or not there at all.

    Raises:
        Misconfigured: there is no centre here.
        Refused: one of this moment is there already.
        Unavailable: another backup into the same folder is being made.
    """
    if wanted.office is None and not is_initialised(settings):
        raise Misconfigured(_("{data} 里没有中心的数据"), remedy=_("先运行 onewindow init"), data=str(settings.data))
    vault = Vault.load(settings.key_file) if wanted.office is None else None
    wanted.into.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(wanted.into):
        began = now()
        label = settings.district if wanted.office is None else f"{settings.district}-{wanted.office.name}"
        target = wanted.into / contents.name_of(label, began)
        if target.exists():
            raise Refused(_("备份 {path} 已存在，不会覆盖"), rule="backup", path=str(target))
        partial = wanted.into / f".{target.name}{PARTIAL}"
        partial.mkdir(mode=0o700)
        try:
            made = _fill(partial, settings, wanted, vault, began, now, step)
            _sync(partial)
            partial.rename(target)
            _sync_one(wanted.into)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        removed = remove_old(wanted.into, made, wanted.keep) if wanted.keep else []
        if vault is not None:
            note_last(settings, target, made)
    return Taken(target, made, tuple(removed))


def _fill(
    folder: Path,
    settings: Settings,
    wanted: Wanted,
    vault: Vault | None,
    began: datetime,
    now: Callable[[], datetime],
    step: Callable[[str], None],
) -> Manifest:
    pace = Pace(wanted.rate)
    backup = new_id()
    places = [wanted.office] if wanted.office else of_centre(settings)
    with ExitStack() as closing_:
        # All snapshots first: they lie milliseconds apart, however long the copying takes.
        snapshots = _snapshots(places, closing_)
        stores = []
        for place, snapshot in zip(places, snapshots, strict=True):
            step(place.name)
            stores.append(_store(folder, place, snapshot, pace))
        named = _named(folder, places, snapshots) if vault is not None else set()
    documents = 0
    missing: list[str] = []
    pieces: list[Piece] = []
    if vault is not None:
        step(contents.DOCUMENTS)
        documents, missing = _documents(folder, settings.data / "documents", vault, named, pace)
        write_private(folder / contents.CONFIG, _config(settings))
        if wanted.wrapper is not None:
            wrapped = wanted.wrapper.wrap(settings.key_file.read_bytes(), backup)
            write_private(folder / contents.KEYS, wrapped)
        present = (folder / name for name in (contents.LISTING, contents.CONFIG, contents.KEYS))
        pieces = [piece_of(folder, path) for path in present if path.exists()]
    made = Manifest(
        id=backup,
        scope="centre" if wanted.office is None else wanted.office.name,
        district=settings.district,
        district_name=settings.district_name,
        program=version("onewindow"),
        offices={each.id: each.version for each in discover() if each.version},
        began=began,
        finished=now(),
        stores=tuple(stores),
        documents=documents,
        missing=tuple(missing),
        elsewhere=tuple(sorted(settings.remote - {part.name for part in stores})) if wanted.office is None else (),
        pieces=tuple(pieces),
        keys=wanted.wrapper.way if wanted.wrapper and vault else "none",
        key_check=contents.key_check(vault, backup) if vault else "",
    )
    if vault is not None:
        made = made.sealed(vault)
    write_private(folder / contents.MANIFEST, made.model_dump_json(indent=1).encode() + b"\n")
    return made


# Stores --------------------------------------------------------------------------------------------------------------


def _snapshots(places: Sequence[StorePlace], stack: ExitStack) -> list[SqliteSnapshot | PostgresSnapshot]:
    """One for each SQLite file; one for each PostgreSQL database, whatever schemas it holds."""
    servers: dict[str, PostgresSnapshot] = {}
    found: list[SqliteSnapshot | PostgresSnapshot] = []
    for place in places:
        if place.file is not None:
            found.append(stack.enter_context(closing(SqliteSnapshot(place.file))))
        else:
            if place.url not in servers:
                servers[place.url] = stack.enter_context(closing(PostgresSnapshot(place.url)))
            found.append(servers[place.url])
    return found


def _store(folder: Path, place: StorePlace, snapshot: SqliteSnapshot | PostgresSnapshot, pace: Pace) -> StorePart:
    base = folder if place.name == contents.KERNEL else folder / "offices"
    base.mkdir(exist_ok=True, mode=0o700)
    if isinstance(snapshot, SqliteSnapshot):
        file = base / f"{place.name}.db"
        snapshot.copy(file, pace)
        with closing(_opened(file)) as conn:
            rows = {name: _count(conn, name) for name in _tables(conn)}
            return _part(place.name, "sqlite", rows, [piece_of(folder, file)], lambda q: conn.execute(q).fetchall())
    own = base / place.name
    own.mkdir(mode=0o700)
    schema = place.schema or ""
    rows, pieces = {}, []
    for table in snapshot.tables(schema):
        target = own / f"{table}{SUFFIX}"
        rows[table] = snapshot.copy(schema, table, target, pace)
        pieces.append(piece_of(folder, target))
    snapshot.conn.execute(f'SET LOCAL search_path TO "{schema}"')
    return _part(place.name, "postgresql", rows, pieces, lambda q: snapshot.conn.execute(q).fetchall())


def _part(
    name: str, dialect: Any, rows: dict[str, int], pieces: Sequence[Piece], ask: Callable[[str], list[Any]]
) -> StorePart:
    if dialect == "sqlite":
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    else:
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    versions = sorted(row[0] for row in ask(tables) if row[0].startswith("alembic_"))
    found = {table: ask(f'SELECT version_num FROM "{table}"') for table in versions}
    epoch = ask("SELECT value FROM meta WHERE key = 'epoch'")
    head = ask("SELECT max(pos) FROM log")
    return StorePart(
        name=name,
        dialect=dialect,
        revisions={table: str(row[0][0]) for table, row in found.items() if row},
        epoch=str(epoch[0][0]) if epoch else "",
        head=int(head[0][0] or 0),
        rows=rows,
        pieces=tuple(pieces),
    )


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)


def _tables(conn: sqlite3.Connection) -> list[str]:
    # An index for searching is a virtual table that nobody can count, beside shadow tables of its own.
    query = (
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1"
    )
    return [str(row[0]) for row in conn.execute(query)]


def _count(conn: sqlite3.Connection, table: str) -> int:
    return int(conn.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


# Files ---------------------------------------------------------------------------------------------------------------


def _named(
    folder: Path, places: Sequence[StorePlace], snapshots: Sequence[SqliteSnapshot | PostgresSnapshot]
) -> set[str]:
    """The files that the kernel's store names: whatever table does, calls the column `sha256`."""
    place, snapshot = places[-1], snapshots[-1]
    if isinstance(snapshot, SqliteSnapshot):
        with closing(_opened(folder / f"{place.name}.db")) as conn:
            holding = [t for t in _tables(conn) if _has_column(conn, t, "sha256")]
            return {row[0] for t in holding for row in conn.execute(f'SELECT DISTINCT sha256 FROM "{t}"') if row[0]}
    query = "SELECT table_name::text FROM information_schema.columns WHERE table_schema = %s AND column_name = 'sha256'"
    tables = [row[0] for row in snapshot.conn.execute(query, [place.schema])]
    found: set[str] = set()
    for table in tables:
        rows = snapshot.conn.execute(f'SELECT DISTINCT sha256 FROM "{place.schema}"."{table}"')
        found |= {row[0] for row in rows if row[0]}
    return found


def _has_column(conn: sqlite3.Connection, table: str, column: str) -> bool:
    return any(row[1] == column for row in conn.execute(f'PRAGMA table_info("{table}")'))


def _documents(folder: Path, source: Path, vault: Vault, named: set[str], pace: Pace) -> tuple[int, list[str]]:
    """Copy the encrypted files, each opened on the way: what is damaged is said now and not on the day of need."""
    target = folder / contents.DOCUMENTS
    target.mkdir(mode=0o700)
    copied, bad = set(), set()
    list_ = folder / contents.LISTING
    list_.touch(0o600, exist_ok=False)
    with list_.open("w", encoding="utf-8") as listing:
        for path in sorted(source.glob("??/*")):
            if not NAME.fullmatch(path.name):
                continue
            try:
                sealed = path.read_bytes()
            except FileNotFoundError:
                continue  # erased in this moment
            try:
                whole = hashlib.sha256(vault.open(PURPOSE, sealed, context=path.name)).hexdigest() == path.name
            except CannotOpen:
                whole = False
            if not whole:
                bad.add(path.name)
            into = target / path.parent.name
            into.mkdir(exist_ok=True, mode=0o700)
            _write(into / path.name, sealed)
            listing.write(
                f"{hashlib.sha256(sealed).hexdigest()}  {contents.DOCUMENTS}/{path.parent.name}/{path.name}\n"
            )
            copied.add(path.name)
            pace(len(sealed))
    return len(copied), sorted((named - copied) | bad)


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
        stream.write(content)


def _config(settings: Settings) -> bytes:
    path = settings.data / CONFIG_FILE
    known: dict[str, Any] = orjson.loads(path.read_bytes()) if path.exists() else {}
    known |= {"district": settings.district, "district_name": settings.district_name}
    return orjson.dumps({k: v for k, v in known.items() if k not in NOT_KEPT}, option=orjson.OPT_INDENT_2)


@contextmanager
def _alone(into: Path) -> Iterator[None]:
    """One backup at a time into a folder; what an earlier one left unfinished goes."""
    with (into / ".onewindow-backup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(_("正在往 {path} 做另一份备份"), remedy=_("等它做完"), path=str(into)) from None
        for left in into.glob(f".onewindow-*{PARTIAL}"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _sync(folder: Path) -> None:
    """Everything below is on the disk."""
    for base, _folders, files in os.walk(folder):
        for name in files:
            _sync_one(Path(base) / name)
        _sync_one(Path(base))


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
