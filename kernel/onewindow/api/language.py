"""The language that a reader gets: what they asked for now, chose before, or what their browser prefers."""

from collections.abc import Iterator
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.types import Scope

from onewindow.i18n import DEFAULT, LANGUAGES, choose

COOKIE = "ow_lang"


def header(scope: Scope, name: bytes) -> str:
    """The first header of this (lower-case) name, or an empty string."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return ""


def cookie(scope: Scope, name: str) -> str:
    """The value of a cookie, or an empty string."""
    jar = header(scope, b"cookie")
    if name not in jar:
        return ""
    try:
        found = SimpleCookie(jar).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def asked(scope: Scope) -> str | None:
    """The language that the address asks for: `?lang=en`."""
    query: bytes = scope.get("query_string", b"")
    if b"lang=" not in query:
        return None
    wanted = parse_qs(query.decode("latin-1")).get("lang", [""])[-1]
    return wanted if wanted in LANGUAGES else None


def language(scope: Scope, default: str | None = None) -> str:
    """The language of one request."""
    known = scope.get("ow_lang")
    if known is None:
        chosen = asked(scope) or cookie(scope, COOKIE)
        if chosen not in LANGUAGES:
            accepted = header(scope, b"accept-language")
            chosen = choose(_preferred(accepted)) if accepted else default or scope.get("ow_default_lang") or DEFAULT
        known = scope["ow_lang"] = chosen
    return str(known)


def _preferred(accepted: str) -> Iterator[str]:
    """The tags of an Accept-Language header, best first."""
    weighed = []
    for place, part in enumerate(accepted.split(",")[:20]):
        tag, _sep, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        if weight > 0:
            weighed.append((-weight, place, tag))
    for _weight, _place, tag in sorted(weighed):
        yield tag
