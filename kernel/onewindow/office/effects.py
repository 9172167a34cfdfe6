"""What a step brings about, as values: a test compares them, the host carries them out once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

if TYPE_CHECKING:
    from onewindow.office.procedure import State


class Effect(BaseModel):
    """Base of all effects. `words` are what may not travel on the bus: they stay in the encrypted body."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    words: ClassVar[frozenset[str]] = frozenset()

    def public(self) -> dict[str, Any]:
        """The effect without its words: ids, keys and dates."""
        return self.model_dump(mode="json", exclude=set(self.words))


class Go(Effect):
    """Enter this state; needed where a move branches."""

    kind: Literal["go"] = "go"
    state: str

    def __init__(self, state: "State | str", **data: Any) -> None:
        super().__init__(**{**data, "state": state if isinstance(state, str) else state.key})


class Redress(BaseModel):
    """Where somebody turns who does not accept a document, and the clock that says until when."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    organ: str
    address: str = ""
    phone: str = ""
    clock: str = ""


class Issue(Effect):
    """Issue the document with this key to these roles (none: to an organ); `text` is what the template is to say.

    Words are given by name, or in `text` where a name is taken (`to`, `kind`). `about` are roles whose details stand in
    it although it does not go to them. With `redress` a party reads on their own page, too, to whom they may turn and
    until which day.
    """

    words: ClassVar[frozenset[str]] = frozenset({"text", "redress"})
    kind: Literal["issue"] = "issue"
    document: str
    to: tuple[str, ...] = ("applicant",)
    about: tuple[str, ...] = ()
    text: dict[str, Any] = Field(default_factory=dict)
    redress: Redress | None = None

    def __init__(
        self,
        document: str,
        to: Sequence[str] = ("applicant",),
        text: Mapping[str, Any] | None = None,
        about: Sequence[str] = (),
        redress: Redress | None = None,
        **words: Any,
    ) -> None:
        if words.get("kind") == "issue":  # loading the JSON form
            del words["kind"]
        known = {"document": document, "to": tuple(to), "about": tuple(about), "redress": redress}
        super().__init__(**{**known, "text": {**(text or {}), **words}})


class _ClockEffect(Effect):
    clock: str
    row: str | None = None

    def __init__(self, clock: str, **data: Any) -> None:
        super().__init__(**{**data, "clock": clock})


class Start(_ClockEffect):
    """Start a clock by hand; `on` is the legal day, today by default; with `until` it runs to the end of that day."""

    kind: Literal["start"] = "start"
    on: date | None = None
    until: date | None = None

    def __init__(self, clock: str, **data: Any) -> None:
        super().__init__(clock, **data)


class Stop(_ClockEffect):
    """Stop a clock by hand."""

    kind: Literal["stop"] = "stop"

    def __init__(self, clock: str, **data: Any) -> None:
        super().__init__(clock, **data)


class Pause(_ClockEffect):
    """Let a clock stand still for one of the reasons that it allows."""

    kind: Literal["pause"] = "pause"
    reason: str = ""

    def __init__(self, clock: str, **data: Any) -> None:
        super().__init__(clock, **data)


class Resume(_ClockEffect):
    """Let a paused clock run on."""

    kind: Literal["resume"] = "resume"

    def __init__(self, clock: str, **data: Any) -> None:
        super().__init__(clock, **data)


class Extend(_ClockEffect):
    """Ask for more time; it takes effect only when the notice is served by the old due date.

    A clock whose extension has no notice is one that the parties extend: they have agreed, and it takes effect now.
    """

    kind: Literal["extend"] = "extend"
    amount: int = Field(ge=1)
    notice: str = ""

    def __init__(self, clock: str, **data: Any) -> None:
        super().__init__(clock, **data)


class Superior(BaseModel):
    """The organ above the one that answers."""

    model_config = ConfigDict(frozen=True)


def superior() -> Superior:
    """The unit above this one, as the receiver of an `Ask`."""
    return Superior()


class Ask(Effect):
    """Ask the kernel for a further assignment: `Ask("mediation", …)`, `Ask(superior(), …)` or `Ask(unit=…, …)`.

    `enclose` names the documents that it rests on; they stay where they are, in the case.
    """

    words: ClassVar[frozenset[str]] = frozenset({"note"})
    kind: Literal["ask"] = "ask"
    office: str | None = None
    unit: str | None = None
    superior: bool = False
    purpose: str
    enclose: tuple[str, ...] = ()
    note: str = ""

    def __init__(self, to: "str | Superior | None" = None, **data: Any) -> None:
        if isinstance(to, Superior):
            data["superior"] = True
        elif to is not None:
            data["office"] = to
        super().__init__(**data)


class Answer(Effect):
    """Give the answer of this assignment to whoever assigned it.

    `result` says in a word of the office's own (a key, no words) what came out: the asker may react to it.
    """

    words: ClassVar[frozenset[str]] = frozenset({"answer"})
    kind: Literal["answer"] = "answer"
    answer: str
    result: str = Field("", pattern=r"^[a-z_]{0,40}$")

    def __init__(self, answer: str, **data: Any) -> None:
        super().__init__(**{**data, "answer": answer})


class Return(Effect):
    """Lodge an objection (异议): not our duty, with the reason and whose it is instead. Clocks run on."""

    words: ClassVar[frozenset[str]] = frozenset({"reason", "basis"})
    kind: Literal["return"] = "return"
    reason: str
    basis: str = ""
    suggest_unit: str | None = None

    def __init__(self, reason: str, **data: Any) -> None:
        super().__init__(**{**data, "reason": reason})


class Entrust(Effect):
    """Let somebody else of this unit's staff handle the assignment from now on (承办人)."""

    kind: Literal["entrust"] = "entrust"
    officer: str

    def __init__(self, officer: str, **data: Any) -> None:
        super().__init__(**{**data, "officer": officer})


