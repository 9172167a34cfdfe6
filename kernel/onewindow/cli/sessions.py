"""The user's sessions with centres: in a file that only they can read, or one token in the environment."""

import json
import os
from pathlib import Path

from onewindow.access.files import is_private, write_private
from onewindow.errors import Misconfigured
from onewindow.i18n import _

VARIABLE = "ONEWINDOW_TOKEN"


def path() -> Path:
    """Where sessions are kept."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "onewindow" / "session.json"


def token(place: str) -> str | None:
    """The token for a centre; the environment's comes first."""
    return os.environ.get(VARIABLE) or _all().get(place)


def keep(place: str, given: str | None) -> None:
    """Keep a centre's token, or forget it."""
    known = _all()
    known.pop(place, None)
    if given:
        known[place] = given
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(target, json.dumps(known, indent=1).encode(), replace=True)


def _all() -> dict[str, str]:
    try:
        with path().open("rb") as stream:
            if not is_private(stream.fileno()):
                message = _("登录凭证 {path} 可被他人读取")
                raise Misconfigured(message, remedy=_("把该文件的权限改为 0600，再重新登录"), path=str(path()))
            found = json.load(stream)
    except (FileNotFoundError, ValueError):
        return {}
    return {str(place): str(value) for place, value in found.items()} if isinstance(found, dict) else {}
