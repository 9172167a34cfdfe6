"""Procedures (办理流程): the declared states and actions of an office's work on a matter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar, get_args, get_origin

from onewindow.office.clocks import Clock
from onewindow.office.errors import DeclarationError
from onewindow.office.fields import Facts, Form
from onewindow.office.rowclocks import clock_fault
from onewindow.office.types import Phase

F = TypeVar("F", bound=Facts)
Method = Callable[..., Any]

# What may happen to a proceeding that it did not do itself, with the title that the diagram shows.
EVENTS: Mapping[str, str] = {
    "near": "临近届满",
    "due": "届满",
    "served": "送达",
    "refused": "未获准",
    "extended": "延期生效",
    "objected": "异议裁定",
    "answered": "收到答复",
    "returned": "退回",
    "recalled": "收回",
    "recused": "回避决定",
    "withdrawn": "撤回",
    "nudged": "催办",
    "added": "补充材料",
}


class State:
    """A state of a proceeding; its phase is what a citizen sees of it (none: look at the lead)."""

    def __init__(self, title: str, *, phase: Phase | None = None, initial: bool = False, final: bool = False):
        self.title = title
        self.phase = phase
        self.initial = initial
        self.final = final
        self._key: str | None = None

    def __set_name__(self, _owner: type, name: str) -> None:
        self._key = name

    @property
    def key(self) -> str:
        if self._key is None:
            raise DeclarationError(f"state {self.title!r} is used before it belongs to a procedure")
        return self._key

    def __rshift__(self, target: "State | tuple[State, ...]") -> "Move":
        return Move((self,), target if isinstance(target, tuple) else (target,))

    def __rrshift__(self, sources: "tuple[State, ...]") -> "Move":
        return Move(sources, (self,))

    def __repr__(self) -> str:
        return f"State({self._key or self.title!r})"


@dataclass(frozen=True, slots=True)
class Move:
    """From which states an action is taken, and where it leads; no targets means that it stays."""

    sources: tuple[State, ...]
    targets: tuple[State, ...]


def at(*states: State) -> Move:
    """An action that may be taken in these states and stays there."""
    return Move(states, ())


class Action:
    """One step of a procedure (操作); called through its procedure it is the plain rule itself."""

    def __init__(self, rule: Method, title: str, move: Move, by: tuple[str, ...], form: type[Form] | None):
        self.rule = rule
        self.title = title
        self.move = move
        self.by = by
        self.form = form
        self.key = rule.__name__
        self.summary = (rule.__doc__ or "").strip()
        self.guards: list[Method] = []
        self.prefill: Method | None = None
        self.options: dict[str, Method] = {}

    def __get__(self, instance: "Procedure[Any] | None", _owner: type) -> Any:
        return self if instance is None else self.rule.__get__(instance)


def action(
    title: str, move: Move, *, by: str | Sequence[str], form: type[Form] | None = None
) -> Callable[[Method], Any]:
    """Declare an action: (self, facts, form, ctx) -> an effect, several, a `Refusal`, or None.

    `by` is one or several of handler, head, organ_head, director, other (anybody but the handler), party,
    designated, or a role that the office declares. Without `form` the rule takes (self, facts, ctx).
    """
    actors = (by,) if isinstance(by, str) else tuple(by)

    def declare(rule: Method) -> Any:
        return Action(rule, title, move, actors, form)

    return declare


def guard(*actions: Any) -> Callable[[Method], Method]:
    """Declare a guard: (self, facts, ctx) -> Refusal or None; it refuses the action and explains its greyed button."""

    def declare(rule: Method) -> Method:
        for declared in actions:
            _an_action(declared, "guard").guards.append(rule)
        return rule

    return declare


def prefill(declared: Any) -> Callable[[Method], Method]:
    """Declare how the form of an action is prefilled: (self, facts, ctx) -> a dict of values or a Form."""

    def declare(rule: Method) -> Method:
        _an_action(declared, "prefill").prefill = rule
        return rule

    return declare


def options(declared: Any, name: str) -> Callable[[Method], Method]:
    """Declare what the field `name` of an action's form offers to choose from: (self, facts, ctx) -> {value: title}.

    For choices that no declaration can know, as a roster has them; the rule itself refuses what is none of them.
    """

    def declare(rule: Method) -> Method:
        _an_action(declared, "options").options[name] = rule
        return rule

    return declare


def _an_action(declared: Any, what: str) -> Action:
    if not isinstance(declared, Action):
        raise DeclarationError(f"@{what} takes an action declared above it, not {declared!r}")
    return declared


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a procedure does when something happens to it that it did not do itself."""

    event: str
    of: tuple[str, ...]
    move: Move | None
    rule: Method


