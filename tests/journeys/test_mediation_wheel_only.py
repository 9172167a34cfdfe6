"""A centre that never saw mediation's wheel: journey, panel and papers pass from what came over the bus."""

from tests.journeys.marks import with_mediation_apart
from tests.journeys.mediating import in_force, invited, says
from tests.journeys.steps import words
from tests.journeys.test_wheel_only import imports
from tests.support.arrangements import Arranged, Township
from tests.support.clients import pdf, today


@with_mediation_apart
def test_the_wheel_is_in_the_departments_environment_alone(arranged: Arranged) -> None:
    assert imports(arranged, "centre", "onewindow") and not imports(arranged, "centre", "onewindow_mediation")
    assert imports(arranged, "office", "onewindow_mediation") and not imports(arranged, "office", "onewindow_petition")
    office = arranged.operator.ask("GET", "/offices/mediation").json()
    assert (office["remote"], office["answering"], office["quarantined"]) == (True, True, None)
    assert "stateDiagram" in arranged.operator.ask("GET", "/offices/mediation/diagram").text


@with_mediation_apart
def test_from_the_window_to_an_agreement_that_was_kept(township: Township) -> None:
    citizen, other = in_force(township)
    number = citizen.number
    panel = township.mediator.ask("GET", f"/cases/{number}/actions").json()["items"][0]
    assert panel["answering"] and (panel["state"], panel["state_title"]) == ("performing", "协议已生效")
    offered = {offer["key"]: offer for offer in panel["actions"]}
    choices = offered["kept"]["form"]["properties"]["promise"]["x-choices"]
    assert [choice["value"] for choice in choices] == ["1"] and "清淤" in choices[0]["label"]
    agreement = township.mediator.document(number, "agreement")
    text = words(township.mediator.read(agreement))
    assert "￥1,050.50" in text and "壹仟零伍拾元伍角整" in text and number.split("-")[0] in text
    mine = other.ask("GET", "/tracking").json()["documents"]
    assert {d["kind"] for d in mine} == {"admission", "invitation", "acceptance", "record", "agreement"}
    theirs = next(d["id"] for d in mine if d["kind"] == "agreement")
    assert words(pdf(other.ask("GET", f"/tracking/documents/{theirs}"))) == text
    township.mediator.take(number, "kept", promise="1", on=str(today()))
    township.mediator.take(number, "finish")
    citizen.reaches("ended")
    assert township.deputy.verified(number).ok


@with_mediation_apart
def test_and_to_a_refusal_that_ends_it(township: Township) -> None:
    citizen, other = invited(township)
    citizen.act("consent")
    says(other, "decline")
    citizen.reaches("ended")
    notice = words(citizen.papers()["termination_notice"])
    assert "不影响您的任何权利" in notice and "提起诉讼" in notice
