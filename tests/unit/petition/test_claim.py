"""申诉求决: every action, guard and refusal of a claim, with its article of 信访工作条例."""

import pytest

from onewindow.office import Answer, Ask, Extend, FormError, Issue, Note, Pause, Phase, Refusal, Return, Stop
from onewindow.testing import clock, party
from onewindow_petition.claim import Claim
from onewindow_petition.claim_forms import GROUNDS
from onewindow_petition.ledger import WayOut
from tests.unit.petition.helpers import (
    ACCEPT,
    APPLICANT,
    DRAFT,
    MEDIATE,
    OBJECTION,
    PLACE,
    POINT,
    RECEIPT,
    REDIRECT,
    accepted,
    claim,
    drafted,
    replied,
)

ANONYMOUS = [party(anonymous=True)]
BOTH = [APPLICANT, party("respondent", name="某公司")]


# 第二十三条、第三十一条: accepting


def test_art_23_acceptance_is_told_in_writing_with_each_request() -> None:
    walk = accepted(records=[WayOut(topic="legal_aid", organ="司法所", phone="1")])
    words = walk.issued("acceptance_notice").text
    assert walk.state == "accepted"
    assert words["requests"] == ["公布补偿标准", "补发青苗费"]
    assert words["handler"] == {"unit": "信访办", "name": "承办人", "phone": "0531-1"}
    assert words["aid"]["name"] == "司法所"


def test_art_31_nothing_is_accepted_before_the_other_lawful_ways_were_checked() -> None:
    refusal = claim().refusal("accept", {**ACCEPT, "no_other_way": False})
    assert "第三十一条" in refusal.rule and refusal.remedy


def test_art_32_a_claim_without_a_request_is_not_accepted() -> None:
    assert claim().refusal("accept", {**ACCEPT, "requests": [" "]}).reason == "没有写明诉求"


def test_art_23_nobody_is_served_where_the_applicant_stays_anonymous_and_the_notice_clock_stops() -> None:
    effects = accepted(parties=ANONYMOUS).effects
    assert effects == (Stop("notice_by"),)


def test_art_19_a_matter_that_is_open_higher_up_is_accepted_all_the_same_and_the_person_told() -> None:
    walk = claim().do("accept", {**ACCEPT, "also_open_at": "市信访局"})
    assert walk.state == "accepted"
    assert Note("市信访局也在办理此事项，本机关照常受理", readers="parties") in walk.effects


def test_art_19_being_open_higher_up_is_no_ground_for_refusal() -> None:
    assert set(GROUNDS) == {"rechecked", "not_ours"}
    for ground in ("open_higher_up", "duplicate", "upper", ""):
        with pytest.raises(FormError):
            claim().attempt("refuse", {**PLACE, "ground": ground, "reason": "上级机关正在办理"}, by="head")


def test_the_form_is_prefilled_with_what_the_person_asked() -> None:
    assert claim(request="公布补偿标准").offers()["accept"].values == {"requests": ["公布补偿标准"]}


# 第二十三条、第三十六条: refusing


def test_art_23_a_refusal_says_where_to_go_and_ends_when_it_was_served() -> None:
    walk = claim().do("refuse", {**PLACE, "ground": "not_ours", "reason": "属于仲裁院职权"}, by="head")
    assert walk.state == "refusing" and not Claim.refusing.final
    assert walk.issued("refusal_notice").text["goes_to"][0]["name"] == "区仲裁院"
    assert walk.issued("refusal_notice").text["article"] == "《信访工作条例》第二十三条"
    assert walk.serve("refusal_notice").state == "refused"
    assert walk.facts.told_on.isoformat() == "2026-03-02"


@pytest.mark.parametrize("place", [{}, {"organ": "区仲裁院"}, {"address": "政务路6号"}])
def test_art_23_a_refusal_without_a_door_to_go_to_is_refused(place: dict[str, str]) -> None:
    refusal = claim().refusal("refuse", {**place, "ground": "not_ours", "reason": "不属于本机关"}, by="head")
    assert "第二十三条" in refusal.rule


def test_art_36_a_refusal_after_the_re_examination_names_its_opinion() -> None:
    form = {"ground": "rechecked", "reason": "同一事实和理由"}
    assert "第三十六条" in claim().refusal("refuse", form, by="head").rule
    walk = claim().do("refuse", {**form, "recheck_number": "复核1号"}, by="head")
    assert walk.issued("refusal_notice").text["article"] == "《信访工作条例》第三十六条第三款"


