"""复查、复核 (第三十五条、第三十六条) are made above: registered here, the file goes up, and an order is obeyed."""

import pytest

from onewindow.office import Ask, Issue
from onewindow.testing import clock, document, party
from onewindow_petition.claim import Claim
from tests.unit.petition.helpers import FILE, REQUEST, claim, opinion, replied, reviewing

ANONYMOUS = [party(anonymous=True)]


def test_art_35_a_claim_ends_by_itself_when_the_right_to_a_review_has_lapsed() -> None:
    walk = replied().serve("reply", "2026-03-03")
    assert walk.facts.reply_served_on.isoformat() == "2026-03-03"
    assert walk.happen("due", "review_right", provisional=True).state == "replied"
    assert walk.happen("due", "review_right").state == "ended"


def test_art_35_nobody_ends_a_claim_while_a_review_may_be_requested() -> None:
    walk = replied()
    assert walk.refusal("finish").remedy == "先登记送达"
    walk.at("2026-04-02", clocks=[clock("review_right", "2026-04-02")])
    assert "还没有届满" in walk.refusal("finish").reason
    walk.at("2026-04-03", clocks=[clock("review_right", "2026-04-02", provisional=True)])
    assert "还没有届满" in walk.refusal("finish").reason
    assert walk.at(clocks=[clock("review_right", "2026-04-02")]).do("finish").state == "ended"


def test_an_anonymous_claim_that_was_answered_can_be_ended() -> None:
    assert replied(parties=ANONYMOUS).do("finish").state == "ended"


def test_art_35_a_review_request_is_registered_and_the_file_goes_up() -> None:
    walk = reviewing().do("send_file", FILE)
    transfer, ask = walk.effects
    assert isinstance(transfer, Issue) and transfer.to == () and transfer.text["request_on"] == "2026-03-02"
    assert transfer.text["opinion"]["issued_on"] == "2026-03-02" and transfer.text["note"] is None
    assert isinstance(ask, Ask) and ask.superior and ask.purpose == "review"
    assert walk.state == "reviewing" and walk.facts.file_sent_on is not None


def test_art_35_a_late_request_is_registered_and_sent_up_too() -> None:
    walk = replied().at("2026-05-10", clocks=[clock("review_right", "2026-04-02")])
    walk.do("request_review", {"requested_on": "2026-05-10"}, party="applicant")
    assert (walk.state, walk.facts.review_late) == ("reviewing", True)
    assert walk.do("send_file", FILE).issued("review_transfer").text["note"]


def test_art_35_a_request_in_a_later_round_is_registered_from_the_documents_of_the_case() -> None:
    walk = claim(round=2, documents=[document("reply", number="复1号")]).do("request_review", REQUEST)
    assert walk.state == "reviewing"
    assert walk.do("send_file", FILE).issued("review_transfer").text["opinion"]["number"] == "复1号"


def test_art_35_there_is_no_review_without_a_reply_and_none_tomorrow() -> None:
    assert claim().refusal("request_review", REQUEST).rule.endswith("第三十五条")
    assert replied().refusal("request_review", {"requested_on": "2026-03-03"})
    assert reviewing().do("review_result", opinion("upheld")).refusal("request_recheck", {"requested_on": "2027-01-01"})


def test_the_file_is_prefilled_with_the_documents_of_the_case() -> None:
    values = reviewing().offers()["send_file"].values
    assert values["organ"] == "区人民政府"
    assert [paper["title"] for paper in values["papers"]] == ["acceptance_notice", "reply"]


@pytest.mark.parametrize("result", ["upheld", "changed", "declined"])
def test_art_36_after_the_review_the_person_may_ask_for_a_re_examination(result: str) -> None:
    walk = reviewing().do("review_result", opinion(result))
    assert walk.state == "reviewed" and not Claim.reviewed.final
    walk.do("request_recheck", REQUEST)
    assert walk.state == "rechecking"
    assert walk.do("recheck_result", opinion("upheld")).state == "ended"


def test_art_36_without_a_re_examination_the_claim_ends_when_that_right_has_lapsed() -> None:
    walk = reviewing().do("review_result", opinion("upheld"))
    assert walk.happen("due", "recheck_right", provisional=True).state == "reviewed"
    assert walk.happen("due", "recheck_right").state == "ended"


@pytest.mark.parametrize("instance", ["review", "recheck"])
def test_art_35_a_revoked_opinion_is_handled_again_with_sixty_days_and_an_extension_of_its_own(instance: str) -> None:
    walk = reviewing()
    if instance == "review":
        walk.do("review_result", opinion("revoked"))
    else:
        walk.do("review_result", opinion("upheld")).do("request_recheck", REQUEST)
        walk.do("recheck_result", opinion("revoked"))
    assert walk.state == "redoing" and walk.facts.replied_on is None
    walk.do("extend", {"days": 5, "reason": "需要重新丈量"}, by="organ_head")
    walk.do("submit").do("approve", {"legal_note": "合法"}, by="organ_head")
    assert walk.do("request_review", REQUEST).state == "reviewing"
