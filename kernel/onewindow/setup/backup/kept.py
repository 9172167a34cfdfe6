"""The backups that lie in a folder: which there are, which have to go, and when the last one was made."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
from pydantic import AwareDatetime, BaseModel, ValidationError

from onewindow.access.files import write_private
from onewindow.errors import OneWindowError
from onewindow.settings import Settings
from onewindow.setup.backup import manifest as contents
from onewindow.setup.backup.manifest import Manifest

LAST = "last-backup.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished backup in a folder; None where its manifest cannot be read."""

    folder: Path
    manifest: Manifest | None


class Last(BaseModel):
    """The last backup that was made of this data folder."""

    id: str
    at: AwareDatetime
    folder: str
    keys: str


def kept(into: Path) -> list[Kept]:
    """The backups in a folder, the newest first."""
    found = []
    for folder in into.glob("onewindow-*"):
        if not (folder / contents.MANIFEST).is_file():
            continue
        try:
            found.append(Kept(folder, contents.read(folder)))
        except OneWindowError:
            found.append(Kept(folder, None))
    return sorted(found, key=lambda one: one.folder.name, reverse=True)


def remove_old(into: Path, newest: Manifest, keep: int) -> list[Path]:
    """Leave the newest `keep` backups of the same district and scope, and remove the older ones."""
    mine = [
        one
        for one in kept(into)
        if one.manifest and (one.manifest.district, one.manifest.scope) == (newest.district, newest.scope)
    ]
    mine.sort(key=_when, reverse=True)
    gone = []
    for one in mine[max(1, keep) :]:
        # First it stops being a backup: half of one must never look like a whole one.
        (one.folder / contents.MANIFEST).unlink()
        shutil.rmtree(one.folder)
        gone.append(one.folder)
    return gone


def _when(one: Kept) -> datetime:
    assert one.manifest is not None
    return one.manifest.began


def note_last(settings: Settings, folder: Path, made: Manifest) -> None:
    """Remember in the data folder that a backup was made."""
    last = Last(id=made.id, at=made.began, folder=str(folder.absolute()), keys=made.keys)
    write_private(settings.data / LAST, orjson.dumps(last.model_dump(mode="json")), replace=True)


def last_of(settings: Settings) -> Last | None:
    """The last backup that was made of this data folder; None if there was none."""
    try:
        return Last.model_validate_json((settings.data / LAST).read_bytes())
    except (OSError, ValidationError):
        return None