class Admit(Effect):
    """Let the parties of this role into what this assignment tells them, each with a tracking code of their own.

    The kernel prints the code on a letter that only who does not handle the case may read: it reaches the party alone.
    """

    kind: Literal["admit"] = "admit"
    role: str

    def __init__(self, role: str, **data: Any) -> None:
        super().__init__(**{**data, "role": role})


class Note(Effect):
    """Write a line into the timeline: for the office, for who brought the matter, or for everybody admitted too."""

    words: ClassVar[frozenset[str]] = frozenset({"text"})
    kind: Literal["note"] = "note"
    text: str
    readers: Literal["office", "parties", "everybody"] = "office"

    def __init__(self, text: str, **data: Any) -> None:
        super().__init__(**{**data, "text": text})


class Seal(Effect):
    """Make the case a sealed one: it gets a sealed number, and the old one stays void."""

    words: ClassVar[frozenset[str]] = frozenset({"reason"})
    kind: Literal["seal"] = "seal"
    reason: str

    def __init__(self, reason: str, **data: Any) -> None:
        super().__init__(**{**data, "reason": reason})


class Recuse(Effect):
    """Somebody steps aside for an interest in the case (回避): `declared` by the actor of themselves, or asked for
    about the assignment's officer. Until it is decided they take no step; granted, they know no more of the case."""

    words: ClassVar[frozenset[str]] = frozenset({"reason"})
    kind: Literal["recuse"] = "recuse"
    reason: str
    ground: str = Field("", max_length=40)
    declared: bool = False

    def __init__(self, reason: str, **data: Any) -> None:
        super().__init__(**{**data, "reason": reason})


AnyEffect: TypeAlias = Annotated[
    Go
    | Issue
    | Start
    | Stop
    | Pause
    | Resume
    | Extend
    | Ask
    | Answer
    | Return
    | Entrust
    | Admit
    | Note
    | Seal
    | Recuse,
    Field(discriminator="kind"),
]


class Refusal(BaseModel):
    """A rule says no: the reason, and what would help."""

    model_config = ConfigDict(frozen=True)
    reason: str
    remedy: str = ""
    rule: str = ""

    def __init__(self, reason: str, **data: Any) -> None:
        super().__init__(**{**data, "reason": reason})


Effects: TypeAlias = "Effect | Refusal | tuple[Effect | None, ...] | None"
_ADAPTER: TypeAdapter[tuple[Effect, ...]] = TypeAdapter(tuple[AnyEffect, ...])


def load_effects(data: Sequence[Any]) -> tuple[Effect, ...]:
    """Effects from their JSON form.

    Raises:
        pydantic.ValidationError: for an effect that this version does not know.
    """
    return _ADAPTER.validate_python(list(data))
