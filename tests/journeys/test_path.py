"""From the window over the bus to the office and back: each way that a matter goes, as its people go it."""

from typing import Any

import pytest

from tests.journeys.marks import on_both_diagonals, on_each_cross
from tests.journeys.steps import ACCEPT, MATTER, PLACE, REVIEW, accepted, draft_for, replied, words
from tests.support.arrangements import Township
from tests.support.clients import Problem, today


@on_both_diagonals
def test_a_citizen_follows_a_claim_from_the_window_to_the_reply(township: Township) -> None:
    citizen = township.bring(MATTER, request=ACCEPT["requests"][0])
    assert citizen.number.startswith(f"{township.code}-")
    assert not citizen.receipt.sealed
    assert [d.source for d in citizen.receipt.deadlines], "the receipt says by when"
    first = citizen.tracked()
    assert (first.phase, first.holder) == ("in_hand", township.town.name + "信访办")
    assert first.words.text == MATTER and "宁采微" not in first.party.name

    handler, mayor = township.handler, township.mayor
    assert [line.number for line in handler.queue(office="petition")] == [citizen.number]
    handler.sign(citizen.number)
    assert handler.offer(citizen.number, "accept").values["requests"] == ACCEPT["requests"]
    handler.take(citizen.number, "accept", **ACCEPT)
    handler.serve(citizen.number, "acceptance_notice")
    assert handler.clock(citizen.number, "notice_by").status == "stopped"
    assert handler.clock(citizen.number, "reply_by").status == "running"

    draft = draft_for(handler.offer(citizen.number, "draft"))
    handler.take(citizen.number, "draft", **draft)
    handler.take(citizen.number, "submit")
    with pytest.raises(Problem) as refused:
        handler.take(citizen.number, "approve", legal_note="自己签发")
    assert refused.value.status in (403, 409), "who drafts does not sign"
    mayor.take(citizen.number, "approve", legal_note="合法性审查通过")
    handler.serve(citizen.number, "reply")

    seen = citizen.reaches("answered")
    papers = citizen.papers()
    assert set(papers) == {"acceptance_notice", "reply"}
    assert "按标准补偿被占的地" in words(papers["reply"]) and REVIEW["organ"] in words(papers["reply"])
    assert {e.kind for e in seen.timeline} >= {"registered", "assigned", "signed", "issued", "served"}
    assert citizen.number in words(citizen.printed_receipt())
    handler.reaches(citizen.number, "replied")
    assert handler.clock(citizen.number, "review_right").status == "running"
    assert handler.verified(citizen.number).ok


@on_both_diagonals
def test_the_same_action_under_the_same_key_has_one_effect(township: Township) -> None:
    citizen = township.bring(MATTER)
    township.handler.sign(citizen.number)
    key = township.handler.take(citizen.number, "accept", **ACCEPT)
    township.handler.take(citizen.number, "accept", key=key, **ACCEPT)
    notices = [d for d in township.handler.case(citizen.number).documents if d.kind == "acceptance_notice"]
    assert len(notices) == 1
    with pytest.raises(Problem) as refused:
        township.handler.take(citizen.number, "accept", key=key, **{**ACCEPT, "phone": "0530-0000000"})
    assert refused.value.status in (409, 422)


@on_both_diagonals
def test_a_refusal_names_the_place_to_go(township: Township) -> None:
    citizen = township.bring(MATTER)
    township.handler.sign(citizen.number)
    refusal = {"ground": "not_ours", "reason": "属于自然资源主管部门的职权"}
    with pytest.raises(Problem) as nowhere:
        township.head.take(citizen.number, "refuse", **refusal)
    assert nowhere.value.remedy
    township.head.take(citizen.number, "refuse", **refusal, **PLACE)
    township.handler.serve(citizen.number, "refusal_notice")
    township.handler.reaches(citizen.number, "refused")
    seen = citizen.tracked()
    assert (seen.phase, seen.state) == ("ended", "closed")
    notice = words(citizen.papers()["refusal_notice"])
    assert PLACE["organ"] in notice and PLACE["address"] in notice


@on_both_diagonals
def test_a_matter_of_another_organ_goes_there_with_its_papers(township: Township) -> None:
    citizen = township.bring(MATTER)
    township.handler.sign(citizen.number)
    way: dict[str, Any] = {
        "way": "4",
        "mode": "transfer",
        "reason": "应由自然资源主管部门裁决",
        "papers": ["承包合同复印件"],
    }
    township.head.take(citizen.number, "redirect", **way, **PLACE)
    township.handler.serve(citizen.number, "redirect_notice")
    assert citizen.reaches("redirected").state == "open", "gone only with the other organ's receipt"
    township.handler.take(citizen.number, "receipt", receipt_no="自然资源收字第3号", received_on=str(today()))
    township.handler.reaches(citizen.number, "redirected")
    assert citizen.tracked().state == "closed"
    assert PLACE["organ"] in words(citizen.papers()["redirect_notice"])


