"""Files on the disk: encrypted, named by the SHA-256 of what they hold, written before any row names them."""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from onewindow.access.vault import CannotOpen, Vault
from onewindow.errors import OneWindowError
from onewindow.i18n import _
from onewindow.office.types import new_id

PURPOSE = "document-file"
NAME = re.compile(r"[0-9a-f]{64}")


class Damaged(OneWindowError):
    """A file is gone or is not what was written; it has to come back from a backup."""

    slug = "damaged"
    title = _("文件缺失或已被改动，请从备份恢复")


@dataclass(frozen=True)
class FileStore:
    """One folder of encrypted files."""

    root: Path
    vault: Vault
    purpose: str = PURPOSE

    def put(self, plain: bytes) -> str:
        """Write the bytes, durably, and return their name. Writing the same again is harmless."""
        name = hashlib.sha256(plain).hexdigest()
        path = self._path(name)
        with suppress(Damaged):
            if self.get(name) == plain:
                # Written anew as far as the sweep goes: somebody is about to name it.
                os.utime(path)
                return name
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{new_id()}.tmp")
        try:
            with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
                stream.write(self.vault.seal(self.purpose, plain, context=name))
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        for folder in (path.parent, self.root):
            _sync_folder(folder)
        return name

    def get(self, name: str) -> bytes:
        """The bytes of that name.

        Raises:
            Damaged: where they are gone, were changed, or were put under another's name.
        """
        try:
            plain = self.vault.open(self.purpose, self._path(name).read_bytes(), context=name)
        except (OSError, CannotOpen) as error:
            raise Damaged() from error
        if hashlib.sha256(plain).hexdigest() != name:
            raise Damaged()
        return plain

    def remove(self, name: str) -> None:
        """Remove a file that nothing names any more."""
        self._path(name).unlink(missing_ok=True)

    def names(self, *, older_than: float) -> Iterator[str]:
        """The names of the files last written before that moment (seconds since the epoch)."""
        for path in self.root.glob("??/*"):
            if NAME.fullmatch(path.name) and path.stat().st_mtime < older_than:
                yield path.name

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise Damaged()
        return self.root / name[:2] / name


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
