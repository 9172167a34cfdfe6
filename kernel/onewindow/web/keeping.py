"""Codes that a person keeps together on their own device: an encrypted cookie there, and nothing anywhere else."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from onewindow.access import codes

if TYPE_CHECKING:
    from onewindow.web.routes.context import Web

COOKIE = "ow_codes"
SECONDS = 180 * 86_400
MOST = 20
PURPOSE = "codes"


def kept(web: "Web", request: Request) -> list[str]:
    """The codes that this device keeps, in the order in which they were added."""
    found = web.unseal(PURPOSE, request.cookies.get(COOKIE, ""))
    if not isinstance(found, list):
        return []
    return [code for code in found if isinstance(code, str) and codes.is_valid(code)][:MOST]


def keep_codes(web: "Web", response: Response, found: Sequence[str]) -> None:
    """Let the device keep these, the newest ones where they are too many; none: it forgets them."""
    once = list(dict.fromkeys(found))[-MOST:]
    if once:
        web.set_cookie(response, COOKIE, web.seal(PURPOSE, once), SECONDS)
    else:
        response.delete_cookie(COOKIE, path="/", httponly=True)
