"""A centre that never saw petition's wheel: its manifest and bundle came over the bus, and all works from them.

The browser's journey on the same arrangement is in test_browser.py.
"""

import subprocess

import pytest

from tests.journeys.marks import on_the_second
from tests.journeys.steps import ACCEPT, MATTER, PLACE, replied, words
from tests.support.arrangements import Arranged, Township
from tests.support.clients import Problem


def imports(arranged: Arranged, who: str, module: str) -> bool:
    """Whether the environment of the centre, or of the office, has this module."""
    assert arranged.office is not None
    environment = arranged.centre.environment if who == "centre" else arranged.office.environment
    done = subprocess.run([environment.python, "-c", f"import {module}"], capture_output=True, cwd=environment.folder)
    return done.returncode == 0


@on_the_second
def test_the_wheels_are_where_they_should_be_and_nowhere_else(arranged: Arranged) -> None:
    assert imports(arranged, "centre", "onewindow") and not imports(arranged, "centre", "onewindow_petition")
    assert imports(arranged, "office", "onewindow_petition") and not imports(arranged, "office", "onewindow_assets")


@on_the_second
def test_the_manifest_came_over_the_bus(arranged: Arranged) -> None:
    office = arranged.operator.ask("GET", "/offices/petition").json()
    assert (office["remote"], office["answering"], office["quarantined"]) == (True, True, None)
    assert {"C", "D", "E"} <= set(office["handles"])
    diagram = arranged.operator.ask("GET", "/offices/petition/diagram").text
    assert "stateDiagram" in diagram and "accepted" in diagram


@on_the_second
def test_the_journey_passes_with_its_panel_and_its_papers(township: Township) -> None:
    citizen = replied(township)
    panel = township.handler.ask("GET", f"/cases/{citizen.number}/actions").json()["items"][0]
    assert panel["answering"] and panel["state"] == "replied" and panel["state_title"] == "已答复"
    assert {offer["key"] for offer in panel["actions"]} >= {"request_review", "finish"}
    assert all(offer["form"]["properties"] for offer in panel["actions"] if offer["key"] == "request_review")
    papers = citizen.papers()
    assert set(papers) == {"acceptance_notice", "reply"}
    assert citizen.number in words(papers["acceptance_notice"]), "drawn from the bundle that came over the bus"


@on_the_second
def test_an_office_that_said_hello_is_dead_where_nobody_enabled_it(arranged: Arranged) -> None:
    township = arranged.township(enabled=False)
    citizen = township.bring(MATTER)
    assert [line.number for line in township.deputy.window(township.code).queue] == [citizen.number]
    assert township.handler.queue(office="petition", township=township.code) == []
    assert township.code not in arranged.operator.ask("GET", "/offices/petition").json()["townships"]
    handed = {"unit": township.town.units["petition"], "reason": "由信访办办理"}
    township.deputy.ask("POST", f"/cases/{citizen.number}/assignments", handed)
    assert township.deputy.assignment(citizen.number).office is None, "its unit works on paper"
    township.enable()
    second = township.bring(MATTER)
    township.handler.sign(second.number)
    township.handler.take(second.number, "accept", **ACCEPT)
    township.disable()
    with pytest.raises(Problem) as refused:
        township.head.take(second.number, "redirect", way="4", reason="应由主管部门裁决", **PLACE)
    assert refused.value.rule == "office-disabled"
    assert township.handler.case(second.number).assignments[0].proceeding_title == "已受理"
