"""Messages in the reader's language: Chinese is the msgid, English comes from the catalogues."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
DEFAULT = "zh"


class Message(str):
    """A msgid that is translated when it is shown, not where it is written."""

    __slots__ = ()


def _(msgid: str) -> Message:
    """Mark a string for the catalogues."""
    return Message(msgid)


class Catalogue:
    """The translations of one language: the kernel's, and one domain for each office."""

    def __init__(self) -> None:
        self._texts: dict[str, dict[str, str]] = {}

    def add(self, domain: str, texts: Mapping[str, str]) -> None:
        self._texts.setdefault(domain, {}).update(texts)

    def find(self, msgid: str, domain: str = "onewindow") -> str:
        for name in (domain, "onewindow"):
            if found := self._texts.get(name, {}).get(msgid):
                return found
        return msgid


def read_catalogue(source: Traversable) -> dict[str, str]:
    """The translated messages of a .po file."""
    with source.open("rb") as stream:
        catalog = read_po(stream)
    return {str(m.id): str(m.string) for m in catalog if m.id and m.string and not m.fuzzy}


def parse_catalogue(text: str) -> dict[str, str]:
    """The translated messages of a .po file given as text."""
    catalog = read_po(iter(text.splitlines()))
    return {str(m.id): str(m.string) for m in catalog if m.id and m.string and not m.fuzzy}


@cache
def catalogue(lang: str) -> Catalogue:
    """The catalogue of a language, with the kernel's own messages loaded."""
    found = Catalogue()
    if lang in LANGUAGES and lang != DEFAULT:
        folder = files("onewindow") / "locale" / lang / "LC_MESSAGES"
        for entry in sorted(folder.iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".po"):
                found.add("onewindow", read_catalogue(entry))
    return found


def translate(msgid: str | None, lang: str = DEFAULT, *, domain: str = "onewindow", **params: Any) -> str:
    """The message in `lang`, with its parameters filled in; a msgid without a translation stays Chinese."""
    if not msgid:
        return ""
    text = msgid if lang == DEFAULT else catalogue(lang).find(str(msgid), domain)
    return text.format(**params) if params else str(text)


def choose(accepted: Iterable[str]) -> str:
    """The first language among those accepted (as in Accept-Language, best first) that we have."""
    for tag in accepted:
        base = tag.split("-")[0].lower()
        if base in LANGUAGES:
            return base
    return DEFAULT