def test_art_23_an_anonymous_matter_is_refused_without_a_notice() -> None:
    form = {"ground": "rechecked", "reason": "同一事实和理由", "recheck_number": "复核1号"}
    walk = claim(parties=ANONYMOUS).do("refuse", form, by="head")
    assert (walk.state, walk.effects) == ("refused", (Stop("notice_by"),))


def test_the_place_of_a_refusal_is_remembered_once_and_prefilled_the_next_time() -> None:
    form = {**PLACE, "ground": "not_ours", "reason": "属于仲裁院职权"}
    walk = claim().do("refuse", form, by="head")
    again = claim(records=walk.ctx.shelf)
    assert again.offers(by="head")["refuse"].values == PLACE
    assert again.offers(by="head")["redirect"].values == PLACE
    again.do("refuse", form, by="head")
    assert len(again.ctx.find(WayOut, topic="1801")) == 1


# 第三十一条: the other lawful ways


def test_art_31_the_person_is_told_the_lawful_way_and_its_door() -> None:
    walk = claim().do("redirect", REDIRECT, by="head")
    words = walk.issued("redirect_notice").text
    assert walk.state == "redirecting" and Claim.redirecting.phase is Phase.REDIRECTED
    assert (words["way"], words["mode"], words["to"]["address"]) == (2, "inform", "政务路6号")
    assert walk.serve("redirect_notice", "2026-03-04").state == "redirected"


@pytest.mark.parametrize("first", ["receipt", "service"])
def test_art_31_a_transfer_ends_with_the_receipt_of_the_other_organ_and_the_service(first: str) -> None:
    walk = claim(request="查处").do("redirect", {**REDIRECT, "mode": "transfer", "way": "other"}, by="head")
    letter = walk.issued("transfer_letter")
    assert letter.to == () and letter.text["matter"] == "查处" and "way" not in walk.issued("redirect_notice").text
    walk = walk.do("receipt", RECEIPT) if first == "receipt" else walk.serve("redirect_notice")
    assert walk.state == "redirecting"
    walk = walk.serve("redirect_notice") if first == "receipt" else walk.do("receipt", RECEIPT)
    assert walk.state == "redirected"


def test_art_31_a_way_out_without_a_door_is_refused() -> None:
    assert claim().refusal("redirect", {**REDIRECT, "address": "", "phone": ""}, by="head").remedy


def test_art_31_an_anonymous_person_cannot_be_told_so_the_matter_ends_there() -> None:
    assert claim(parties=ANONYMOUS).do("redirect", REDIRECT, by="head").state == "redirected"


# 第二十三条第三款: the objection


def test_art_23_an_objection_quotes_the_duty_list_and_stays_in_hand_until_it_is_ruled() -> None:
    walk = claim().do("objection", OBJECTION, by="head")
    assert walk.state == "received"
    assert walk.effects == (Return("不属于本机关职权", basis="职责清单第12项", suggest_unit=None), Stop("object_by"))


def test_art_23_only_the_head_objects_and_only_once() -> None:
    assert claim().refusal("objection", OBJECTION).rule == "by"
    walk = claim().do("objection", OBJECTION, by="head")
    assert "第二十三条" in walk.refusal("objection", OBJECTION, by="head").rule
    assert walk.do("accept", ACCEPT).state == "accepted"


@pytest.mark.parametrize(("today", "late"), [("2026-03-09", False), ("2026-03-10", True)])
def test_art_23_an_objection_comes_within_five_working_days(today: str, late: bool) -> None:
    walk = claim(now=today, clocks=[clock("object_by", "2026-03-09")])
    offer = walk.offers(by="head")["objection"]
    assert (offer.refusal is not None) == late


def test_art_23_an_objection_whose_last_day_is_not_known_yet_is_in_time() -> None:
    walk = claim(now="2027-03-01", clocks=[clock("object_by", None, early_on="2027-01-01", pending_calendar=True)])
    assert walk.offers(by="head")["objection"].refusal is None


# 第三十四条: the sixty days


def test_art_34_a_suspension_stops_no_clock() -> None:
    assert all(not declared.pauses for declared in Claim.clocks.values())
    walk = accepted().do("suspend", {"cause": "appraisal"}, by="head")
    assert walk.state == "suspended"
    assert not any(isinstance(effect, Pause) for effect in walk.effects)
    assert walk.effects == (Note("中止办理：等待鉴定。法定办理期限照常计算", readers="parties"),)
    assert walk.do("resume").state == "handling"


