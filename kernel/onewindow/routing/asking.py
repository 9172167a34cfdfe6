"""What somebody typed into the search: a case number, words, or what the search does not look for."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from onewindow.access import codes
from onewindow.boundary.check import require
from onewindow.boundary.register import Kind
from onewindow.boundary.rules import said
from onewindow.errors import BadInput, Boundary
from onewindow.i18n import _
from onewindow.registry.search import text as cutter
from onewindow.registry.search.scrub import tells_a_number

LONGEST = 100
MOST_WORDS = 8
_NUMBER = re.compile(r"(?:(\d{6,12})-?)?(M?20\d{2})-(\d{1,7})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, understood: either numbers of cases, or words that must all stand in the text, and in the place."""

    numbers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    place: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.numbers or self.words or self.place)


def understand(text: str, place: str = "", *, townships: Iterable[str] = ()) -> Asked:
    """Understand a query; a case number may be short (2026-17), then it is one of these townships.

    Raises:
        BadInput: nothing of two characters, too long, or a tracking code, which has a place of its own.
        Boundary: it looks for a person, or for what the product does not hold.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    where = " ".join(place.split())
    for name, value in (("q", plain), ("place", where)):
        if len(value) > LONGEST:
            raise BadInput(_("查找内容请控制在 100 字以内"), field=name)
    if numbers := _numbers(plain, townships):
        return Asked(numbers)
    if is_code(plain):
        raise BadInput(_("这是查询码，不在这里查找"), field="q", remedy=_("来人持查询码的，在“凭查询码查找”处输入"))
    for name, value in (("q", plain), ("place", where)):
        refuse_people(value, name)
    return Asked(words=_words(plain, "q"), place=_words(where, "place"))


def is_code(text: str) -> bool:
    """Whether this is a tracking code, as it is printed or as somebody types it."""
    try:
        codes.normalise(text)
    except BadInput:
        return False
    return True


def refuse_people(text: str, field: str) -> None:
    """Refuse words by which a person would be looked for, or a notion that the product does not hold.

    Raises:
        Boundary: with the rule.
    """
    if tells_a_number(text):
        raise Boundary(
            _("不按电话、证件号查找：系统只查事情，不查人"),
            rule="no-person-search",
            remedy=_("输入事项编号，或事情、地点的关键词；来人持查询码的，凭查询码查找"),
            source="个人信息保护法 第六条",
        )
    require(list(said(text, Kind.TITLE, field)), "search")


def _numbers(text: str, townships: Iterable[str]) -> tuple[str, ...]:
    match = _NUMBER.fullmatch(text.replace(" ", "").replace("—", "-").replace("–", "-"))
    if match is None:
        return ()
    code, year, sequence = match[1], match[2].upper(), match[3].zfill(6)
    return tuple(f"{one}-{year}-{sequence}" for one in ([code] if code else sorted(townships)))


def _words(text: str, field: str) -> tuple[str, ...]:
    words = cutter.words(text)
    if text and not words:
        raise BadInput(_("请输入文字或数字，至少两个字"), field=field)
    for word in words:
        if len(word) < cutter.LEAST:
            raise BadInput(
                _("“{word}”只有一个字，请至少输入两个字"),
                field=field,
                remedy=_("例如“噪音”；几个词用空格分开，表示都要有"),
                word=word,
            )
    if len(words) > MOST_WORDS:
        raise BadInput(_("一次最多查找 8 个词"), field=field)
    return tuple(words)
