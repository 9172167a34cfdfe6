"""建议意见: studied and answered; 第二十三条's fifteen days hold for it, 第三十四条's sixty do not."""

import pytest

from onewindow.office import Answer, Return, Stop
from onewindow.testing import party
from onewindow_petition.suggestion import Suggestion
from tests.unit.petition.helpers import OBJECTION, RECEIPT, REDIRECT, suggestion
from tests.unit.petition.helpers import SUGGESTION_REPLY as REPLY

ANONYMOUS = [party(anonymous=True)]


def test_art_29_a_suggestion_is_studied_answered_and_done_when_the_answer_was_served() -> None:
    walk = suggestion(request="增设站点").do("take_up", {"phone": "0531-1"})
    assert walk.state == "studied"
    assert walk.issued("suggestion_notice").text["contact"] == {"name": "承办人", "phone": "0531-1"}
    walk.do("reply", REPLY, by="head")
    words = walk.issued("suggestion_reply").text
    assert (words["suggestion"], words["result"], walk.state) == ("增设站点", "partly", "replying")
    assert Answer("七月起设站") in walk.effects
    assert walk.serve("suggestion_reply").state == "replied"
    assert walk.path == ["take_up", "reply", "served:suggestion_reply"]


@pytest.mark.parametrize("result", ["adopted", "partly", "noted"])
def test_art_29_the_answer_says_whether_it_is_adopted(result: str) -> None:
    walk = suggestion().do("take_up", {"phone": "1"}).do("reply", {**REPLY, "result": result}, by="organ_head")
    assert walk.facts.result == result


def test_art_34_no_sixty_days_run_for_a_suggestion() -> None:
    assert set(Suggestion.clocks) == {"notice_by", "object_by"}


def test_art_23_nobody_is_told_of_an_anonymous_suggestion() -> None:
    walk = suggestion(parties=ANONYMOUS).do("take_up", {"phone": "1"})
    assert walk.effects == (Stop("notice_by"),)
    assert walk.do("reply", REPLY, by="head").state == "replied"


def test_art_23_a_suggestion_for_another_organ_is_sent_on_with_its_receipt() -> None:
    walk = suggestion().do("redirect", {**REDIRECT, "way": "other", "mode": "transfer"}, by="head")
    assert walk.do("receipt", RECEIPT).state == "redirecting"
    assert walk.serve("redirect_notice").state == "redirected"


def test_art_23_a_suggestion_may_be_told_where_to_go_only() -> None:
    walk = suggestion().do("redirect", {**REDIRECT, "way": "other"}, by="head")
    assert suggestion(records=walk.ctx.shelf).offers(by="head")["redirect"].values["organ"] == "区仲裁院"
    assert walk.serve("redirect_notice").state == "redirected"


def test_art_23_the_head_may_object_once_to_a_suggestion_too() -> None:
    walk = suggestion().do("objection", OBJECTION, by="head")
    assert walk.effects[0] == Return("不属于本机关职权", basis="职责清单第12项", suggest_unit=None)
    assert walk.refusal("objection", OBJECTION, by="head").rule.startswith("信访工作条例")