@on_both_diagonals
def test_an_upheld_objection_brings_the_matter_back_to_the_window_and_on(township: Township) -> None:
    citizen = township.bring(MATTER)
    township.head.sign(citizen.number)
    why = {"reason": "属于农业农村部门的职责", "duty": "三定规定第五条第二项", "unit": township.town.units["farming"]}
    township.head.take(citizen.number, "objection", **why)
    (objection,) = township.deputy.window(township.code).objections
    assert objection.number == citizen.number and objection.suggest_unit == why["unit"]
    assert citizen.tracked().phase == "in_hand", "until it is ruled, the unit has it"
    with pytest.raises(Problem):
        township.head.ask("POST", f"/objections/{objection.id}/ruling", {"uphold": True, "reason": "同意退回"})
    township.deputy.ask("POST", f"/objections/{objection.id}/ruling", {"uphold": True, "reason": "同意退回"})
    assert [line.number for line in township.deputy.window(township.code).queue] == [citizen.number]
    handed = {"unit": why["unit"], "reason": "按职责交农业农村办"}
    township.deputy.ask("POST", f"/cases/{citizen.number}/assignments", handed)
    township.farmer.sign(citizen.number)
    township.farmer.take(citizen.number, "accept", **ACCEPT)
    assert citizen.tracked().holder == township.town.name + "农业农村办"
    rounds = [(a.round, a.state) for a in sorted(township.deputy.case(citizen.number).assignments, key=lambda a: a.id)]
    assert rounds == [(1, "returned"), (2, "received")]


@on_both_diagonals
def test_an_extension_counts_once_its_notice_was_served(township: Township) -> None:
    citizen = accepted(township)
    before = township.handler.clock(citizen.number, "reply_by")
    township.mayor.take(citizen.number, "extend", days=30, reason="需要委托测绘")
    assert township.handler.clock(citizen.number, "reply_by").early_on == before.early_on
    served = township.handler.serve(citizen.number, "extension_notice")
    assert served.extension == "effective"
    after = township.handler.clock(citizen.number, "reply_by")
    assert after.extended_days == 30 and (after.early_on - before.early_on).days == 30
    with pytest.raises(Problem, match="延期"):
        township.mayor.take(citizen.number, "extend", days=10, reason="再延长")


@on_both_diagonals
def test_a_citizen_asks_for_the_review_and_the_file_goes_up(township: Township) -> None:
    citizen = replied(township)
    township.handler.reaches(citizen.number, "replied")
    citizen.act("request_review", requested_on=str(today()), request="补偿面积算少了")
    citizen.reaches("in_hand")
    offer = township.handler.offer(citizen.number, "send_file")
    assert offer.values["organ"] == REVIEW["organ"] and offer.values["papers"]
    township.handler.take(citizen.number, "send_file", **offer.values)
    above = [a for a in township.deputy.case(citizen.number).assignments if a.purpose == "review"]
    assert len(above) == 1 and above[0].unit not in township.town.units.values()
    letter = township.handler.read(township.handler.document(citizen.number, "review_transfer"))
    assert REVIEW["organ"] in words(letter)
    assert "review_transfer" not in citizen.papers(), "what goes up is between organs"


@on_both_diagonals
def test_a_suggestion_is_studied_and_answered(township: Township) -> None:
    citizen = township.bring("建议在小学门口划斑马线。", track="D", category="1802", request="划斑马线")
    township.handler.sign(citizen.number)
    township.handler.take(citizen.number, "take_up", phone="0530-1234567")
    township.handler.serve(citizen.number, "suggestion_notice")
    study = {"result": "adopted", "study": "已会同交警现场查看", "opinion": "采纳,本月内施划"}
    township.head.take(citizen.number, "reply", **study)
    township.handler.serve(citizen.number, "suggestion_reply")
    township.handler.reaches(citizen.number, "replied")
    assert citizen.reaches("answered").state == "closed"
    assert "施划" in words(citizen.papers()["suggestion_reply"])


@on_both_diagonals
def test_an_accusation_is_there_for_the_designated_person_alone(township: Township) -> None:
    plain = township.bring(MATTER)
    citizen = township.bring("村会计虚报补贴。", track="E", category="1803")
    assert citizen.receipt.sealed
    assert "-M" in citizen.number, "a series of its own"
    blind = (township.handler, township.head, township.mayor, township.director, township.deputy, township.registrar)
    assert [person.login for person in blind if person.sees(citizen.number)] == []
    assert [line.number for line in township.handler.queue()] == [plain.number]
    designated = township.designated
    designated.sign(citizen.number)
    designated.take(citizen.number, "hand_over", **PLACE, independent=True, papers=["反映材料"])
    designated.serve(citizen.number, "redirect_notice")
    designated.take(citizen.number, "receipt", receipt_no="纪收字第1号", received_on=str(today()))
    designated.reaches(citizen.number, "handed")
    assert citizen.reaches("redirected").state == "closed"
    assert [person.login for person in blind if person.sees(citizen.number)] == []


@on_both_diagonals
def test_an_accusation_of_a_leader_goes_to_the_district(township: Township) -> None:
    township.enable(township.centre.district)
    citizen = township.bring("镇长的亲属承包了全部工程。", track="E", category="1803", about_leader=True)
    assert citizen.number.startswith(f"{township.centre.district}-M")
    assert not township.designated.sees(citizen.number)
    assert not township.director.sees(citizen.number)
    township.ddesignated.sign(citizen.number)
    township.ddesignated.take(citizen.number, "hand_over", **PLACE, independent=True)
    assert citizen.reaches("redirected").holder == "示范区信访局"


@on_each_cross
def test_the_office_may_run_with_either_store_wherever_it_runs(township: Township) -> None:
    citizen = replied(township)
    assert citizen.reaches("answered").state == "open"
    assert set(citizen.papers()) == {"acceptance_notice", "reply"}
    assert township.handler.verified(citizen.number).ok
