"""The rules that stand across the table: separation, covers, delegations, lists, capacities."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from onewindow.access.actions import Action
from onewindow.access.policy import NOT_BY_HANDLER, capacities, decide, may_ever, reach
from onewindow.access.principal import Principal, Target, principal_for
from onewindow.office.types import StaffId, TownshipCode, UnitId
from onewindow.organisation.snapshot import PostView
from tests.support.district import DISTRICT, EAST, NOW, PEOPLE, UNITS, WEST, absence, delegation, organisation
from tests.unit.access.conftest import Who

PETITION = frozenset({UnitId("east-petition")})


def case(**changes: object) -> Target:
    return replace(Target(township=EAST, unit_ids=PETITION), **changes)  # type: ignore[arg-type]


def staff(*names: str) -> frozenset[StaffId]:
    return frozenset(StaffId(name) for name in names)


def test_somebody_of_another_township_does_not_even_know_of_it(who: Who) -> None:
    decision = decide(who("stranger"), Action.CASE_READ, case())
    assert not decision.allowed and not decision.visible


def test_a_colleague_sees_it_and_may_not_act_once_somebody_handles_it(who: Who) -> None:
    signed = case(officer_ids=staff("handler"))
    assert decide(who("colleague"), Action.ASSIGNMENT_ACT, case()).allowed
    decision = decide(who("colleague"), Action.ASSIGNMENT_ACT, signed)
    assert not decision.allowed and decision.visible
    assert decide(who("handler"), Action.ASSIGNMENT_ACT, signed).allowed


def test_who_handled_it_neither_follows_up_nor_takes_the_withdrawal(who: Who) -> None:
    handled = case(handled_by=staff("deputy"))
    for action in (Action.CASE_FOLLOW_UP, Action.CASE_WITHDRAW, Action.CASE_PARTY_PAPER, Action.DOCUMENT_SERVE_LATE):
        assert decide(who("deputy"), action, case()).allowed
        assert decide(who("deputy"), action, handled).reason == NOT_BY_HANDLER


def test_a_keepers_role_beside_another_takes_every_right_away(who: Who) -> None:
    both = organisation(posts=(("director", "district", "sysadmin"),))
    for action in (Action.CASE_READ, Action.SLIP_SIGN, Action.USER_MANAGE, Action.STATS_READ):
        assert not decide(who("director", both), action, case()).allowed
        assert not may_ever(who("director", both), action)
    assert not any(part.admits(case()) for part in reach(who("director", both)))


def test_a_deputy_signs_only_with_an_authorisation_and_only_what_it_says(who: Who) -> None:
    given_ = organisation(delegations=(delegation("director", "deputy", "slip.sign"),))
    assert not decide(who("deputy"), Action.SLIP_SIGN, case()).allowed
    assert decide(who("deputy", given_), Action.SLIP_SIGN, case()).allowed
    assert not decide(who("deputy", given_), Action.CASE_ESCALATE, case()).allowed
    assert who("deputy", given_).numbers_for("slip.sign") == ("东授〔2026〕1号",)


def test_a_delegation_does_not_open_the_holders_cases(who: Who) -> None:
    given_ = organisation(delegations=(delegation("director", "stranger", "slip.sign"),))
    assert not decide(who("stranger", given_), Action.CASE_READ, case()).allowed


def test_a_substitute_acts_for_whoever_is_away(who: Who) -> None:
    away = organisation(absences=(absence("handler", "mediator"),))
    signed = case(officer_ids=staff("handler"))
    assert not decide(who("mediator"), Action.ASSIGNMENT_ACT, signed).allowed
    assert decide(who("mediator", away), Action.ASSIGNMENT_ACT, signed).allowed


def test_a_substitute_has_no_way_into_a_sealed_case_or_past_an_exclusion(who: Who) -> None:
    away = organisation(absences=(absence("handler", "mediator"),))
    signed = case(officer_ids=staff("handler"))
    assert not decide(who("mediator", away), Action.CASE_READ, replace(signed, sealed=True)).visible
    assert not decide(who("mediator", away), Action.CASE_READ, replace(signed, excluded_ids=staff("handler"))).visible


def test_the_authorisation_of_whoever_is_complained_about_is_void(who: Who) -> None:
    given_ = organisation(delegations=(delegation("director", "deputy", "slip.sign"),))
    assert not decide(who("deputy", given_), Action.SLIP_SIGN, case(excluded_ids=staff("director"))).allowed


def test_the_named_fallback_may_reassign_without_a_post_for_it(who: Who) -> None:
    assert decide(who("deputy"), Action.ASSIGNMENT_RULE_OBJECTION, case()).allowed
    assert not decide(who("supervisor"), Action.ASSIGNMENT_RULE_OBJECTION, case()).allowed
    assert not decide(who("deputy"), Action.ASSIGNMENT_RULE_OBJECTION, case(township=WEST)).allowed
    assert not decide(who("deputy"), Action.ASSIGNMENT_RULE_OBJECTION, case(sealed=True)).visible


def test_the_registrar_no_longer_sees_the_sealed_matter_that_they_registered(who: Who) -> None:
    mine = case(registered_by=StaffId("registrar"), at_window=True)
    assert decide(who("registrar"), Action.CASE_READ, mine).allowed
    assert not decide(who("registrar"), Action.CASE_READ, replace(mine, sealed=True)).visible


def test_a_designated_person_sees_only_what_they_are_named_for(who: Who) -> None:
    named = case(sealed=True, designated_ids=staff("designated"))
    assert decide(who("designated"), Action.CASE_REVEAL_SEALED, named).allowed
    assert not decide(who("designated"), Action.CASE_REVEAL, named).allowed
    assert not decide(who("designated"), Action.CASE_READ, case()).visible
    assert not decide(who("designated"), Action.CASE_READ, case(sealed=True, designated_ids=staff("admin"))).visible


def test_a_director_sees_a_sealed_case_only_when_named_and_never_about_themselves(who: Who) -> None:
    named = case(sealed=True, designated_ids=staff("director"))
    assert not decide(who("director"), Action.CASE_READ, case(sealed=True)).visible
    assert decide(who("director"), Action.CASE_READ, named).allowed
    assert not decide(who("director"), Action.CASE_READ, replace(named, excluded_ids=staff("director"))).visible


def test_an_office_is_told_in_which_capacity_somebody_stands_to_it(who: Who) -> None:
    signed = case(officer_ids=staff("handler"), handled_by=staff("handler"))
    assert capacities(who("handler"), signed) == {"handler"}
    assert capacities(who("colleague"), signed) == {"other"}
    assert capacities(who("head"), signed) == {"head", "other"}
    assert capacities(who("mayor"), signed) == {"organ_head", "other"}
    assert capacities(who("director"), signed) == {"director", "other", "paper_entry"}
    assert capacities(who("supervisor"), signed) == frozenset()
    assert capacities(who("stranger"), signed) == frozenset()
    assert capacities(who("handler"), replace(signed, excluded_units=PETITION)) == frozenset()


def test_what_a_party_signed_on_paper_is_entered_by_somebody_who_reads_the_case_and_never_handled_it(who: Who) -> None:
    signed = case(officer_ids=staff("handler"), handled_by=staff("handler"), registered_by=StaffId("registrar"))
    assert "paper_entry" in capacities(who("registrar"), signed)
    assert "paper_entry" not in capacities(who("colleague"), signed), "of the same unit: the table does not let them"
    handled = replace(signed, handled_by=staff("handler", "director"))
    assert "paper_entry" not in capacities(who("director"), handled)


def test_a_role_that_an_office_declares_counts_in_its_units(who: Who) -> None:
    extra = organisation(posts=(("spare", "east-petition", "petition_clerk"),))
    assert capacities(who("spare", extra), case()) == {"petition_clerk"}
    assert capacities(who("spare", extra), case(unit_ids=frozenset({UnitId("east-police")}))) == frozenset()


def test_a_delegated_power_makes_a_capacity_and_an_unrelated_one_does_not(who: Who) -> None:
    approve = organisation(delegations=(delegation("mayor", "deputy", "extension.approve"),))
    other = organisation(delegations=(delegation("mayor", "deputy", "slip.sign"),))
    assert "organ_head" in capacities(who("deputy", approve), case())
    assert "organ_head" not in capacities(who("deputy", other), case())


def test_a_menu_shows_what_somebody_may_do_at_all(who: Who) -> None:
    assert may_ever(who("director"), Action.SLIP_SIGN)
    assert not may_ever(who("deputy"), Action.SLIP_SIGN)
    assert may_ever(who("deputy"), Action.ASSIGNMENT_RULE_OBJECTION)
    assert not may_ever(who("sysadmin"), Action.CASE_LIST)
    assert not may_ever(who("secadmin"), Action.USER_MANAGE)


people = st.frozensets(st.sampled_from(sorted(PEOPLE)).map(StaffId), max_size=2)
units = st.frozensets(st.sampled_from(sorted(UNITS)).map(UnitId), max_size=2)
targets = st.builds(
    Target,
    township=st.sampled_from([EAST, WEST, DISTRICT]),
    unit_ids=units,
    officer_ids=people,
    registered_by=st.none() | st.sampled_from(sorted(PEOPLE)).map(StaffId),
    registered_unit=st.none() | st.sampled_from(sorted(UNITS)).map(UnitId),
    handled_by=people,
    escalated=st.booleans(),
    supervised=st.booleans(),
    at_window=st.booleans(),
    sealed=st.booleans(),
    designated_ids=people,
    excluded_ids=st.just(frozenset()) | people,
    excluded_units=st.just(frozenset()) | units,
)
SITUATIONS = (
    organisation(),
    organisation(
        absences=(absence("handler", "mediator"), absence("director", "deputy"), absence("registrar", "informant")),
        delegations=(delegation("mayor", "deputy", "extension.approve"),),
    ),
    organisation(posts=(("constable", "west-petition", "head"), ("registrar", "district", "auditor"))),
)


@settings(max_examples=400)
@given(situation=st.sampled_from(SITUATIONS), name=st.sampled_from(sorted(PEOPLE)), target=targets)
def test_a_list_shows_exactly_what_may_be_read(situation: object, name: str, target: Target) -> None:
    somebody = principal_for(situation, account_id=name, staff_id=StaffId(name), at=NOW)  # type: ignore[arg-type]
    assert somebody is not None
    for action in (Action.CASE_LIST, Action.CASE_READ, Action.DOCUMENT_READ):
        listed = any(part.admits(target) for part in reach(somebody, action))
        assert listed == decide(somebody, action, target).allowed


def test_a_person_without_a_post_reaches_nothing() -> None:
    nobody = Principal("a", StaffId("a"), "无岗")
    (part,) = reach(nobody)
    assert part.nothing
    view = PostView(UnitId("u"), TownshipCode("1"), None, "designated")
    (named,) = reach(replace(nobody, posts=(view,)))
    assert named.designated and not named.nothing
