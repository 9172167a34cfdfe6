"""The demo's accounts with their passwords, and the codes to follow a matter with: kept beside the data, private."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from onewindow.access.files import is_private, write_private
from onewindow.errors import Misconfigured
from onewindow.i18n import _

FILE = "demo-accounts.json"
CODES = "demo-codes.json"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demo with its password, which only a demo keeps."""

    login: str
    password: str
    name: str
    role: str
    place: str


@dataclass(frozen=True, slots=True)
class DemoCode:
    """A tracking code of the demo, and what a newcomer sees with it."""

    code: str
    number: str
    what: str


def demo_accounts(data: Path) -> list[DemoAccount]:
    """The accounts of the demo in this data folder; none where there is no demo.

    Raises:
        Misconfigured: others can read the file.
    """
    return [DemoAccount(**entry) for entry in _read(data / FILE)]


def demo_codes(data: Path) -> list[DemoCode]:
    """The tracking codes to try; none where there is no demo.

    Raises:
        Misconfigured: others can read the file.
    """
    return [DemoCode(**entry) for entry in _read(data / CODES)]


def keep(data: Path, accounts: Sequence[DemoAccount], codes: Sequence[DemoCode]) -> None:
    """Keep both, the accounts last: where they stand, the demo is whole."""
    for name, rows in ((CODES, codes), (FILE, accounts)):
        content = json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1)
        write_private(data / name, content.encode(), replace=True)


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open("rb") as stream:
            if not is_private(stream.fileno()):
                raise Misconfigured(_("演示账号文件可被他人读取"), remedy=_("把该文件的权限改为 0600"))
            found: list[dict[str, Any]] = json.load(stream)
            return found
    except FileNotFoundError:
        return []
