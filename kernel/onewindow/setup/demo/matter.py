"""A matter of the demo as somebody brings it, before it is registered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onewindow.registry.intake import Channel
from onewindow.setup.demo.townships import DemoTownship


@dataclass(frozen=True, slots=True)
class Words:
    """What a matter is about, in several voices, with what is said of it later.

    `{spot}` is a place of the township, `{n}` a small number, `{money}` an amount in yuan. `texts` are told by whoever
    brings it; `requests` are what they want, one by one. `answer` is a department's, or what was found out; a claim's
    reply has a `reason` with `law` and `article`; a dispute has the `other` side and the `terms` they came to.
    """

    category: str
    spot: str
    texts: tuple[str, ...]
    requests: tuple[str, ...]
    answer: str = ""
    reason: str = ""
    law: str = ""
    article: str = ""
    other: str = ""
    terms: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter as it is brought: its words with everything filled in, and the course that it takes.

    `by` is who writes it down, by login without digit; nobody where it comes through the public page.
    """

    township: DemoTownship
    words: Words
    text: str
    requests: tuple[str, ...]
    place: str
    parties: tuple[Mapping[str, Any], ...]
    channel: Channel
    by: str
    days_ago: int
    course: str
    told: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    scan: bool = False
