"""Where the browser libraries lie, and under which name and with what integrity a page loads them."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = ["Asset", "folder", "names", "url"]


class Asset(NamedTuple):
    """One file as a page refers to it."""

    path: str
    """The address, with the content's hash in its name: it may be cached for ever."""
    integrity: str
    """For the `integrity` attribute."""


def folder() -> Path:
    """The folder to serve. Beside each file lies `<file>.gz`."""
    return Path(__file__).parent / "static"


def names() -> list[str]:
    """What `url` knows."""
    return sorted(_manifest())


def url(name: str, base: str = "/assets") -> Asset:
    """The address of `htmx.js` and the like, where `folder()` is served under `base`."""
    try:
        file, integrity = _manifest()[name]
    except KeyError:
        raise LookupError(f"no asset is called {name!r}; there are {', '.join(names())}") from None
    return Asset(f"{base.rstrip('/')}/{file}", integrity)


@cache
def _manifest() -> dict[str, tuple[str, str]]:
    listed = json.loads((folder() / "manifest.json").read_text("utf-8"))["files"]
    return {name: (entry["file"], entry["integrity"]) for name, entry in listed.items()}
