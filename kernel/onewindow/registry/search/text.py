"""Cuts text into two-character pieces, finds words in it, and shows where: the one cutter for texts and queries."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

LEAST = 2
AROUND = 24
_CUT = " "


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a snippet, and whether it is what was looked for."""

    text: str
    hit: bool


@lru_cache(1 << 16)
def _fold(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    if len(plain) != 1 or not plain.isalnum():
        plain = character
    if not plain.isalnum():
        return _CUT
    lower = plain.lower()
    return lower if len(lower) == 1 else plain


def fold(text: str) -> str:
    """The text as it is compared: full width and letter case alike, whatever is no letter or digit a blank.

    As long as the text itself, so that a place in one is the same place in the other.
    """
    return "".join(map(_fold, text))


def words(text: str) -> list[str]:
    """The folded words of a query, each once, in their order. Chinese without blanks is one word."""
    return list(dict.fromkeys(fold(text).split()))


def pieces(text: str) -> set[str]:
    """Every two characters that stand next to each other in a word of this text.

    A text holds a word of two characters or more only if it holds all pieces of that word.
    """
    folded = fold(text)
    return {pair for pair in map("".join, pairwise(folded)) if _CUT not in pair}


def holds(texts: Iterable[str], wanted: Sequence[str]) -> bool:
    """Whether each of these folded words stands in one of these texts."""
    folded = [fold(text) for text in texts]
    return all(any(word in text for text in folded) for word in wanted)


def snippet(texts: Iterable[str], wanted: Sequence[str], around: int = AROUND) -> tuple[Part, ...]:
    """The surroundings of the first hit, every hit in them marked; nothing where there is none."""
    for text in texts:
        if spans := _spans(fold(text), wanted):
            begin = max(0, spans[0][0] - around)
            end = min(len(text), max(spans[0][1], begin + 2 * around) + around)
            return tuple(_parts(text, [s for s in spans if s[0] < end], begin, end))
    return ()


def _spans(folded: str, wanted: Sequence[str]) -> list[tuple[int, int]]:
    """Where the words stand, in order, overlapping ones joined."""
    found = []
    for word in wanted:
        start = folded.find(word) if word else -1
        while start >= 0:
            found.append((start, start + len(word)))
            start = folded.find(word, start + 1)
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _parts(text: str, spans: Sequence[tuple[int, int]], begin: int, end: int) -> Iterator[Part]:
    at, before = begin, "…" if begin else ""
    for start, stop in spans:
        if start > at or before:
            yield Part(before + _line(text[at:start]), False)
        yield Part(_line(text[start : min(stop, end)]), True)
        at, before = min(stop, end), ""
    if at < end or end < len(text):
        yield Part(_line(text[at:end]) + ("…" if end < len(text) else ""), False)


def _line(text: str) -> str:
    return text.replace("\r", "").replace("\n", " ")
