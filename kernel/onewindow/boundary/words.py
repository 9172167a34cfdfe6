"""Finding the register's words in a text, however it is written: with blanks between, in camel case, in pinyin."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from onewindow.boundary.register import REGISTER, Kind, Notion

_CUT = "§"
# Invisible characters, and what people put between two characters to hide a word.
_BETWEEN = re.compile(r"(?<=[㐀-鿿])[\s_\-·・*.|/​-‏⁠﻿]+(?=[㐀-鿿])")
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|§")
_TRADITIONAL = str.maketrans(
    "風險評級評積標籤點員訪庫冊單節期維穩檔畫對關軌跡臉紋種誡敵勸攔靠轉教會黨動態龍輩個戶總無",
    "风险评级评积标签点员访库册单节期维稳档画对关轨迹脸纹种诫敌劝拦靠转教会党动态龙辈个户总无",
)
# A hint may say what is not asked; a field, a choice or a title may not.
_DENIED_ZH = re.compile(r"(?:不问|不得|不要|不应|不登记|不记录|不填写?|不收集|不采集|不统计|禁止|从不)[^,。;!?]{0,12}")
_DENIED_LATIN = re.compile(r"\b(?:no|not|never|without|neither|nor|don|doesn)(?: \w+){0,4}")
_DISTINCTIVE = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """A notion and the word by which it was found."""

    notion: Notion
    word: str


@dataclass(frozen=True, slots=True)
class _Phrase:
    joined: str
    any_ending: bool
    several: int


@dataclass(frozen=True, slots=True)
class _Patterns:
    zh: re.Pattern[str]
    allow_zh: re.Pattern[str] | None
    allow_latin: re.Pattern[str] | None
    phrases: tuple[_Phrase, ...]
    spelled: tuple[re.Pattern[str], ...]


@lru_cache(4096)
def find(text: str, kind: Kind) -> tuple[Hit, ...]:
    """The notions that this text speaks of, where it stands in a place of this kind."""
    chinese, latin = normal(text), words(text)
    if not _suspect(chinese, latin):
        return ()
    if kind is Kind.PROSE:
        chinese, latin = _DENIED_ZH.sub(_CUT, chinese), _DENIED_LATIN.sub(_CUT, latin)
    found = []
    for notion in REGISTER:
        if kind in notion.kinds and (word := _look(notion, chinese, latin)):
            found.append(Hit(notion, word))
    return tuple(found)


def normal(text: str) -> str:
    """Chinese as it is looked at: full width folded, traditional characters simplified, nothing between two of them."""
    folded = unicodedata.normalize("NFKC", text).translate(_TRADITIONAL)
    return _BETWEEN.sub("", folded)


def words(text: str) -> str:
    """The Latin words of a text, in lower case: of a sentence as of an identifier in any convention."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(_WORDS.findall(plain)).lower()


@cache
def _screen() -> tuple[re.Pattern[str], frozenset[str], tuple[str, ...], re.Pattern[str]]:
    """All notions together, to pass quickly over a text that has nothing of any."""
    every = [_patterns(notion) for notion in REGISTER]
    phrases = [phrase for patterns in every for phrase in patterns.phrases]
    inside = [re.escape(p.joined) for p in phrases if len(p.joined) >= _DISTINCTIVE]
    inside += [pattern.pattern for patterns in every for pattern in patterns.spelled]
    return (
        re.compile("|".join(pattern for notion in REGISTER for pattern in notion.zh)),
        frozenset(p.joined for p in phrases),
        tuple(p.joined for p in phrases if p.any_ending),
        re.compile("|".join(inside)),
    )


def _suspect(chinese: str, latin: str) -> bool:
    zh, exact, beginnings, inside = _screen()
    if zh.search(chinese) or inside.search(latin) or inside.search(latin.replace(" ", "")):
        return True
    parts = latin.split()
    for start, first in enumerate(parts):
        if first.startswith(beginnings):
            return True
        run = ""
        for part in parts[start : start + 6]:
            run += part
            if run in exact or run.removesuffix("s") in exact:
                return True
    return False


@cache
def _patterns(notion: Notion) -> _Patterns:
    phrases, spelled = [], []
    for written in notion.latin:
        parts = written.split()
        if any(part.endswith("*") for part in parts[:-1]):
            spelled.append(re.compile(r"\b" + r" ".join(part.replace("*", r"\w*") for part in parts) + r"\b"))
        else:
            phrases.append(_Phrase("".join(parts).rstrip("*"), written.endswith("*"), len(parts)))
    return _Patterns(
        re.compile("|".join(notion.zh)),
        re.compile("|".join(notion.allow_zh)) if notion.allow_zh else None,
        re.compile(r"\b(?:" + "|".join(notion.allow_latin) + r")\b") if notion.allow_latin else None,
        tuple(phrases),
        tuple(spelled),
    )


def _look(notion: Notion, chinese: str, latin: str) -> str:
    patterns = _patterns(notion)
    if patterns.allow_zh:
        chinese = patterns.allow_zh.sub(_CUT, chinese)
    if found := patterns.zh.search(chinese):
        return found[0]
    if not latin:
        return ""
    if patterns.allow_latin:
        latin = patterns.allow_latin.sub(_CUT, latin)
    for pattern in patterns.spelled:
        if found := pattern.search(latin):
            return found[0]
    return _phrase_in(latin.split(), patterns.phrases)


def _phrase_in(parts: list[str], phrases: Iterable[_Phrase]) -> str:
    """The first phrase that begins at some word and ends at one, or, where its ending is open, within its word."""
    for phrase in phrases:
        joined = phrase.joined
        for start, first in enumerate(parts):
            if (phrase.any_ending and first.startswith(joined)) or (len(joined) >= _DISTINCTIVE and joined in first):
                return joined
            run = ""
            for part in parts[start : start + 6]:
                if part == _CUT or len(run) >= len(joined):
                    break
                run += part
                # A phrase of several words may go on within its last word; one of one word must end with a word.
                going_on = phrase.any_ending and phrase.several > 1 and run.startswith(joined)
                if run in (joined, joined + "s") or going_on:
                    return joined
    return ""
