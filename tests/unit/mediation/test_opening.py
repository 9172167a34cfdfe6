"""Application, consent and acceptance: voluntary for each party, free, and refused without a cost."""

from collections.abc import Callable

import pytest

from onewindow.office import Admit, Answer, Ask, Issue, Note
from onewindow.testing import Walk, party
from tests.unit.mediation.helpers import BOTH, INVITE, PAPER, accepted, agreed_to_talk, asked, begun, signing, talking


def test_art_17_the_other_side_is_told_only_when_the_applicant_wants_it() -> None:
    assert "不得通知对方" in begun().refusal("invite", {**INVITE, "willing": False}).reason
    walk = asked()
    assert [type(e) for e in walk.effects] == [Issue, Admit, Issue, Note]
    assert walk.issued("application").to == ("applicant",), "what the applicant wrote about themselves stays theirs"
    assert walk.issued("invitation").to == ("applicant", "respondent")


def test_art_23_rights_are_told_before_anything_else() -> None:
    assert "先告知" in begun().refusal("invite", {**INVITE, "told": False}).reason


@pytest.mark.parametrize("category", ["0104", "1305", "2001", "2002", "1303", "1304", "0703"])
def test_what_may_not_be_mediated_is_not_even_asked_about(category: str) -> None:
    walk = begun(category=category, sealed=category in ("0104", "1305", "2001", "2002"))
    assert walk.refusal("invite", INVITE).reason == "这类事项不得调解"
    walk.do("cannot", {"ground": "barred"}, by="designated")
    assert walk.state == "unfit" and walk.issued("termination_notice").text["ways"] == ["police", "court"]
    assert walk.issued("termination_notice").to == ("applicant",), "the other side hears nothing"


def test_there_is_nobody_to_mediate_with_who_was_not_named() -> None:
    assert "没有对方当事人" in begun(parties=BOTH[:1]).refusal("invite", INVITE).reason


def test_art_3_each_party_consents_alone_by_code_or_on_paper_and_nobody_for_another() -> None:
    walk = asked()
    assert walk.refusal("consent", {"party": "respondent", "signed_on": "2026-03-02"}).rule == "by"
    walk.do("consent", {"party": "respondent"}, party="applicant")
    assert [c.party for c in walk.facts.consents] == ["applicant"], (
        "with a code one speaks for oneself, whatever is sent"
    )
    assert "还有当事人" in walk.refusal("accept").reason
    assert "签名日期" in walk.refusal("consent", {"party": "respondent"}, by="paper_entry").reason
    tomorrow = {"party": "respondent", "signed_on": "2026-03-03"}
    assert walk.refusal("consent", tomorrow, by="paper_entry").reason == "日期不能晚于今天"
    assert "哪一方" in walk.refusal("consent", {"party": "witness", "signed_on": "2026-03-02"}, by="paper_entry").reason
    walk.do("consent", PAPER, by="paper_entry")
    assert [(c.party, c.way) for c in walk.facts.consents] == [("applicant", "code"), ("respondent", "paper")]
    assert walk.do("accept").state == "accepted"


def test_the_first_consent_is_told_to_nobody_and_the_last_to_everybody() -> None:
    walk = asked().do("consent", party="applicant")
    assert walk.effects == ()
    assert isinstance(walk.do("consent", party="respondent").effects[0], Note)


def test_saying_it_twice_counts_once() -> None:
    walk = asked().do("consent", party="applicant").do("consent", party="applicant")
    assert len(walk.facts.consents) == 1


def test_of_several_applicants_each_has_to_agree() -> None:
    three = (*BOTH, party("applicant", id="applicant-2", name="王三"))
    walk = asked(parties=three).do("consent", party="applicant").do("consent", party="respondent")
    assert "还有当事人" in walk.refusal("accept").reason
    assert walk.do("consent", party="applicant-2").do("accept").state == "accepted"


def test_art_17_one_refusal_ends_it_and_does_not_say_whose_it_was() -> None:
    by_one = asked().do("consent", party="applicant").do("decline", party="respondent")
    by_other = asked().do("decline", PAPER | {"party": "applicant"}, by="paper_entry")
    assert by_one.state == by_other.state == "declined"
    assert by_one.effects == by_other.effects
    answer = next(e for e in by_one.effects if isinstance(e, Answer))
    assert answer.result == "declined" and "respondent" not in str(by_one.effects[0].model_dump()["text"])


def test_a_refusal_touches_no_clock() -> None:
    assert [e.model_dump()["kind"] for e in asked().do("decline", party="respondent").effects] == [
        "issue", "answer", "note",
    ]  # fmt: skip


@pytest.mark.parametrize("walk", [accepted, talking, signing])
def test_art_23_any_party_ends_it_at_any_moment_without_a_reason(walk: Callable[[], Walk]) -> None:
    found = walk().do("stop", party="respondent")
    assert found.state == "failed" and found.issued("termination_notice").text["why"] == "stopped"


def test_art_25_what_may_turn_into_violence_is_reported_to_the_police() -> None:
    walk = agreed_to_talk().do("tell_police", {"what": "扬言动手", "told_on": "2026-03-02", "unit": "police-unit"})
    assert walk.effects == (Ask(unit="police-unit", purpose="public_security", note="扬言动手"),)
    assert walk.state == "consenting"


def test_asked_by_the_petition_office_it_says_so() -> None:
    walk = begun()
    assert walk.offers()["invite"].values["source"] == "application"
    view = walk.ctx.assignment.model_copy(update={"purpose": "mediation"})
    assert walk.at(assignment=view).offers()["invite"].values["source"] == "petition"
