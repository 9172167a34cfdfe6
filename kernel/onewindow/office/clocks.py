"""How an office declares its deadlines; the kernel alone computes and turns them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from onewindow.office.procedure import State

Unit = Literal["days", "working_days", "hours"]


@dataclass(frozen=True, slots=True)
class Span:
    """A length of legal time: natural days, working days or hours."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError("a span is at least one unit long")


def days(amount: int) -> Span:
    """Natural days (自然日)."""
    return Span(amount, "days")


def working_days(amount: int) -> Span:
    """Working days (工作日) of the official calendar, make-up days included."""
    return Span(amount, "working_days")


def hours(amount: int) -> Span:
    """Hours from the instant."""
    return Span(amount, "hours")


Fact = Literal["registered", "received", "assigned", "signed", "entering", "served", "stated", "by_hand"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A legal fact that starts or stops a clock; `of` are states, documents or a field of the facts."""

    fact: Fact
    of: "tuple[State | str, ...]" = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of what it speaks of; a state has one only when its procedure is complete."""
        return tuple(item if isinstance(item, str) else item.key for item in self.of)


def registered() -> Moment:
    """The matter was registered (登记). The clock belongs to the case and never restarts."""
    return Moment("registered")


def received() -> Moment:
    """The matter was received (收到), which may be earlier than its registration. Belongs to the case."""
    return Moment("received")


def assigned() -> Moment:
    """The matter was handed to the unit (交办)."""
    return Moment("assigned")


def signed() -> Moment:
    """The unit signed for the matter (签收)."""
    return Moment("signed")


def entering(*states: "State") -> Moment:
    """The proceeding enters one of these states."""
    return Moment("entering", states)


def served(*documents: str) -> Moment:
    """One of these documents was served (送达)."""
    return Moment("served", documents)


def stated(name: str) -> Moment:
    """The date that stands in this field of the facts; of a clock for each row, in this field of the row."""
    return Moment("stated", (name,))


def by_hand() -> Moment:
    """Nothing but the effect `Start`: where the rule decides which of several periods applies."""
    return Moment("by_hand")


@dataclass(frozen=True, slots=True)
class Extension:
    """How far a clock may be extended, and how often (延期).

    With a notice it takes effect when that is served in time; without one the parties agree, and it does so at once.
    """

    at_most: Span
    times: int = 1
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline with its legal source (时限).

    `protects` says whose right it is: a person's is counted to the latest lawful day, an authority's duty is warned
    of by the earliest. `since` is the day from which the rule is in force; `pauses` maps a reason to the states in
    which the clock stands still. `profile` names the province or the way whose values these are: such a clock runs only
    where the district has chosen that profile.

    With `per` there is one clock for each row of that table of the facts, each until the end of the day in the row's
    field `until`; rows have a field `key`. Such a clock runs while the proceeding is in the states that it `starts`
    with, and `stops` names the fields of the row that say that it is done with.
    """

    title: str
    span: Span | None = None
    source: str = field(kw_only=True)
    starts: Moment = field(kw_only=True)
    stops: Moment | tuple[Moment, ...] = field(kw_only=True)
    protects: Literal["person", "authority"] = field(kw_only=True, default="person")
    extend: Extension | None = field(kw_only=True, default=None)
    pauses: "Mapping[str, tuple[State, ...]]" = field(kw_only=True, default_factory=dict)
    since: date | None = field(kw_only=True, default=None)
    warn: Span | None = field(kw_only=True, default=None)
    tracks: tuple[str, ...] = field(kw_only=True, default=())
    profile: str = field(kw_only=True, default="")
    per: str = field(kw_only=True, default="")
    until: str = field(kw_only=True, default="")
