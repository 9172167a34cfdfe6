"""Whoever is complained about is kept away, with their subordinates and their unit."""

from onewindow.office.types import StaffId, UnitId
from onewindow.organisation.exclusion import exclusion
from tests.support.district import NOW, organisation, post_of


def test_a_handler_is_kept_away_with_their_unit_and_not_with_others() -> None:
    found = exclusion(organisation(), NOW, staff=[StaffId("handler")])
    assert found.staff == {"handler", "colleague", "head"}
    assert found.units == {"east-petition"}
    assert not found.to_district


def test_naming_the_post_is_naming_its_holder() -> None:
    people = organisation()
    assert exclusion(people, NOW, posts=[post_of("handler")]) == exclusion(people, NOW, staff=[StaffId("handler")])


def test_what_concerns_a_leader_goes_to_the_district_and_nobody_of_the_township_sees_it() -> None:
    for leader in ("director", "deputy", "mayor"):
        found = exclusion(organisation(), NOW, staff=[StaffId(leader)])
        assert found.to_district
        assert {"director", "deputy", "registrar", "designated", "informant", "mayor"} <= found.staff
        assert not found.staff & {"admin", "stranger", "west-director"}


def test_an_accusation_of_the_centre_goes_to_the_district() -> None:
    found = exclusion(organisation(), NOW, units=[UnitId("east-centre")])
    assert found.to_district
    assert "registrar" in found.staff


def test_a_claim_against_the_township_as_an_organ_is_answered_by_that_organ() -> None:
    assert not exclusion(organisation(), NOW, units=[UnitId("east")], accusation=False)


def test_a_unit_is_kept_away_with_what_lies_below_it() -> None:
    found = exclusion(organisation(), NOW, units=[UnitId("east-station")])
    assert found.units == {"east-station", "east-room"}
    assert found.staff == {"informant"}


def test_several_respondents_add_up() -> None:
    found = exclusion(organisation(), NOW, units=[UnitId("east-room")], staff=[StaffId("constable")])
    assert found.units == {"east-room", "east-police"}
    assert found.staff == {"informant", "constable", "chief", "superintendent"}


def test_an_unknown_respondent_excludes_nobody() -> None:
    assert not exclusion(organisation(), NOW, units=[UnitId("nowhere")], posts=["none"])
