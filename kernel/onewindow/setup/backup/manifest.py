"""What a backup says of itself: its parts with their SHA-256, versions, epochs and counts; and whether that holds."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from onewindow.access.vault import Vault
from onewindow.errors import Misconfigured, OneWindowError
from onewindow.i18n import Message, _
from onewindow.store.copying import check_sqlite

MANIFEST = "manifest.json"
DOCUMENTS = "documents"
LISTING = "documents.sha256"
KEYS = "keys.wrapped.json"
CONFIG = "config.json"
KERNEL = "kernel"
FORMAT = 1
BLOCK = 1 << 20


class BackupDamaged(OneWindowError):
    """A part of a backup is missing or is not what was written."""

    slug = "backup-damaged"
    title = _("备份已损坏")


class Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Piece(Part):
    """One file of a backup."""

    path: str
    bytes: int
    sha256: str


class StorePart(Part):
    """One store: the kernel's or an office's. `rows` counts each table; `revisions` names the schema's."""

    name: str
    dialect: Literal["sqlite", "postgresql"]
    revisions: dict[str, str]
    epoch: str
    head: int
    rows: dict[str, int]
    pieces: tuple[Piece, ...]


class Manifest(Part):
    """The table of contents of a backup."""

    format: int = FORMAT
    id: str
    scope: str
    """`centre`, or the id of the office whose store alone this is."""
    district: str
    district_name: str
    program: str
    offices: dict[str, str] = Field(default_factory=dict)
    began: AwareDatetime
    finished: AwareDatetime
    stores: tuple[StorePart, ...]
    documents: int = 0
    missing: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    keys: Literal["passphrase", "recovery-key", "none"] = "none"
    key_check: str = ""
    mac: str = ""
    """A keyed digest over all the rest: nobody without the keys can change a part and its checksum unnoticed."""

    def store(self, name: str) -> StorePart | None:
        return next((part for part in self.stores if part.name == name), None)

    def sealed(self, vault: Vault) -> Self:
        """The same, with the digest that only these keys can make."""
        return self.model_copy(update={"mac": self._mac(vault)})

    def is_sealed_by(self, vault: Vault) -> bool:
        """Whether these keys made it and nobody has touched it since."""
        return self.mac == self._mac(vault)

    def _mac(self, vault: Vault) -> str:
        plain = self.model_copy(update={"mac": ""}).model_dump_json()
        return vault.digest("backup-manifest", plain)


def key_check(vault: Vault, backup: str) -> str:
    """What tells the keys of a backup from others without telling anything of them."""
    return vault.digest("backup-keys", backup)


def read(folder: Path) -> Manifest:
    """The manifest of a backup.

    Raises:
        Misconfigured: there is no backup, or one of a newer program.
        BackupDamaged: it cannot be read.
    """
    try:
        text = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        message = _("{path} 里没有备份")
        remedy = _("指明一份备份的目录，用 onewindow backup list 查看")
        raise Misconfigured(message, remedy=remedy, path=str(folder)) from None
    try:
        found = Manifest.model_validate_json(text)
    except ValidationError:
        raise BackupDamaged(_("备份清单看不懂"), remedy=_("换一份备份")) from None
    if found.format > FORMAT:
        raise Misconfigured(_("这份备份由更新的程序制作"), remedy=_("请升级程序"))
    return found


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one file of a backup."""

    path: str
    why: Message


def faults(folder: Path, manifest: Manifest) -> Iterator[Fault]:
    """Everything in a backup that is not as it was written; nothing in a good one."""
    for piece in _pieces(manifest):
        if (why := _compare(folder, piece)) is not None:
            yield Fault(piece.path, why)
    listing = folder / LISTING
    listed = 0
    for number, line in enumerate(_lines(listing), 1):
        digest, _blank, path = line.partition("  ")
        if len(digest) != 64 or not _is_inside(path):
            yield Fault(f"{LISTING}:{number}", _("看不懂"))
            continue
        listed += 1
        if (why := _digest_of(folder / path, digest)) is not None:
            yield Fault(path, why)
    if listed != manifest.documents:
        yield Fault(LISTING, _("文书数与清单不符"))
    for part in manifest.stores:
        if part.dialect == "sqlite" and not check_sqlite(folder / part.pieces[0].path):
            yield Fault(part.pieces[0].path, _("数据库内部损坏"))


def require_whole(folder: Path, manifest: Manifest) -> None:
    """Refuse a backup that is not as it was written.

    Raises:
        BackupDamaged: it names the first part that is not, and how many there are.
    """
    found = list(faults(folder, manifest))
    if found:
        message = _("备份已损坏：{path} 等 {count} 处")
        remedy = _("换一份备份，或从另一处存放取回同一份")
        raise BackupDamaged(message, remedy=remedy, path=found[0].path, count=len(found))


def piece_of(folder: Path, path: Path) -> Piece:
    """A file that was just written, as the manifest names it."""
    return Piece(path=path.relative_to(folder).as_posix(), bytes=path.stat().st_size, sha256=digest(path))


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def name_of(district: str, at: datetime) -> str:
    """What the folder of a backup is called."""
    return f"onewindow-{district}-{at:%Y%m%dT%H%M%SZ}"


def _pieces(manifest: Manifest) -> Iterator[Piece]:
    for part in manifest.stores:
        yield from part.pieces
    yield from manifest.pieces


def _compare(folder: Path, piece: Piece) -> Message | None:
    path = folder / piece.path
    if not _is_inside(piece.path):
        return _("看不懂")
    if path.is_file() and path.stat().st_size != piece.bytes:
        return _("大小不符")
    return _digest_of(path, piece.sha256)


def _digest_of(path: Path, expected: str) -> Message | None:
    try:
        return None if digest(path) == expected else _("内容不符")
    except OSError:
        return _("缺失或读不出")


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open("r", encoding="utf-8") as stream:
            for line in stream:
                yield line.rstrip("\n")
    except FileNotFoundError:
        return


def _is_inside(path: str) -> bool:
    return bool(path) and not path.startswith("/") and ".." not in Path(path).parts
