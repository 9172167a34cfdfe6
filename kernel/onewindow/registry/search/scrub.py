"""Takes out of a text what tells who somebody is, before it is cut: numbers, the parties' names, their addresses."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from onewindow.access.masking import MASK, mask_address
from onewindow.registry.search.text import fold

# What stands in place of what was taken out: no letter, so that no piece reaches across it.
GONE = "＊＊"
LONG = 7
_BETWEEN = r"[\s·•・.,，、_/\-—–－()（）]"
# Seven digits and more, however they are spaced: telephone and ID numbers, account numbers, number plates of papers.
_NUMBER = re.compile(rf"(?<![0-9])\+?[0-9](?:{_BETWEEN}{{0,3}}[0-9]){{{LONG - 1},}}(?:{_BETWEEN}?x(?![a-z]))?")
_DIGIT = "[〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖]"
_SPOKEN = re.compile(rf"{_DIGIT}(?:{_BETWEEN}{{0,3}}{_DIGIT}){{{LONG - 1},}}")
_DATE = re.compile(r"(?:19|20)\d\d([-./ ]?)(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])")
_CASE_NUMBER = re.compile(r"\d{6,12}-m?\d{4}-\d{4,8}")
_TITLES = "先生|女士|小姐|师傅|老师|阿姨|大爷|大妈|大娘|大伯|大叔|同志|老板|医生|某某|某"
_DOUBLE = (
    "欧阳|司徒|上官|诸葛|司马|东方|夏侯|皇甫|尉迟|公孙|令狐|慕容|宇文|长孙|申屠|轩辕|南宫|独孤|端木|闻人|澹台|呼延|赫连|百里"
    "|钟离|第五"
)
_SURNAME = re.compile(rf"{_DOUBLE}|.")


@dataclass(frozen=True, slots=True)
class Known:
    """What identifies a party of the very case that the text belongs to."""

    name: str = ""
    address: str = ""
    numbers: tuple[str, ...] = ()
    person: bool = True

    @classmethod
    def of(cls, kind: str, personal: Mapping[str, str]) -> "Known":
        numbers = tuple(n for n in (personal.get("phone", ""), personal.get("id_number", "")) if n)
        return cls(personal.get("name", ""), personal.get("address", ""), numbers, kind != "organisation")


def scrub(text: str, known: Iterable[Known]) -> str:
    """The text without what tells who somebody is.

    Of an address the part up to the village or the road stays: the place of a matter may be looked for, not a door.
    """
    clean = "".join(c for c in text if unicodedata.category(c) != "Cf")
    spans = sorted({*_numbers(clean), *(span for one in known for span in _of_party(clean, one))})
    found: list[str] = []
    at = 0
    for start, end in spans:
        if end <= at:
            continue
        if start > at or not found:
            found += [clean[at:start], GONE]
        at = end
    return "".join([*found, clean[at:]])


def tells_a_number(text: str) -> bool:
    """Whether somebody's telephone or ID number may stand in this text."""
    return bool(_numbers("".join(c for c in text if unicodedata.category(c) != "Cf")))


def _same(text: str) -> str:
    """Folded as words are, with the signs between kept, at the same length."""
    return "".join(f if f != " " else c for f, c in zip(fold(text), text, strict=True))


def _numbers(text: str) -> list[tuple[int, int]]:
    same = _same(text)
    found = [m.span() for m in _NUMBER.finditer(same) if not _harmless(m[0])]
    return found + [m.span() for m in _SPOKEN.finditer(same)]


def _harmless(found: str) -> bool:
    """A date, or the number of a case."""
    return bool(_DATE.fullmatch(found) or _CASE_NUMBER.fullmatch(found))


def _of_party(text: str, known: Known) -> Iterator[tuple[int, int]]:
    same = _same(text)
    for number in known.numbers:
        yield from _spaced(same, number, least=4)
    name = known.name.strip()
    yield from _spaced(same, name, least=2)
    if known.person and name:
        surname = _SURNAME.match(_same(name))
        if surname is not None and re.match(r"[㐀-鿿]", surname[0]):
            for match in re.finditer(f"{surname[0]}(?:{_TITLES})", same):
                yield match.span()
    yield from _address(same, known.address)


def _spaced(same: str, wanted: str, *, least: int) -> Iterator[tuple[int, int]]:
    """Where something stands, whatever is put between its characters."""
    letters = [c for c in fold(wanted) if c != " "]
    if len(letters) >= least:
        for match in re.finditer(f"{_BETWEEN}*".join(map(re.escape, letters)), same):
            yield match.span()


def _address(same: str, address: str) -> Iterator[tuple[int, int]]:
    """From where an address leads to one door, or the whole where it says nothing wider."""
    whole = address.strip()
    open_part = mask_address(whole).rstrip(MASK)
    door = whole[len(open_part) :]
    for start, end in _spaced(same, whole, least=3):
        letters = len([c for c in fold(open_part) if c != " "])
        at = start
        while letters:
            letters -= fold(same[at]) != " "
            at += 1
        yield at, end
    if len(fold(door).replace(" ", "")) >= 5:
        yield from _spaced(same, door, least=5)
