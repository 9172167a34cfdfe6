"""The manifest: all that the kernel knows of an office, as JSON, derived from its declaration."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from onewindow.office.clocks import Clock, Moment, Span
from onewindow.office.procedure import EVENTS, Action, Procedure, Reaction, State
from onewindow.office.types import Phase

PROTOCOL = 1


class Spec(BaseModel):
    """A frozen part of the manifest; unknown members of a newer one are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class StateSpec(Spec):
    key: str
    title: str
    phase: Phase | None = None
    initial: bool = False
    final: bool = False


class ActionSpec(Spec):
    key: str
    title: str
    summary: str = ""
    by: tuple[str, ...]
    sources: tuple[str, ...]
    targets: tuple[str, ...] = ()
    form: dict[str, Any] | None = None


class ReactionSpec(Spec):
    event: str
    of: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


class MomentSpec(Spec):
    fact: str
    of: tuple[str, ...] = ()


class SpanSpec(Spec):
    amount: int
    unit: Literal["days", "working_days", "hours"]

    def span(self) -> Span:
        return Span(self.amount, self.unit)


class ExtensionSpec(Spec):
    at_most: SpanSpec
    times: int = 1
    notice: str | None = None


class ClockSpec(Spec):
    key: str
    title: str
    span: SpanSpec | None = None
    source: str
    starts: MomentSpec
    stops: tuple[MomentSpec, ...]
    protects: Literal["person", "authority"] = "person"
    extend: ExtensionSpec | None = None
    pauses: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    since: date | None = None
    warn: SpanSpec | None = None
    tracks: tuple[str, ...] = ()
    profile: str = ""
    per: str = ""
    until: str = ""


class ProcedureSpec(Spec):
    key: str
    title: str
    version: int
    tracks: tuple[str, ...] = ()
    states: tuple[StateSpec, ...]
    actions: tuple[ActionSpec, ...]
    clocks: tuple[ClockSpec, ...]
    reactions: tuple[ReactionSpec, ...] = ()
    facts: dict[str, Any]
    reopens: bool = False

    def state(self, key: str) -> StateSpec | None:
        return next((s for s in self.states if s.key == key), None)

    def action(self, key: str) -> ActionSpec | None:
        return next((a for a in self.actions if a.key == key), None)

    def clock(self, key: str) -> ClockSpec | None:
        return next((c for c in self.clocks if c.key == key), None)

    def mermaid(self) -> str:
        """The state diagram (Mermaid)."""
        lines = ["stateDiagram-v2"]
        lines += [f"    {s.key}: {s.title}" for s in self.states]
        lines += [f"    [*] --> {s.key}" for s in self.states if s.initial]
        for step in self.actions:
            for source in step.sources:
                for target in step.targets or (source,):
                    lines.append(f"    {source} --> {target}: {step.title}")
        for reaction in self.reactions:
            for source in reaction.sources:
                for target in reaction.targets:
                    lines.append(f"    {source} --> {target}: {EVENTS.get(reaction.event, reaction.event)}")
        lines += [f"    {s.key} --> [*]" for s in self.states if s.final]
        return "\n".join(lines)


class RecordSpec(Spec):
    """A table of the office's own; `indexed` are the columns by which it is keyed, unique or quickly found."""

    key: str
    title: str
    fields: dict[str, Any]
    indexed: tuple[tuple[str, ...], ...] = ()


class DocumentSpec(Spec):
    key: str
    title: str


