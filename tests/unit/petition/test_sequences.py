"""Whatever is done in whatever order: a proceeding stays in its declared states, and only ever refuses."""

from datetime import date, timedelta
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from onewindow.office import FormError, Procedure, Refusal
from onewindow.office.effects import load_effects
from onewindow.testing import Walk, clock, context, party
from onewindow_petition.office import office
from tests.unit.petition.helpers import accepted, claim, drafted, filled, replied, reviewing

DAY = date(2026, 3, 2)
ROLES = ("handler", "head", "organ_head", "designated", "other", "paper_entry", "registrar")
PARTIES = st.sampled_from(
    [
        (party(name="王一"),),
        (party(anonymous=True),),
        (party(name="王一"), party("respondent", name="某公司", unit_id="unit-9")),
        (),
    ]
)
CLOCKS = st.lists(
    st.builds(
        lambda key, offset, provisional, status: clock(
            key, DAY + timedelta(days=offset), provisional=provisional, status=status
        ),
        st.sampled_from(["object_by", "reply_by", "review_right", "recheck_right"]),
        st.integers(-90, 90),
        st.booleans(),
        st.sampled_from(["running", "stopped"]),
    ),
    max_size=4,
)


WORDS = ["", "某", "公布补偿标准", "补发青苗费", "applicant", "unit-9", "某公司"]


def _value(annotation: Any, choices: list[str] | None) -> st.SearchStrategy[Any]:
    if choices:
        return st.sampled_from(choices) | st.just("不在其中")
    args = [a for a in get_args(annotation) if a is not NoneType]
    if get_origin(annotation) in (Union, UnionType):
        return st.none() | _value(args[0], None)
    if get_origin(annotation) is list:
        return st.lists(_value(args[0], None), max_size=3)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _form(annotation)
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        return st.integers(-1, 40)
    if annotation is date:
        return st.dates(DAY - timedelta(days=40), DAY + timedelta(days=2)).map(str) | st.just("昨天")
    return st.sampled_from(["", "某", "公布补偿标准", "补发青苗费", "applicant", "unit-9", "某公司"]) | st.text(
        max_size=12
    )


def _form(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    fields = {}
    for name, info in model.model_fields.items():
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        listed: Any = extra.get("x-choices", ())
        fields[name] = _value(info.annotation, [choice["value"] for choice in listed])
    return st.fixed_dictionaries(fields)


@st.composite
def steps(draw: st.DrawFn, procedure: Procedure[Any], state: str) -> tuple[str, dict[str, Any], str, str | None]:
    """A step that the state knows (or, now and then, does not), with any form, by anybody."""
    known = [a for a in procedure.actions.values() if state in {s.key for s in a.move.sources}]
    declared = draw(st.sampled_from(known or list(procedure.actions.values())))
    if draw(st.integers(0, 9)) == 0:
        declared = draw(st.sampled_from(list(procedure.actions.values())))
    form: dict[str, Any] = draw(st.sampled_from(filled(declared.key)))
    if declared.form and draw(st.integers(0, 4)) == 0:
        form = draw(_form(declared.form))
    fitting = [by for by in declared.by if by != "party"] or ["paper_entry"]
    by = draw(st.sampled_from(fitting if draw(st.integers(0, 4)) else ROLES))
    acting = draw(st.sampled_from(["applicant", "respondent", None])) if "party" in declared.by else None
    return declared.key, form, by, acting


STARTS = (claim, accepted, drafted, replied, reviewing)
HAPPENINGS = [
    ("served", "reply"), ("served", "refusal_notice"), ("served", "redirect_notice"), ("served", "suggestion_reply"),
    ("due", "review_right"), ("due", "recheck_right"), ("near", "reply_by"), ("extended", "reply_by"),
    ("refused", "no-clock"), ("answered", "x"), ("answered", "mediation"), ("returned", "mediation"),
    ("recalled", "mediation"),
    ("refused", "office-disabled"), ("withdrawn", ""),
]  # fmt: skip


@pytest.mark.parametrize("procedure", office.procedures, ids=lambda p: p.key)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_sequence_of_steps_stays_in_the_declared_states_and_only_refuses(
    procedure: type[Procedure[Any]], data: st.DataObject
) -> None:
    track = procedure.tracks[0]
    parties = data.draw(PARTIES)
    walk = Walk(procedure(), context(track=track, parties=parties, sealed=track == "E"))
    if track == "C":
        walk = data.draw(st.sampled_from(STARTS))(parties=parties)
    for _ in range(data.draw(st.integers(1, 20))):
        walk.at(DAY + timedelta(days=data.draw(st.integers(0, 2))), clocks=data.draw(CLOCKS))
        before = walk.state, walk.facts.model_copy(deep=True)
        if data.draw(st.integers(0, 4)) == 0:
            walk.happen(*data.draw(st.sampled_from(HAPPENINGS)))
        else:
            key, form, by, acting = data.draw(steps(walk.procedure, walk.state))
            try:
                outcome = walk.attempt(key, form, by=by, party=acting)
            except FormError:
                outcome = None
            if outcome is None or isinstance(outcome, Refusal):
                assert (walk.state, walk.facts) == before
                continue
        assert walk.state in procedure.states
        assert procedure.facts.model_validate(walk.facts.model_dump(mode="json")) == walk.facts
        plain = [effect.model_dump(mode="json") for effect in walk.effects]
        assert [effect.model_dump(mode="json") for effect in load_effects(plain)] == plain
        if procedure.states[before[0]].final:
            assert walk.state == before[0]
        walk.offers(by=data.draw(st.sampled_from(ROLES)))
        assert all(block.kind for block in walk.procedure.panel(walk.facts, walk.ctx))
