"""简易办理 (2016, 可配置) and 回避 (第二十八条) as steps of a petition: who may, when, and what follows."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from onewindow.office import Note, Recuse, Stop
from onewindow.testing import Walk, clock
from onewindow_petition import simple
from onewindow_petition.claim import Claim
from onewindow_petition.office import office
from tests.unit.petition.helpers import ACCEPT, ASIDE, SIMPLE, accepted, accusation, claim, suggestion

RECEIVED = datetime(2026, 2, 27, 3, 0, tzinfo=UTC)


def chosen(**values: Any) -> Walk:
    """A claim in a district that has turned the simplified way on."""
    return claim(profiles=(simple.PROFILE,), received_at=RECEIVED, **values)


def test_simplified_handling_is_off_until_the_district_chooses_it() -> None:
    assert "没有启用" in claim().refusal("simplify", SIMPLE).reason
    walk = chosen().do("simplify", SIMPLE)
    assert walk.state == "received" and isinstance(walk.effects[0], Note)
    assert "已经适用" in walk.refusal("simplify", SIMPLE).reason


def test_its_days_run_from_receipt_and_from_acceptance() -> None:
    """Three working days from the day of receipt, ten from the day of acceptance."""
    walk = chosen().do("simplify", SIMPLE).do("accept", ACCEPT)
    assert walk.facts.simple_from == date(2026, 2, 27) and walk.facts.simple_accepted_on == date(2026, 3, 2)
    assert accepted().facts.simple_accepted_on is None
    found = {key: one for key, one in Claim.clocks.items() if one.profile}
    assert {key: (one.span.amount, one.span.unit) for key, one in found.items() if one.span} == {
        "simple_accept_by": (3, "working_days"),
        "simple_reply_by": (10, "working_days"),
    }
    assert {one.source for one in found.values()} == {"信访事项简易办理办法（试行）（2016），可配置"}


def test_it_can_go_back_to_the_ordinary_procedure_whose_days_never_stopped() -> None:
    assert (
        "没有适用" in accepted(profiles=(simple.PROFILE,)).refusal("ordinary", {"reason": "争议较大"}, by="head").reason
    )
    walk = chosen(clocks=[clock("simple_reply_by", "2026-03-16"), clock("reply_by", "2026-05-06")])
    walk.do("simplify", SIMPLE).do("accept", ACCEPT).do("ordinary", {"reason": "争议较大"}, by="head")
    assert [e for e in walk.effects if isinstance(e, Stop)] == [Stop("simple_reply_by")]
    assert walk.facts.simple_from is None


@pytest.mark.parametrize("walk", [accepted, suggestion, accusation], ids=["claim", "suggestion", "accusation"])
def test_art_28_whoever_handles_it_declares_an_interest(walk: Callable[[], Walk]) -> None:
    by = "designated" if walk is accusation else "handler"
    taken = walk().do("step_aside", ASIDE, by=by)
    assert taken.effects == (Recuse(ASIDE["reason"], ground="kin", declared=True),)
    assert "正在决定" in taken.refusal("step_aside", ASIDE, by=by).reason
    assert taken.happen("recused", granted=False).facts.recusal == "refused"
    assert taken.do("step_aside", ASIDE, by=by).happen("refused", of="recusal").facts.recusal == ""


def test_art_28_a_party_asks_and_only_about_somebody_who_handles_it() -> None:
    taken = accepted().do("ask_aside", ASIDE, party="applicant")
    assert taken.effects == (Recuse(ASIDE["reason"], ground="kin"),)
    assert "还没有确定" in claim(officer=None).refusal("ask_aside", ASIDE, party="applicant").reason


def test_the_reason_of_a_recusal_never_travels_on_the_bus() -> None:
    assert Recuse("当事人是我的亲属", ground="kin").public() == {"kind": "recuse", "ground": "kin", "declared": False}


def test_every_kind_of_petition_knows_recusal() -> None:
    assert all({"step_aside", "ask_aside"} <= set(one.actions) for one in office.procedures)