class Manifest(Spec):
    """What an office is: its handles, procedures, records, roles and documents."""

    id: str
    title: str
    version: str = "0"
    protocol: int = PROTOCOL
    handles: tuple[str, ...]
    roles: dict[str, str] = Field(default_factory=dict)
    procedures: tuple[ProcedureSpec, ...]
    records: tuple[RecordSpec, ...] = ()
    documents: tuple[DocumentSpec, ...] = ()
    capabilities: tuple[str, ...] = ()
    bundle: str = ""

    def procedure(self, key: str, version: int | None = None) -> ProcedureSpec | None:
        """The procedure with this key, in this version or the newest one."""
        fitting = [p for p in self.procedures if p.key == key and version in (None, p.version)]
        return max(fitting, key=lambda p: p.version, default=None)

    def procedure_for(self, track: str, category: str) -> ProcedureSpec:
        """The procedure that a new proceeding of this track and category begins under."""
        newest: dict[str, ProcedureSpec] = {}
        for spec in self.procedures:
            if spec.key not in newest or newest[spec.key].version < spec.version:
                newest[spec.key] = spec
        for spec in newest.values():
            if track in spec.tracks or category in spec.tracks:
                return spec
        return next((s for s in newest.values() if not s.tracks), next(iter(newest.values())))

    def document_title(self, key: str) -> str:
        return next((d.title for d in self.documents if d.key == key), key)


def _state(key: str, state: State) -> StateSpec:
    return StateSpec(key=key, title=state.title, phase=state.phase, initial=state.initial, final=state.final)


def _action(action: Action) -> ActionSpec:
    return ActionSpec(
        key=action.key,
        title=action.title,
        summary=action.summary,
        by=action.by,
        sources=tuple(s.key for s in action.move.sources),
        targets=tuple(t.key for t in action.move.targets),
        form=action.form.model_json_schema() if action.form else None,
    )


def _reaction(reaction: Reaction) -> ReactionSpec:
    move = reaction.move
    return ReactionSpec(
        event=reaction.event,
        of=reaction.of,
        sources=tuple(s.key for s in move.sources) if move else (),
        targets=tuple(t.key for t in move.targets) if move else (),
    )


def _moment(moment: Moment) -> MomentSpec:
    return MomentSpec(fact=moment.fact, of=moment.keys)


def _span(span: Span) -> SpanSpec:
    return SpanSpec(amount=span.amount, unit=span.unit)


def clock_spec(key: str, clock: Clock) -> ClockSpec:
    """A declared clock as data."""
    stops = clock.stops if isinstance(clock.stops, tuple) else (clock.stops,)
    extend = clock.extend
    return ClockSpec(
        key=key,
        title=clock.title,
        span=_span(clock.span) if clock.span else None,
        source=clock.source,
        starts=_moment(clock.starts),
        stops=tuple(_moment(m) for m in stops),
        protects=clock.protects,
        extend=ExtensionSpec(at_most=_span(extend.at_most), times=extend.times, notice=extend.notice)
        if extend
        else None,
        pauses={reason: tuple(s.key for s in states) for reason, states in clock.pauses.items()},
        since=clock.since,
        warn=_span(clock.warn) if clock.warn else None,
        tracks=clock.tracks,
        profile=clock.profile,
        per=clock.per,
        until=clock.until,
    )


def procedure_spec(procedure: type[Procedure[Any]]) -> ProcedureSpec:
    """A declared procedure as data."""
    return ProcedureSpec(
        key=procedure.key,
        title=procedure.title,
        version=procedure.version,
        tracks=tuple(procedure.tracks),
        states=tuple(_state(k, s) for k, s in procedure.states.items()),
        actions=tuple(_action(a) for a in procedure.actions.values()),
        clocks=tuple(clock_spec(k, c) for k, c in procedure.clocks.items()),
        reactions=tuple(_reaction(r) for r in procedure.reactions),
        facts=procedure.facts.model_json_schema(),
        reopens=procedure.reopens,
    )


def personal_fields(schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The fields of a JSON schema that are declared personal, rows included, by their path."""
    found: dict[str, Mapping[str, Any]] = {}
    models = {"": schema, **{f"{name}.": part for name, part in schema.get("$defs", {}).items()}}
    for prefix, model in models.items():
        for name, spec in model.get("properties", {}).items():
            if "x-personal" in spec:
                found[prefix + name] = spec
    return found
