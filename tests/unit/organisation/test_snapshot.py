"""What the snapshot says somebody holds at a moment."""

from datetime import date, timedelta

from onewindow.office.types import OfficeId, StaffId, TownshipCode, UnitId
from onewindow.organisation.rows import Unit, UnitKind
from onewindow.organisation.snapshot import Organisation
from tests.support.district import DISTRICT, EAST, NOW, START, WEST, absence, delegation, organisation, post_of, rows


def test_the_duty_list_of_the_district_holds_where_the_township_has_none() -> None:
    people = organisation()
    assert [duty.unit for duty in people.duties(EAST, "1801")] == ["east-petition"]
    assert people.duties(EAST, "0101") == ()
    assert people.duties(TownshipCode("000000"), "1801") == ()


def test_an_office_is_found_in_its_township() -> None:
    people = organisation()
    unit = people.office_unit(EAST, OfficeId("petition"), NOW)
    assert unit is not None and unit.id == "east-petition"
    assert people.office_unit(EAST, OfficeId("court"), NOW) is None
    assert people.office_unit(WEST, OfficeId("mediation"), NOW) is None


def test_the_tree_is_walked_both_ways() -> None:
    people = organisation()
    assert [unit.id for unit in people.ancestry(UnitId("east-room"))] == [
        "east-room",
        "east-station",
        "east-centre",
        "east",
    ]
    assert people.subtree(UnitId("east-station")) == {"east-station", "east-room"}
    assert people.subtree(UnitId("nowhere")) == frozenset()


def test_the_district_is_a_tenant_of_its_own() -> None:
    people = organisation()
    district = people.district()
    assert district is not None and district.code == DISTRICT
    assert people.by_token("dong") == people.townships[EAST]
    assert people.live(EAST) and not people.live(WEST) and not people.live(TownshipCode("000000"))


def test_a_substitute_holds_the_posts_of_whoever_is_away_marked_as_such() -> None:
    people = organisation(absences=(absence("director", "spare", NOW, NOW + timedelta(hours=1)),))
    (view,) = people.views_of(StaffId("spare"), NOW)
    assert (view.role, view.stands_for, view.powers) == ("director", "director", None)
    assert people.views_of(StaffId("spare"), NOW + timedelta(hours=1)) == ()


def test_nobody_stands_in_for_a_keeper_or_a_designated_person() -> None:
    for person in ("sysadmin", "secadmin", "auditor", "designated"):
        assert organisation(absences=(absence(person, "spare"),)).views_of(StaffId("spare"), NOW) == ()


def test_a_delegation_ends_with_the_post_that_gave_it() -> None:
    given = (delegation("director", "spare", "slip.sign"),)
    (view,) = organisation(delegations=given).views_of(StaffId("spare"), NOW)
    assert view.powers == frozenset({"slip.sign"}) and view.number
    ended = {post_of("director"): date(2026, 2, 1)}
    assert organisation(delegations=given, ended=ended).views_of(StaffId("spare"), NOW) == ()


def test_a_head_answers_for_what_lies_below_and_an_organs_head_for_all_that_act_for_the_organ() -> None:
    people = organisation(posts=(("spare", "east-station", "head"),))
    (station,) = people.views_of(StaffId("spare"), NOW)
    assert station.covers == {"east-station", "east-room"}
    (mayor,) = people.views_of(StaffId("mayor"), NOW)
    assert "east-petition" in mayor.covers and "east-police" not in mayor.covers


def test_a_name_that_several_units_bear_is_shown_with_its_township_and_others_are_not() -> None:
    made = rows()
    east, station = UnitId("east"), UnitId("east-station")
    for id, township, parent, code in (
        ("a", EAST, station, "990100001001"),
        ("b", WEST, UnitId("west"), "990100002001"),
        ("c", EAST, east, "990100001002"),
    ):
        made["units"].append(
            Unit(START, None, UnitId(id), township, parent, UnitKind.ROOM, "新建村", "东镇人民政府", None, code)
        )
    people = Organisation(**made)
    assert people.title("a") == "东镇新建村（990100001001）"
    assert people.title("b") == "西镇新建村"
    assert people.title("c") == "东镇新建村（990100001002）"
    assert people.title("east-room") == "east-room"
    assert people.title("nowhere") == people.title(None) == ""


def test_whoever_is_away_keeps_their_post_and_signs_nothing_in_it() -> None:
    people = organisation(absences=(absence("director", None),))
    (view,) = people.views_of(StaffId("director"), NOW)
    assert view.away and not view.grants("slip.sign") and view.grants("case.read")
