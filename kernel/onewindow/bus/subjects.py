"""Every subject, stream and consumer name of the bus, and what each part of one may look like."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, Self

from onewindow.bus.errors import BadToken, Unreadable
from onewindow.i18n import _
from onewindow.office.types import OfficeId

STREAM: Final = "OW"
STREAM_SUBJECTS: Final = ("ow.*.*.to.>", "ow.*.*.from.>")
KERNEL: Final = "kernel"
# Words that have a place of their own in a subject: an office called "to" would fall into the stream by mistake.
RESERVED: Final = frozenset({"ow", "to", "from", "cmd", "ask", KERNEL})

_TOKEN = re.compile(r"[a-z0-9]{1,32}")


class Direction(StrEnum):
    """Which way an event goes, seen from the kernel."""

    TO = "to"
    FROM = "from"


class Verb(StrEnum):
    """What the kernel may ask of an office's host."""

    ACT = "act"
    DESCRIBE = "describe"
    STATUS = "status"
    LOG = "log"
    PAGE = "page"
    BUNDLE = "bundle"


class AskVerb(StrEnum):
    """What an office's host may ask of the kernel."""

    HELLO = "hello"
    LOG = "log"
    MIRROR = "mirror"


def token(text: str) -> str:
    """`text`, if it may stand in a subject.

    Raises:
        BadToken: if it is empty, too long, or has other characters than a-z and 0-9.
    """
    if not _TOKEN.fullmatch(text):
        raise BadToken(field="token", remedy=_("请只用小写字母和数字，最多 32 个字符"), value=text[:40])
    return text


def place_token(text: str) -> str:
    """`text`, if it may name a district or a township."""
    if text in RESERVED:
        raise BadToken(_("这个标识是保留字"), field="token", value=text)
    return token(text)


def office_token(text: str) -> OfficeId:
    """`text`, if it may name an office."""
    return OfficeId(place_token(text))


@dataclass(frozen=True, slots=True)
class EventSubject:
    """`ow.<district>.<township>.to|from.<office>.<event>`; the event is one or more tokens."""

    district: str
    township: str
    direction: Direction
    office: OfficeId
    event: str

    def __post_init__(self) -> None:
        place_token(self.district), place_token(self.township), office_token(self.office)
        for part in self.event.split("."):
            token(part)

    def __str__(self) -> str:
        return f"ow.{self.district}.{self.township}.{self.direction}.{self.office}.{self.event}"

    @staticmethod
    @lru_cache(4096)
    def parse(subject: str) -> "EventSubject":
        match subject.split("."):
            case ["ow", district, township, ("to" | "from") as way, office, *event] if event:
                try:
                    return EventSubject(district, township, Direction(way), OfficeId(office), ".".join(event))
                except BadToken as error:
                    raise Unreadable(subject=subject) from error
        raise Unreadable(subject=subject)


@dataclass(frozen=True, slots=True)
class CommandSubject:
    """`ow.<district>.<township>.cmd.<office>.<verb>`; what is for the whole district repeats its token as township."""

    district: str
    township: str
    office: OfficeId
    verb: Verb

    def __post_init__(self) -> None:
        place_token(self.district), place_token(self.township), office_token(self.office)

    def __str__(self) -> str:
        return f"ow.{self.district}.{self.township}.cmd.{self.office}.{self.verb}"

    @classmethod
    def parse(cls, subject: str) -> Self:
        match subject.split("."):
            case ["ow", district, township, "cmd", office, verb] if verb in set(Verb):
                return cls(district, township, OfficeId(office), Verb(verb))
        raise Unreadable(subject=subject)


@dataclass(frozen=True, slots=True)
class AskSubject:
    """`ow.<district>.ask.<office>.<verb>`: an office's host asks the kernel."""

    district: str
    office: OfficeId
    verb: AskVerb

    def __post_init__(self) -> None:
        place_token(self.district), office_token(self.office)

    def __str__(self) -> str:
        return f"ow.{self.district}.ask.{self.office}.{self.verb}"

    @classmethod
    def parse(cls, subject: str) -> Self:
        match subject.split("."):
            case ["ow", district, "ask", office, verb] if verb in set(AskVerb):
                return cls(district, OfficeId(office), AskVerb(verb))
        raise Unreadable(subject=subject)


def consumer_filter(district: str, who: str) -> str:
    """What the durable consumer of an office, or of the kernel, is filtered to."""
    if who == KERNEL:
        return f"ow.{place_token(district)}.*.from.>"
    return f"ow.{place_token(district)}.*.to.{office_token(who)}.>"


def commands_of(district: str, office: OfficeId, verb: Verb | None = None) -> str:
    """The subjects on which an office's host listens, in every township."""
    return f"ow.{place_token(district)}.*.cmd.{office_token(office)}.{verb or '>'}"


def asks_for(district: str, verb: AskVerb) -> str:
    """The subject on which the kernel hears one verb from every office."""
    return f"ow.{place_token(district)}.ask.*.{verb}"


def inbox_prefix(who: str) -> str:
    """The private inbox of an office, or of the kernel: nobody else may subscribe below it."""
    return f"_INBOX_{who if who == KERNEL else office_token(who)}"