def test_art_34_an_extension_issues_its_notice_before_it_asks_and_names_the_new_day() -> None:
    walk = accepted(clocks=[clock("reply_by", "2026-05-01")])
    walk.do("extend", {"days": 30, "reason": "案情复杂,需要复测"}, by="organ_head")
    notice, extend = walk.effects
    assert isinstance(notice, Issue) and notice.text["new_due_on"] == "2026-05-31"
    assert extend == Extend("reply_by", amount=30, notice="extension_notice")
    assert walk.facts.extension == "asked"


def test_art_34_only_the_head_of_the_organ_extends() -> None:
    for role in ("handler", "head", "director"):
        assert accepted().refusal("extend", {"days": 10, "reason": "案情复杂"}, by=role).rule == "by"


@pytest.mark.parametrize("days", [0, 31])
def test_art_34_an_extension_is_at_most_thirty_days(days: int) -> None:
    with pytest.raises(FormError):
        accepted().attempt("extend", {"days": days, "reason": "案情复杂,需要复测"}, by="organ_head")


@pytest.mark.parametrize("effective", [True, False])
def test_art_34_a_claim_is_extended_once_whether_it_took_effect_or_not(effective: bool) -> None:
    walk = accepted().do("extend", {"days": 10, "reason": "案情复杂"}, by="organ_head")
    walk.happen("extended", "reply_by", effective=effective)
    assert walk.facts.extension == ("effective" if effective else "void")
    assert "第三十四条" in walk.refusal("extend", {"days": 10, "reason": "案情复杂"}, by="organ_head").rule


def test_art_34_nothing_is_extended_after_its_last_day() -> None:
    walk = accepted().at("2026-05-02", clocks=[clock("reply_by", "2026-05-01")])
    assert "届满" in walk.refusal("extend", {"days": 10, "reason": "案情复杂"}, by="organ_head").reason
    walk.at("2026-05-01").do("extend", {"days": 10, "reason": "案情复杂"}, by="organ_head")


# 第三十三条: by consent only


def test_art_33_mediation_is_asked_for_and_stops_nothing() -> None:
    walk = accepted(parties=BOTH).do("mediate", MEDIATE)
    assert walk.state == "accepted"
    assert Ask("mediation", purpose="mediation", note="双方愿意调解") in walk.effects
    assert not any(isinstance(effect, Stop | Pause) for effect in walk.effects)
    assert (walk.facts.mediation, walk.facts.respondent_wish) == ("asked", "yes")
    assert "还没有结束" in walk.refusal("mediate", MEDIATE).reason


def test_art_33_nobody_is_handed_over_who_does_not_want_it_and_no_accused_hears_of_a_sealed_matter() -> None:
    assert "没有同意" in accepted(parties=BOTH).refusal("mediate", {**MEDIATE, "applicant": False}).reason
    assert "没有对方当事人" in accepted().refusal("mediate", MEDIATE).reason
    assert accepted(parties=BOTH, sealed=True).refusal("mediate", MEDIATE).reason == "这类事项不得调解"
    assert accepted(parties=BOTH, category="1305").refusal("mediate", MEDIATE).reason == "这类事项不得调解"


@pytest.mark.parametrize(
    ("result", "known"),
    [("agreed", "agreed"), ("declined", "declined"), ("timeout", "timeout"), ("", "failed"), ("news", "failed")],
)
def test_what_the_mediators_answer_is_known_and_the_claim_goes_on(result: str, known: str) -> None:
    walk = accepted(parties=BOTH).do("mediate", MEDIATE).happen("answered", "mediation", result=result)
    assert (walk.facts.mediation, walk.state) == (known, "accepted")
    again = walk.attempt("mediate", MEDIATE)
    assert isinstance(again, Refusal) == (known == "agreed"), "after a failure it may be tried again"


@pytest.mark.parametrize("event", ["returned", "recalled"])
def test_a_request_that_nobody_took_may_be_made_again(event: str) -> None:
    walk = accepted(parties=BOTH).do("mediate", MEDIATE).happen(event, "mediation")
    assert walk.facts.mediation == "returned"
    assert walk.do("mediate", MEDIATE).facts.mediation == "asked"
    assert walk.happen("refused", "office-disabled").facts.mediation == "returned"


def test_art_33_a_settlement_stands_only_when_each_party_has_agreed_alone() -> None:
    walk = accepted(parties=BOTH)
    assert walk.refusal("agree", party="applicant").reason == "还没有和解方案"
    walk.do("propose_settlement", {"terms": "补发六百三十元"})
    assert walk.refusal("agree", {"party": "applicant"}).rule == "by"
    assert walk.do("agree", party="applicant").facts.settled_on is None
    assert walk.do("agree", {"party": "respondent"}, by="paper_entry").facts.settled_on is not None
    assert walk.state == "accepted"


