"""Mediators and agreements: who may mediate, and from which moment an agreement is in force."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from onewindow.office import Answer, Ask, Entrust, Extend, Issue, Note, Start, Stop
from onewindow.testing import clock
from tests.unit.mediation.helpers import (
    AGREE,
    FOLLOW_UP,
    ORAL,
    PAPER,
    SESSION,
    accepted,
    begun,
    in_force,
    signing,
    talking,
    with_mediator,
)

PAPER_OF = {who: {"party": who, "signed_on": "2026-03-02"} for who in ("applicant", "respondent")}


# 调解员


def test_art_19_whom_all_parties_chose_is_appointed_and_handles_the_case() -> None:
    walk = accepted().do("choose", {"mediator": "staff-2"}, party="applicant")
    assert walk.do("appoint", {"mediator": "staff"}, by="head").facts.mediator == "staff", "one wish binds nobody"
    walk = accepted().do("choose", {"mediator": "staff-2"}, party="applicant")
    walk.do("choose", {**PAPER, "mediator": "staff-2"}, by="paper_entry")
    assert "共同选择" in walk.refusal("appoint", {"mediator": "staff"}, by="head").reason
    walk.do("appoint", {"mediator": "staff-2"}, by="head")
    assert walk.effects[0] == Entrust("staff-2") and walk.facts.mediator_name == "钱调解"


def test_only_who_is_on_the_roster_is_chosen_and_the_form_offers_exactly_them() -> None:
    walk = accepted()
    assert walk.refusal("choose", {"mediator": "somebody"}, party="applicant").remedy == "从名册中选择"
    assert "名册上没有" in walk.refusal("appoint", {"mediator": "somebody"}, by="head").reason
    assert walk.offers(by="head")["appoint"].options == {"mediator": {"staff": "赵调解 邻里", "staff-2": "钱调解"}}
    walk.do("leave", {"mediator": "staff-2"}, by="head")
    assert walk.offers(by="head")["appoint"].options == {"mediator": {"staff": "赵调解 邻里"}}
    walk.do("enrol", {"staff_id": "staff-2", "shown_name": "钱调解", "good_at": "婚姻"}, by="head")
    assert walk.offers(by="head")["appoint"].options["mediator"]["staff-2"] == "钱调解 婚姻"
    assert (
        "已经有"
        in walk.refusal("enrol", {"staff_id": "staff-2", "shown_name": "钱调解", "good_at": "婚姻"}, by="head").reason
    )


@pytest.mark.parametrize("step", ["object_to", "step_down"])
def test_a_mediator_who_stands_back_does_not_come_back(step: str) -> None:
    walk = talking()
    walk.do(step, party="respondent") if step == "object_to" else walk.do(step)
    assert walk.state == "accepted" and walk.facts.mediator is None
    assert "已经回避" in walk.refusal("appoint", {"mediator": "staff"}, by="head").reason
    assert walk.refusal("hold", SESSION).reason == "还没有确定调解员"
    walk.do("appoint", {"mediator": "staff-2"}, by="head")
    assert walk.refusal("hold", SESSION).reason == "只能由确定的调解员办理"


def test_art_20_others_are_invited_only_with_both_sides_consent() -> None:
    invited = {**SESSION, "invited": "村里的老会计"}
    assert "双方同意" in with_mediator().refusal("hold", invited).reason
    assert with_mediator().do("hold", {**invited, "invited_agreed": True}).state == "in_session"


def test_the_record_keeps_what_nobody_disputes_apart() -> None:
    record = talking().issued("record")
    assert record.text["undisputed"] == ["水沟于正月被填"] and record.text["disputed"] == ["由谁出钱恢复"]
    assert talking().do("hold", SESSION).issued("record").text["nth"] == 2


def test_the_period_is_extended_only_when_every_party_agrees() -> None:
    walk = talking()
    assert "还没有提议" in walk.refusal("agree_longer", party="applicant").reason
    walk.do("propose_longer", {"days": 15}).do("agree_longer", party="applicant")
    assert walk.effects == ()
    walk.do("agree_longer", PAPER, by="paper_entry")
    assert Extend("mediate_by", amount=15) in walk.effects
    assert "还没有提议" in walk.refusal("agree_longer", party="applicant").reason


# 书面协议: 第二十九条

SIGNS: dict[str, tuple[str, dict[str, Any], str]] = {
    "applicant": ("party_signs", {"party": "applicant", "how": "signature", "on": "2026-03-02"}, "handler"),
    "respondent": ("party_signs", {"party": "respondent", "how": "seal", "on": "2026-03-04"}, "handler"),
    "mediator": ("mediator_signs", {"on": "2026-03-03"}, "handler"),
    "committee": ("stamp", {"on": "2026-03-05"}, "head"),
}


@pytest.mark.parametrize("order", list(permutations(SIGNS)), ids="-".join)
def test_art_29_it_takes_effect_with_the_last_sign_in_whatever_order_and_not_before(order: tuple[str, ...]) -> None:
    walk = signing().at("2026-03-06")
    for who in order[:-1]:
        action, form, by = SIGNS[who]
        assert walk.do(action, form, by=by).state == "signing"
        assert walk.facts.effective_on is None and not any(isinstance(e, Answer) for e in walk.effects)
    action, form, by = SIGNS[order[-1]]
    assert walk.do(action, form, by=by).state == "performing"
    assert walk.facts.effective_on == date(2026, 3, 5), "the day of the last of them"
    assert next(e for e in walk.effects if isinstance(e, Answer)).result == "agreed"


def test_an_agreement_that_goes_back_loses_its_signatures() -> None:
    walk = signing().do("party_signs", SIGNS["applicant"][1]).do("redraft").do("agree_written", AGREE)
    assert walk.facts.signatures == []


def test_signature_law_art_3_personal_status_is_signed_on_paper_and_never_confirmed() -> None:
    walk = signing(category="0101")
    assert walk.facts.excluded == "identity"
    electronic = {"party": "applicant", "how": "electronic", "on": "2026-03-02"}
    assert "纸质" in walk.refusal("party_signs", electronic).reason
    for who in ("applicant", "respondent"):
        walk.do("party_signs", {"party": who, "how": "signature", "on": "2026-03-02"})
    walk.do("mediator_signs", {"on": "2026-03-02"}).do("stamp", {"on": "2026-03-02"}, by="head")
    assert walk.facts.confirmable_from is None
    assert "不能司法确认" in walk.refusal("ask_court", {"true": True}, party="applicant").reason
    assert signing().do("party_signs", electronic).state == "signing", "elsewhere a reliable one will do"


# 口头协议: 第二十八条、第三十条


def test_art_30_an_oral_agreement_takes_effect_when_it_was_reached_and_the_mediator_writes_it_down() -> None:
    walk = talking().at("2026-03-04").do("agree_orally", {**ORAL, "reached_on": "2026-03-03"})
    assert walk.state == "performing" and walk.facts.effective_on == walk.facts.confirmable_from == date(2026, 3, 3)
    assert [type(e) for e in walk.effects[:3]] == [Issue, Answer, Note]
    assert walk.effects[3:] == (
        Start("perform_by", row="1", until=date(2026, 3, 20)), Start("perform_by", row="2", until=date(2026, 4, 20)),
    )  # fmt: skip


def test_art_28_it_is_written_where_anybody_wants_it_written_or_status_is_concerned() -> None:
    assert "书面" in talking().refusal("agree_orally", {**ORAL, "none_wants_paper": False}).reason
    assert "纸质" in talking(category="0101").refusal("agree_orally", ORAL).reason


def test_an_amount_is_one_that_can_be_written() -> None:
    wrong = {**AGREE, "promises": [{"side": "respondent", "what": "支付", "amount": "0.005"}]}
    assert "两位小数" in talking().refusal("agree_written", wrong).reason
    assert signing().issued("agreement").text["promises"][1]["capitals"] == "壹仟零伍拾元伍角整"


# 履行、司法确认


def test_art_33_confirmation_is_asked_for_jointly_and_answered_once() -> None:
    walk = in_force().do("ask_court", {"true": True}, party="applicant")
    assert walk.effects == ()
    assert "共同申请" in walk.refusal("submitted", {"court": "区法院", "on": "2026-03-02"}).reason
    assert "先作出承诺" in walk.refusal("ask_court", party="respondent").reason
    walk.do("ask_court", {"true": True}, party="respondent")
    assert walk.issued("confirmation_application").text["terms"] == AGREE["terms"]
    assert "还没有提交" in walk.refusal("court_said", {"result": "valid", "number": "1", "on": "2026-03-02"}).reason
    walk.do("submitted", {"court": "区法院", "on": "2026-03-02"})
    assert "文号" in walk.refusal("court_said", {"result": "valid", "on": "2026-03-02"}).reason
    walk.do("court_said", {"result": "refused", "number": "1号", "on": "2026-03-02"})
    assert "已经登记" in walk.refusal("court_said", {"result": "valid", "number": "2号", "on": "2026-03-02"}).reason


@pytest.mark.parametrize("confirmed", [True, False])
def test_art_32_33_a_broken_promise_leads_to_enforcement_where_confirmed_and_to_a_suit_where_not(
    confirmed: bool,
) -> None:
    walk = in_force()
    if confirmed:
        for who in ("applicant", "respondent"):
            walk.do("ask_court", {"true": True}, party=who)
        walk.do("submitted", {"court": "区法院", "on": "2026-03-02"})
        assert (
            "司法确认还没有结果"
            in walk.do("kept", {"promise": "1", "on": "2026-03-02"})
            .at("2026-04-21")
            .do("not_kept", {"promise": "2", "what": "没有支付"})
            .refusal("finish")
            .reason
        )
        walk.do("court_said", {"result": "valid", "number": "1号", "on": "2026-03-20"})
        assert walk.do("finish").state == "broken"
        return
    walk.at("2026-04-21").do("not_kept", {"promise": "2", "what": "没有支付"})
    assert walk.issued("breach_notice").text["confirmed"] is False
    assert "没有结果" in walk.refusal("finish").reason
    walk.do("kept", {"promise": "1", "on": "2026-03-20"}).do("finish")
    assert walk.state == "broken" and walk.effects == (
        Answer("调解协议没有全部履行，已告知可以采取的途径", result="broken"),
    )


def test_another_day_that_the_parties_agree_on_moves_the_clock_of_that_promise_alone() -> None:
    walk = in_force().do("postpone", {"promise": "1", "on": "2026-03-27"})
    assert set(walk.effects[1:]) == {Stop("perform_by", row="1"), Start("perform_by", row="1", until=date(2026, 3, 27))}


def test_what_was_promised_and_kept_ends_it() -> None:
    walk = in_force()
    for key in "12":
        walk.do("kept", {"promise": key, "on": "2026-03-02"}, by="other")
    assert walk.do("finish").state == "performed"
    assert walk.effects == (Answer("调解协议已全部履行", result="performed"),)


def test_police_art_9_the_written_application_is_for_what_was_kept_in_a_case_of_public_order() -> None:
    assert "不涉及治安案件" in in_force().refusal("for_police").reason
    walk = in_force(category="1301")
    assert "还没有全部履行" in walk.refusal("for_police").reason
    for key in "12":
        walk.do("kept", {"promise": key, "on": "2026-03-02"})
    walk.do("for_police", {"unit": "police-unit"})
    assert walk.effects[1] == Ask(unit="police-unit", purpose="settlement")
    assert walk.issued("settlement_application").to == ("applicant", "respondent")


def test_who_handled_it_does_not_follow_it_up() -> None:
    assert in_force().refusal("follow_up", FOLLOW_UP).rule == "by"
    walk = in_force().do("follow_up", FOLLOW_UP, by="other")
    assert walk.issued("followup_record").to == () and walk.facts.visits[0].satisfied == "yes"


def test_the_reminder_goes_to_everybody_and_the_day_itself_to_the_office() -> None:
    near = in_force().happen("near", "perform_by", row="1")
    assert isinstance(near.effects[0], Note) and near.effects[0].readers == "everybody"
    over = in_force().happen("due", "perform_by", row="1")
    assert isinstance(over.effects[0], Note) and over.effects[0].readers == "office"


def test_the_panel_speaks_of_sides_and_days_and_never_in_ids() -> None:
    walk = accepted().do("choose", {"mediator": "staff-2"}, party="applicant")
    shown = str(walk.procedure.panel(walk.facts, walk.ctx))
    assert "赵调解" in shown and "申请人 王一" in shown and "钱调解" in shown
    assert "staff-2" not in shown and "mediate_by" not in shown
    walk = in_force().at("2026-03-12", clocks=[clock("confirm_by", "2026-04-01")])
    shown = str(walk.procedure.panel(walk.facts, walk.ctx))
    assert "('申请司法确认剩余天数', '20')" in shown and "1,050.50" in shown and "被申请人 李二" in shown
    walk.at("2026-04-02", clocks=[clock("confirm_by", "2026-04-01")])
    assert "期限已届满" in str(walk.procedure.panel(walk.facts, walk.ctx))
    assert begun().procedure.panel(begun().facts, begun().ctx) == []
