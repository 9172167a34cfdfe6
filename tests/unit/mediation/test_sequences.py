"""Whatever is done in whatever order: a mediation stays in its declared states, and only ever refuses."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onewindow.office import Answer, FormError, Refusal, Start, Stop
from onewindow.office.effects import load_effects
from onewindow.testing import Walk, clock, party
from onewindow_mediation.course import TERMS
from onewindow_mediation.mediation import Mediation
from tests.unit.mediation.helpers import BOTH, accepted, asked, begun, filled, in_force, signing, talking

DAY = date(2026, 3, 2)
ROLES = ("handler", "head", "designated", "other", "paper_entry", "registrar")
PARTIES = st.sampled_from([BOTH, BOTH[:1], (*BOTH, party("applicant", id="applicant-2", name="王三"))])
CATEGORIES = st.sampled_from(["0101", "0104", "0201", "0601", "1001", "1301"])
STARTS = (asked, accepted, talking, signing, in_force)
HAPPENINGS = [
    *(("due", key) for key in TERMS), ("near", "perform_by"), ("due", "perform_by"), ("served", "invitation"),
    ("refused", "no-clock"), ("extended", "mediate_by"), ("answered", "settlement"), ("returned", "x"),
]  # fmt: skip


@st.composite
def steps(draw: st.DrawFn, state: str) -> tuple[str, dict[str, Any], str, str | None]:
    """A step that the state knows (or, now and then, does not), by somebody who may (or, now and then, may not)."""
    every = list(Mediation.actions.values())
    known = [a for a in every if state in {s.key for s in a.move.sources}] or every
    declared = draw(st.sampled_from(known if draw(st.integers(0, 9)) else every))
    form: dict[str, Any] = draw(st.sampled_from(filled(declared.key)))
    if draw(st.integers(0, 9)) == 0:
        form = {name: draw(st.sampled_from(["", "某", "99", None])) for name in form}
    fitting = [by for by in declared.by if by != "party"] or ["paper_entry"]
    by = draw(st.sampled_from(fitting if draw(st.integers(0, 4)) else ROLES))
    acting = draw(st.sampled_from(["applicant", "respondent", None])) if "party" in declared.by else None
    return declared.key, form, by, acting


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_sequence_of_steps_stays_in_the_declared_states_and_only_refuses(data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        walk = data.draw(st.sampled_from(STARTS))()
    else:
        walk = begun(parties=data.draw(PARTIES), category=data.draw(CATEGORIES))
    running: set[str | None] = {e.row for e in walk.effects if isinstance(e, Start) and e.row}
    for _ in range(data.draw(st.integers(1, 25))):
        lawful = DAY + timedelta(days=data.draw(st.integers(-5, 5)))
        walk.at(DAY + timedelta(days=data.draw(st.integers(0, 60))), clocks=[clock("confirm_by", lawful)])
        before = walk.state, walk.facts.model_copy(deep=True)
        if data.draw(st.integers(0, 6)) == 0:
            walk.happen(*data.draw(st.sampled_from(HAPPENINGS)), provisional=data.draw(st.booleans()))
        else:
            key, form, by, acting = data.draw(steps(walk.state))
            try:
                outcome = walk.attempt(key, form, by=by, party=acting)
            except FormError:
                outcome = None
            if outcome is None or isinstance(outcome, Refusal):
                assert (walk.state, walk.facts) == before
                continue
        _holds(walk, before[0], running)
        walk.offers(by=data.draw(st.sampled_from(ROLES)))
        assert all(block.kind for block in walk.procedure.panel(walk.facts, walk.ctx))


def _holds(walk: Walk, before: str, running: set[str | None]) -> None:
    """What is true after every step."""
    facts, states = walk.facts, Mediation.states
    assert walk.state in states
    assert not states[before].final or walk.state == before
    assert Mediation.facts.model_validate(facts.model_dump(mode="json")) == facts
    plain = [effect.model_dump(mode="json") for effect in walk.effects]
    assert [effect.model_dump(mode="json") for effect in load_effects(plain)] == plain
    for effect in walk.effects:
        if isinstance(effect, Start) and effect.row:
            assert effect.row not in running
            running.add(effect.row)
        elif isinstance(effect, Stop):
            running.remove(effect.row)
    open_ones = {p.key for p in facts.promises if p.open and p.due_on} if walk.state == "performing" else set()
    assert running == open_ones, "each open promise has its clock, and nothing else has one"
    consented = {c.party for c in facts.consents}
    everybody = {p.id for p in walk.ctx.case.parties}
    if walk.state not in {"applied", "consenting", "declined", "unfit"}:
        assert everybody <= consented, "nobody is mediated who has not said yes"
    if walk.state in {"performing", "performed", "broken"} and facts.form == "written":
        assert facts.stamped_on and facts.mediator_signed_on and facts.effective_on
        assert everybody <= {s.party for s in facts.signatures}
    if walk.state == "signing":
        assert facts.effective_on is None
    if states[walk.state].final and not states[before].final:
        assert any(isinstance(effect, Answer) for effect in walk.effects), "whoever asked hears how it ended"
