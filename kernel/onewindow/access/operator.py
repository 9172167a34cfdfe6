"""The operator at the machine itself: a token in a file that only they can read, and no business rights."""

import hmac
import secrets
from pathlib import Path

from onewindow.access.files import is_private, write_private
from onewindow.access.principal import Principal
from onewindow.errors import Misconfigured
from onewindow.i18n import DEFAULT, _
from onewindow.office.types import StaffId, TownshipCode, UnitId
from onewindow.organisation.roles import Role
from onewindow.organisation.snapshot import PostView

LOCAL = "local"


def issue(path: Path) -> str:
    """A fresh token at each start; the one before is worth nothing."""
    token = secrets.token_urlsafe(32)
    write_private(path, token.encode(), replace=True)
    return token


def read(path: Path) -> str | None:
    """The token of the centre that runs here; None where none does.

    Raises:
        Misconfigured: others can read the file.
    """
    try:
        with path.open("rb") as stream:
            if not is_private(stream.fileno()):
                raise Misconfigured(_("本机操作令牌可被他人读取"), remedy=_("把该文件的权限改为 0600 并重启"))
            return stream.read().decode().strip() or None
    except (FileNotFoundError, PermissionError):
        return None


def matches(given: str, issued: str | None) -> bool:
    """Whether this is the operator's token."""
    return bool(issued) and hmac.compare_digest(given.encode(), (issued or "").encode())


def local_operator(district: TownshipCode, *, lang: str = DEFAULT) -> Principal:
    """Who holds the token: a system administrator, to whom no case is visible."""
    post = PostView(unit_id=UnitId(LOCAL), township=district, office=None, role=Role.SYSADMIN)
    return Principal(account_id=LOCAL, staff_id=StaffId(LOCAL), name=LOCAL, posts=(post,), lang=lang)