def test_art_33_nobody_agrees_for_a_party_that_does_not_exist() -> None:
    walk = accepted(parties=BOTH).do("propose_settlement", {"terms": "补发六百三十元"})
    assert walk.refusal("agree", {"party": "stranger"}, by="paper_entry").rule.endswith("第三十三条")
    assert walk.refusal("agree", {}, by="paper_entry")


def test_art_33_declining_costs_nothing() -> None:
    walk = accepted(parties=BOTH).do("propose_settlement", {"terms": "补发六百三十元"})
    walk.do("agree", party="applicant").do("decline", party="respondent")
    assert (walk.state, walk.facts.settlement, walk.facts.agreed, walk.effects) == ("accepted", "", [], ())


def test_art_33_there_is_nobody_to_settle_with_in_a_claim_of_one() -> None:
    assert accepted().refusal("propose_settlement", {"terms": "补发六百三十元"}).remedy


# 第三十二条: the reply


@pytest.mark.parametrize("action", ["draft", "submit", "approve"])
def test_art_32_there_is_no_reply_before_acceptance(action: str) -> None:
    form = {"draft": DRAFT, "approve": {"legal_note": "合法"}}.get(action, {})
    assert claim().refusal(action, form, by="organ_head" if action == "approve" else "handler").rule == "state"


def test_art_32_the_reply_answers_each_request_with_opinion_reason_and_law() -> None:
    walk = replied()
    words = walk.issued("reply").text
    assert walk.state == "replied" and Claim.replied.phase is Phase.ANSWERED and not Claim.replied.final
    assert [o["result"] for o in words["opinions"]] == ["support", "deny"]
    assert words["bases"] == [{"title": "《土地管理法》", "article": "第四十八条"}]
    assert words["review"]["organ"] == "区人民政府" and words["accepted_on"] == "2026-03-02"
    assert walk.effects[1] == Answer("支持:应当公布\n不支持:应当公布")
    assert walk.facts.legal_note == "合法"


def test_art_32_a_reply_that_was_not_drafted_is_not_submitted() -> None:
    assert accepted().refusal("submit").remedy == "先拟写答复"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"opinion": ""}, "有诉求没有答复"),
        ({"reason": ""}, "有诉求没有答复"),
        ({"law": ""}, "有答复没有引用依据"),
        ({"article": ""}, "有答复没有引用依据"),
    ],
)
def test_art_32_a_reply_that_leaves_a_point_open_is_refused(change: dict[str, str], reason: str) -> None:
    points = [{"request": "公布补偿标准", **POINT}, {"request": "补发青苗费", **POINT, **change}]
    walk = accepted().do("draft", {**DRAFT, "points": points})
    offer = walk.offers()["submit"]
    assert offer.refusal is not None and offer.refusal.reason == reason
    walk.state = "drafted"  # even if it came that far, nobody can sign it
    assert walk.refusal("approve", {"legal_note": "合法"}, by="organ_head").reason == reason


def test_art_32_an_accepted_request_cannot_be_dropped_from_the_reply() -> None:
    assert "第三十二条" in accepted().refusal("draft", {**DRAFT, "points": DRAFT["points"][:1]}).rule


def test_art_35_a_reply_names_the_organ_that_reviews() -> None:
    walk = accepted().do("draft", {**DRAFT, "review_place": {}})
    assert walk.refusal("submit").rule.endswith("第三十五条")


def test_the_draft_is_prefilled_and_the_reviewing_organ_comes_from_the_ledger() -> None:
    known = replied().ctx.shelf
    values = accepted(records=known).offers()["draft"].values
    assert [p["request"] for p in values["points"]] == ["公布补偿标准", "补发青苗费"]
    assert values["review_place"]["organ"] == "区人民政府"


def test_a_reply_is_signed_by_the_head_of_the_organ_with_the_legal_review_or_sent_back() -> None:
    assert drafted().refusal("approve", {"legal_note": "合法"}).rule == "by"
    with pytest.raises(FormError):
        drafted().attempt("approve", {"legal_note": ""}, by="organ_head")
    walk = drafted().do("send_back", {"reason": "第二项说理不够"}, by="organ_head")
    assert walk.state == "handling" and walk.do("submit").state == "drafted"