def on(event: str, of: str | Sequence[str] | None = None, move: Move | None = None) -> Callable[[Method], Any]:
    """Declare a reaction: (self, facts, happening, ctx) -> effects.

    `event` is one of near, due (a clock's amber and red), served (a document), refused (an effect), extended,
    objected, answered, returned, recalled, recused, withdrawn, nudged, added (material); `of` names the clocks or
    documents it is about. With a `move` it applies only in those states. A reaction to `withdrawn` that leads to a
    final state ends the proceeding its own way; where there is none, the kernel ends the assignment.
    """
    if event not in EVENTS:
        raise DeclarationError(f"@on({event!r}): known events are {', '.join(sorted(EVENTS))}")
    names = (of,) if isinstance(of, str) else tuple(of or ())

    def declare(rule: Method) -> Any:
        return Reaction(event, names, move, rule)

    return declare


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened outside the procedure: a clock turned, a document was served, an answer came."""

    event: str
    of: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def _snake(name: str) -> str:
    return "".join(("_" if c.isupper() and i else "") + c.lower() for i, c in enumerate(name))


class Procedure(Generic[F]):
    """Base of all procedures; the subclass's docstring is its title, its body its states, clocks and actions.

    `version` counts its changes: an old one stays while a proceeding runs under it. `tracks` are the tracks that it is
    for; without them it is for whatever else the office handles. `reopens` says that a party may ask by their code to
    have the matter taken up again once it is closed.
    """

    version: ClassVar[int] = 1
    tracks: ClassVar[Sequence[str]] = ()
    reopens: ClassVar[bool] = False
    key: ClassVar[str]
    title: ClassVar[str]
    facts: ClassVar[type[Facts]]
    states: ClassVar[Mapping[str, State]]
    clocks: ClassVar[Mapping[str, Clock]]
    actions: ClassVar[Mapping[str, Action]]
    reactions: ClassVar[tuple[Reaction, ...]]

    def panel(self, facts: F, ctx: Any) -> Sequence[Any]:
        """The blocks of the case page; by default the facts that are filled in."""
        from onewindow.office.blocks import fields_of

        return fields_of(facts)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.key = _snake(cls.__name__)
        cls.title = (cls.__doc__ or cls.__name__).strip().splitlines()[0]
        cls.facts = _facts_of(cls)
        members = {name: value for base in reversed(cls.__mro__) for name, value in vars(base).items()}
        cls.states = {n: v for n, v in members.items() if isinstance(v, State)}
        cls.clocks = {n: v for n, v in members.items() if isinstance(v, Clock)}
        cls.actions = {n: v for n, v in members.items() if isinstance(v, Action)}
        cls.reactions = tuple(v for v in members.values() if isinstance(v, Reaction))
        check(cls)

    @classmethod
    def initial(cls) -> State:
        """The state in which a proceeding begins."""
        return next(state for state in cls.states.values() if state.initial)


def _facts_of(cls: type) -> type[Facts]:
    for base in cls.__mro__:
        for generic in getattr(base, "__orig_bases__", ()):
            if get_origin(generic) is Procedure:
                (facts,) = get_args(generic)
                if isinstance(facts, type) and issubclass(facts, Facts):
                    return facts
    raise DeclarationError(f"{cls.__name__}: write class {cls.__name__}(Procedure[YourFacts])")


def check(cls: type[Procedure[Any]]) -> None:
    """Refuse a procedure that cannot be walked.

    Raises:
        DeclarationError: no or several initial states, a state nobody reaches, one without a way out, a clock that
            watches an unknown state, facts that cannot be empty.
    """
    name, states = cls.__name__, cls.states
    initial = [s for s in states.values() if s.initial]
    if len(initial) != 1:
        raise DeclarationError(f"{name}: exactly one state is initial, not {len(initial)}")
    moves = [a.move for a in cls.actions.values()] + [r.move for r in cls.reactions if r.move]
    for move in moves:
        for state in (*move.sources, *move.targets):
            if states.get(state.key) is not state:
                raise DeclarationError(f"{name}: {state!r} belongs to another procedure")
    reached, grown = {initial[0].key}, True
    while grown:
        new = {t.key for m in moves for t in m.targets if any(s.key in reached for s in m.sources)} - reached
        reached |= new
        grown = bool(new)
    if unreached := [k for k in states if k not in reached]:
        raise DeclarationError(f"{name}: nothing leads to {', '.join(unreached)}")
    leaving = {s.key for m in moves for s in m.sources if m.targets}
    if stuck := [k for k, s in states.items() if not s.final and k not in leaving]:
        raise DeclarationError(f"{name}: no way out of {', '.join(stuck)} and not final")
    for key, clock in cls.clocks.items():
        if fault := clock_fault(clock, cls.facts):
            raise DeclarationError(f"{name}.{key}: {fault}")
        stops = clock.stops if isinstance(clock.stops, tuple) else (clock.stops,)
        for moment in (clock.starts, *stops):
            if moment.fact == "entering" and (wrong := [k for k in moment.keys if k not in states]):
                raise DeclarationError(f"{name}.{key}: no state {', '.join(wrong)}")
        if not clock.source:
            raise DeclarationError(f"{name}.{key}: a clock carries its article")
    try:
        cls.facts()
    except ValueError as error:
        raise DeclarationError(f"{name}: every field of {cls.facts.__name__} needs a default") from error
