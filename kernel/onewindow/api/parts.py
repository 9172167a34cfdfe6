"""What the operations share: keys, pages, entity tags, the shower, and routes that skip what they do not need."""

import re
from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.routing import APIRoute

from onewindow.api.auth import centre_of
from onewindow.api.language import language
from onewindow.api.show import Shower
from onewindow.errors import BadInput, OneWindowError, Stale
from onewindow.i18n import _

T = TypeVar("T")
PREFIX = "/api/v1"
MOST = 200
_KEY = re.compile(r"[\x21-\x7e]{1,64}")
_VERSION = re.compile(r'(?:W/)?"(\d{1,12})"')


class PreconditionRequired(OneWindowError):
    """A change that does not say which version it is based on."""

    status = 428
    slug = "precondition-required"
    title = _("请用 If-Match 注明所依据的版本")


class LeanRoute(APIRoute):
    """A route whose endpoint takes the request and gives the response: nothing is resolved or validated for it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        found: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return found


async def shower(request: Request) -> Shower:
    """Shows values in the language of the request."""
    return Shower(centre_of(request), language(request.scope))


def checked_key(given: str | None) -> str | None:
    """An idempotency key as it may be kept.

    Raises:
        BadInput: too long, or of other signs than visible ASCII.
    """
    if given is None:
        return None
    if not _KEY.fullmatch(given):
        raise BadInput(_("Idempotency-Key 须为 1 至 64 个可见 ASCII 字符"), remedy=_("用一个 UUID"))
    return given


async def idempotency_key(
    key: Annotated[
        str | None,
        Header(alias="Idempotency-Key", max_length=64, description="the same key and body have one effect only"),
    ] = None,
) -> str | None:
    return checked_key(key)


def expected_version(given: str | None) -> int | None:
    """The version in an If-Match header; `*` matches any.

    Raises:
        Stale: it is no version of ours.
    """
    if given is None or given.strip() == "*":
        return None
    match = _VERSION.fullmatch(given.strip())
    if match is None:
        raise Stale()
    return int(match[1])


def etag_matches(given: str | None, etag: str) -> bool:
    """Whether an If-None-Match header names this entity tag."""
    if not given:
        return False
    return given.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in given.split(",")}


def page_of(found: Sequence[T], limit: int, key: Callable[[T], str]) -> tuple[list[T], str | None]:
    """A page cut from one row more than it shows, and the key to go on after."""
    rows = list(found[:limit])
    return rows, key(rows[-1]) if len(found) > limit and rows else None


Show = Annotated[Shower, Depends(shower)]
Key = Annotated[str | None, Depends(idempotency_key)]
Cursor = Annotated[str | None, Query(max_length=64)]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Number = Annotated[str, Path(max_length=64, description="the case number", examples=["371700001-2026-000001"])]
Id = Annotated[str, Path(max_length=64)]
Code = Annotated[str, Path(max_length=64)]
