"""Rules with plain values: what a rule sees, made by hand, and a procedure walked step by step without a host."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, TypeVar

from onewindow.office.effects import Effect, Issue, Refusal
from onewindow.office.procedure import Happening, Procedure
from onewindow.office.records import Record
from onewindow.office.run import Offer, Outcome, act, offers, react
from onewindow.office.types import SHANGHAI, PartyRole, Track, new_id, utc
from onewindow.office.views import Actor, AssignmentView, CaseView, ClockView, Context, DocumentView, PartyView

R = TypeVar("R", bound=Record)


def moment(when: str | date | datetime) -> datetime:
    """An instant: of a day, nine in the morning in Shanghai."""
    if isinstance(when, str):
        when = datetime.fromisoformat(when) if len(when) > 10 else date.fromisoformat(when)
    if not isinstance(when, datetime):
        when = datetime.combine(when, time(9))
    return utc(when if when.tzinfo else when.replace(tzinfo=SHANGHAI))


def party(role: str = "applicant", id: str | None = None, **values: Any) -> PartyView:
    """A party of the case; its id is its role unless another is given."""
    return PartyView(id=id or role, role=PartyRole(role), **values)


def clock(key: str, lawful_on: str | date | None = None, **values: Any) -> ClockView:
    """A running clock that ends on this day."""
    day = date.fromisoformat(lawful_on) if isinstance(lawful_on, str) else lawful_on
    return ClockView(**{"key": key, "title": key, "source": "", "early_on": day, "lawful_on": day, **values})


def document(kind: str, **values: Any) -> DocumentView:
    """A document of the case; its id is its kind unless another is given."""
    return DocumentView(**{"id": kind, "kind": kind, **values})


class Drawer:
    """Records in a list: what a rule finds and keeps, without a store."""

    def __init__(self, records: Iterable[Record] = ()):
        self.records = list(records)

    def get(self, model: type[R], id: str) -> R | None:
        return next((r for r in self.records if isinstance(r, model) and r.id == id), None)

    def find(
        self, model: type[R], *, after: str | None, before: str | None, limit: int, equals: Mapping[str, object]
    ) -> list[R]:
        found = [
            r
            for r in self.records
            if isinstance(r, model)
            and (after is None or r.id > after)
            and (before is None or r.id < before)
            and all(getattr(r, name) == value for name, value in equals.items())
        ]
        return sorted(found, key=lambda r: r.id)[:limit]

    def add(self, record: Record) -> None:
        self.records.append(record)


def context(
    now: str | date | datetime = "2026-03-02",
    *,
    roles: str | Sequence[str] = "handler",
    staff: str | None = "staff",
    officer: str | None = "staff",
    acting_party: str | None = None,
    parties: Sequence[PartyView] | None = None,
    clocks: Iterable[ClockView] = (),
    documents: Sequence[DocumentView] = (),
    records: "Drawer | Iterable[Record]" = (),
    track: str = "C",
    category: str = "1801",
    round: int = 1,
    **case: Any,
) -> Context:
    """What a rule sees besides the facts; by default the officer in charge, and one applicant with a name.

    `acting_party` makes a party act with their own code; further names are members of the case view.
    """
    mine = AssignmentView(id="assignment", unit_id="unit", unit_title="信访办", officer=officer, round=round)
    who = Actor(staff_id=None if acting_party else staff, party_id=acting_party, name="" if acting_party else "承办人",
                roles=() if acting_party else ((roles,) if isinstance(roles, str) else tuple(roles)))  # fmt: skip
    view = CaseView(
        id="case",
        category=category,
        track=Track(track),
        parties=tuple(parties if parties is not None else (party(name="王一", contact="13800000000"),)),
        assignments=(mine,),
        documents=tuple(documents),
        **case,
    )
    shelf = records if isinstance(records, Drawer) else Drawer(records)
    return Context(moment(now), who, view, mine, {c.key: c for c in clocks}, shelf)


@dataclass
class Walk:
    """One proceeding taken from step to step; documents that it issues lie in the case from then on.

    `Walk(Claim()).do("accept", {...}).state` takes one step; `refusal("accept", {...})` expects to be refused.
    """

    procedure: Procedure[Any]
    ctx: Context = field(default_factory=context)
    state: str = ""
    facts: Any = None
    effects: tuple[Effect, ...] = ()
    path: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = self.state or self.procedure.initial().key
        self.facts = self.facts if self.facts is not None else self.procedure.facts()

    def at(self, now: str | date | datetime | None = None, **changes: Any) -> "Walk":
        """Go on at another moment, or with other `clocks`, `parties` or `sealed`."""
        case = {name: changes.pop(name) for name in list(changes) if name in CaseView.model_fields}
        if "clocks" in changes:
            changes["clocks"] = {c.key: c for c in changes["clocks"]}
        if now is not None:
            changes["now"] = moment(now)
        self.ctx = replace(self.ctx, case=self.ctx.case.model_copy(update=case), **changes)
        return self

    def attempt(
        self, action: str, form: Mapping[str, Any] | None = None, *, by: str = "handler", party: str | None = None
    ) -> Outcome | Refusal:
        """Take an action; a refusal changes nothing."""
        staff = "staff" if by == "handler" else f"staff-{by}"
        actor = Actor(party_id=party) if party else Actor(staff_id=staff, name="承办人", roles=(by,))
        ctx = replace(self.ctx, actor=actor)
        outcome = act(self.procedure, self.state, self.facts, action, form or {}, ctx)
        return self._go(action, outcome)

    def do(
        self, action: str, form: Mapping[str, Any] | None = None, *, by: str = "handler", party: str | None = None
    ) -> "Walk":
        """Take an action that must succeed."""
        outcome = self.attempt(action, form, by=by, party=party)
        assert isinstance(outcome, Outcome), f"{action} in {self.state}: {outcome.reason} ({outcome.rule})"
        return self

    def refusal(
        self, action: str, form: Mapping[str, Any] | None = None, *, by: str = "handler", party: str | None = None
    ) -> Refusal:
        """Take an action that must be refused."""
        outcome = self.attempt(action, form, by=by, party=party)
        assert isinstance(outcome, Refusal), f"{action} led to {self.state}"
        return outcome

    def happen(self, event: str, of: str = "", **data: Any) -> "Walk":
        """Let something happen outside; a procedure that does not care stays as it is.

        As in a host, the rule sees neither parties nor documents nor clocks then: nobody acts who might.
        """
        case = self.ctx.case
        bare = CaseView(id=case.id, category=case.category, track=case.track, sealed=case.sealed)
        ctx = replace(self.ctx, case=bare, actor=Actor(), clocks={})
        outcome = react(self.procedure, self.state, self.facts, Happening(event, of, data), ctx)
        self.effects = ()
        if outcome is not None:
            self._go(f"{event}:{of}", outcome)
        return self

    def serve(self, document: str, on: str | None = None) -> "Walk":
        """Record that a document was served."""
        return self.happen("served", document, served_on=on or self.ctx.today.isoformat())

    def offers(self, *, by: str = "handler") -> dict[str, Offer]:
        """The actions of the present state, as the page would offer them."""
        ctx = replace(self.ctx, actor=Actor(staff_id="staff", name="承办人", roles=(by,)))
        return {offer.action: offer for offer in offers(self.procedure, self.state, self.facts, ctx)}

    def issued(self, document: str) -> Issue:
        """The document of this kind that the last step issued."""
        return next(e for e in self.effects if isinstance(e, Issue) and e.document == document)

    def _go(self, step: str, outcome: Outcome | Refusal) -> Outcome | Refusal:
        if isinstance(outcome, Outcome):
            self.state, self.facts, self.effects = outcome.state, outcome.facts, outcome.effects
            self.path.append(step)
            new = [
                DocumentView(id=new_id(), kind=e.document, title=e.document, issued_on=self.ctx.today)
                for e in outcome.effects
                if isinstance(e, Issue)
            ]
            self.at(documents=(*self.ctx.case.documents, *new))
        return outcome
