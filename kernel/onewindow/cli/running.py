"""Which centre runs on a data folder: the file that says so, and the operator's token beside it."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from onewindow.access import operator
from onewindow.access.files import write_private
from onewindow.settings import CONFIG, Settings

TOKEN = "operator.token"


@dataclass(frozen=True, slots=True)
class Running:
    """A centre that runs: where it listens, and its process."""

    url: str
    pid: int


def find(settings: Settings) -> Running | None:
    """The centre that runs on this data folder."""
    try:
        found = Running(**json.loads(settings.running_file.read_text("utf-8")))
        os.kill(found.pid, 0)
    except (OSError, ValueError, TypeError):
        return None
    return found


def announce(settings: Settings, url: str) -> str:
    """Say that a centre runs here; returns a fresh operator's token."""
    token = operator.issue(settings.data / TOKEN)
    content = json.dumps(asdict(Running(url, os.getpid())))
    write_private(settings.running_file, content.encode(), replace=True)
    return token


def withdraw(settings: Settings) -> None:
    """The centre has stopped."""
    settings.running_file.unlink(missing_ok=True)
    (settings.data / TOKEN).unlink(missing_ok=True)


def operator_token(settings: Settings) -> str | None:
    """The operator's token, if a centre runs here and we may read it."""
    return operator.read(settings.data / TOKEN)


def remember(data: Path, **values: str) -> None:
    """Keep settings in the data folder, so that every later start has them."""
    path = data / CONFIG
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    content = json.dumps({**known, **values}, ensure_ascii=False, indent=1, sort_keys=True)
    write_private(path, content.encode() + b"\n", replace=True)
