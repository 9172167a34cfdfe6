"""检举控告: sealed, by designated persons only, straight to the competent organ (第三十条), never to the accused."""

from typing import Any

import pytest

from onewindow.office import Answer, Ask, Issue, Phase, Seal, Stop, superior
from onewindow.testing import party
from onewindow_petition.accusation import Accusation
from onewindow_petition.ledger import WayOut
from tests.unit.petition.helpers import ASIDE, HAND_OVER, RECEIPT, accusation

ACCUSED = party("respondent", name="青石镇自然资源所", unit_id="unit-9")


def test_art_30_an_accusation_goes_straight_to_the_competent_organ_and_its_receipt_is_kept() -> None:
    walk = accusation(text="某人收钱").do("hand_over", HAND_OVER, by="designated")
    assert walk.state == "handing" and Accusation.handing.phase is Phase.REDIRECTED
    letter, notice = walk.effects
    assert isinstance(letter, Issue) and letter.document == "transfer_letter" and letter.to == ()
    assert letter.text["to"] == "区纪委监委"
    assert (
        isinstance(notice, Issue) and notice.text["article"] == "《信访工作条例》第三十条" and notice.text["accusation"]
    )
    assert "某人收钱" not in str(walk.effects)
    assert walk.do("receipt", RECEIPT, by="designated").state == "handing"
    assert walk.serve("redirect_notice").state == "handed"


def test_art_30_the_receipt_may_come_after_the_notice_was_served() -> None:
    walk = accusation().do("hand_over", HAND_OVER, by="designated").serve("redirect_notice")
    assert walk.state == "handing"
    assert walk.do("receipt", RECEIPT, by="designated").state == "handed"


@pytest.mark.parametrize("role", ["handler", "head", "organ_head", "director", "deputy", "registrar", "supervisor"])
@pytest.mark.parametrize("step", Accusation.actions.values(), ids=lambda step: step.key)
def test_art_30_nobody_but_a_designated_person_takes_any_step(role: str, step: Any) -> None:
    assert step.by in (("designated",), ("party",))
    walk = accusation()
    walk.state = step.move.sources[0].key
    forms: dict[str, Any] = {"hand_over": HAND_OVER, "receipt": RECEIPT}
    assert walk.refusal(step.key, forms.get(step.key, ASIDE), by=role).rule == "by"


def test_art_30_no_slip_proposal_or_signature_stands_between_receipt_and_hand_over() -> None:
    leading = [step for step in Accusation.actions.values() if step.move.targets]
    (first,) = [step for step in leading if Accusation.received in step.move.sources]
    assert first.move.targets == (Accusation.handing,)
    assert not any(isinstance(e, Answer) for e in accusation().do("hand_over", HAND_OVER, by="designated").effects)


def test_art_30_about_leaders_of_the_centre_or_township_it_goes_to_the_district_at_once() -> None:
    walk = accusation().do("hand_over", {**HAND_OVER, "leaders": True, "unit": "unit-1"}, by="designated")
    assert Ask(superior(), purpose="accusation") in walk.effects
    assert walk.facts.leaders and not walk.ctx.find(WayOut)


def test_art_30_a_unit_of_the_system_gets_it_as_an_assignment() -> None:
    walk = accusation().do("hand_over", {**HAND_OVER, "unit": "unit-1"}, by="designated")
    assert Ask(unit="unit-1", purpose="accusation") in walk.effects


@pytest.mark.parametrize("receiver", [{"organ": "青石镇自然资源所"}, {"unit": "unit-9"}, {"independent": False}])
def test_art_30_it_never_goes_to_whom_it_accuses(receiver: dict[str, Any]) -> None:
    walk = accusation(parties=[party(name="王一"), ACCUSED])
    assert walk.refusal("hand_over", {**HAND_OVER, **receiver}, by="designated").rule == "信访工作条例 第三十条"


def test_art_30_it_never_goes_nowhere() -> None:
    assert accusation().refusal("hand_over", {**HAND_OVER, "organ": ""}, by="designated").remedy


def test_a_matter_that_was_not_sealed_at_registration_is_sealed_before_anything_else() -> None:
    walk = accusation(sealed=False).do("hand_over", HAND_OVER, by="designated")
    assert isinstance(walk.effects[0], Seal)


def test_an_anonymous_accusation_is_handed_over_with_its_receipt_alone() -> None:
    walk = accusation(parties=[party(anonymous=True)]).do("hand_over", HAND_OVER, by="designated")
    assert Stop("notice_by") in walk.effects
    assert walk.do("receipt", RECEIPT, by="designated").state == "handed"


def test_what_an_organ_sends_back_is_handed_over_again_and_the_person_told_anew() -> None:
    walk = accusation().do("hand_over", HAND_OVER, by="designated").serve("redirect_notice")
    assert walk.offers(by="designated")["hand_over"].values["organ"] == "区纪委监委"
    walk.do("hand_over", {**HAND_OVER, "organ": "市纪委监委"}, by="designated")
    assert walk.issued("redirect_notice").text["to"]["name"] == "市纪委监委"
    assert walk.do("receipt", RECEIPT, by="designated").state == "handing"
