"""The permission matrix: generated from the table for every action, role and scope, and once written out by hand."""

from dataclasses import replace
from itertools import product

import pytest

from onewindow.access.actions import RULES, Action, action_title
from onewindow.access.policy import decide
from onewindow.access.principal import Principal, Target
from onewindow.access.table import COLUMNS, FALLBACK, TABLE, Scope
from onewindow.office.types import OfficeId, StaffId, TownshipCode, UnitId
from onewindow.organisation.roles import KEEPERS, Role, role_title
from onewindow.organisation.snapshot import PostView

HERE, THERE = TownshipCode("990100001"), TownshipCode("990100002")
ME, OTHER = StaffId("me"), StaffId("other")
UNIT = UnitId("unit")

# A target for each way of being in scope, and nothing more: which scopes admit it.
WITNESSES: dict[str, tuple[Target, frozenset[Scope]]] = {
    "nothing in common": (Target(township=THERE), frozenset()),
    "reported up": (Target(township=THERE, escalated=True), frozenset({Scope.ESCALATED})),
    "same township": (Target(township=HERE), frozenset({Scope.TOWNSHIP})),
    "supervised": (Target(township=HERE, supervised=True), frozenset({Scope.TOWNSHIP, Scope.SUPERVISED})),
    "supervised elsewhere": (Target(township=THERE, supervised=True), frozenset()),
    "at the window": (Target(township=HERE, at_window=True), frozenset({Scope.TOWNSHIP, Scope.WINDOW})),
    "at another window": (Target(township=THERE, at_window=True), frozenset()),
    "a colleague's": (
        Target(township=THERE, unit_ids=frozenset({UNIT}), officer_ids=frozenset({OTHER})),
        frozenset({Scope.UNIT}),
    ),
    "the unit's, unsigned": (
        Target(township=THERE, unit_ids=frozenset({UNIT})),
        frozenset({Scope.UNIT, Scope.ASSIGNED}),
    ),
    "one's own to handle": (Target(township=THERE, officer_ids=frozenset({ME})), frozenset({Scope.ASSIGNED})),
    "registered at the unit": (
        Target(township=THERE, registered_unit=UNIT, registered_by=OTHER),
        frozenset({Scope.OWN_UNIT}),
    ),
    "registered by oneself": (Target(township=THERE, registered_by=ME), frozenset({Scope.OWN})),
}


def holder(column: str) -> Principal:
    """Somebody with one role only; the fallback has no post at all."""
    if column == FALLBACK:
        return Principal("a", ME, "我", fallback_for=frozenset({HERE}))
    post = PostView(UNIT, HERE, OfficeId("petition"), column, "机关", frozenset({UNIT}))
    return Principal("a", ME, "我", (post,))


def expected(action: Action, column: str, scopes: frozenset[Scope]) -> bool:
    granted = TABLE[action].get(column, frozenset())
    return Scope.ALL in granted or bool(granted & scopes)


ON_CASE = [action for action in Action if RULES[action].on_case]


@pytest.mark.parametrize("action", Action, ids=str)
def test_a_permission_goes_as_far_as_the_table_says(action: Action) -> None:
    for column, (name, (target, scopes)) in product(COLUMNS, WITNESSES.items()):
        allowed = expected(action, column, scopes)
        if RULES[action].by_non_handler and ME in target.officer_ids:
            allowed = False
        assert decide(holder(column), action, target).allowed == allowed, (column, name)


@pytest.mark.parametrize("action", ON_CASE, ids=str)
def test_a_sealed_case_is_not_there_for_whoever_is_not_named_in_it(action: Action) -> None:
    for column, (name, (target, _scopes)) in product(COLUMNS, WITNESSES.items()):
        if ME not in target.officer_ids:
            decision = decide(holder(column), action, replace(target, sealed=True))
            assert not decision.allowed and not decision.visible, (column, name)


@pytest.mark.parametrize("action", ON_CASE, ids=str)
def test_of_a_sealed_case_the_designated_may_what_the_table_says(action: Action) -> None:
    named_one_by_one = [column for column in COLUMNS if column != FALLBACK]
    for column, (name, (target, scopes)) in product(named_one_by_one, WITNESSES.items()):
        named = replace(target, sealed=True, designated_ids=frozenset({ME}))
        column_of_the_named = TABLE[action].get(Role.DESIGNATED, frozenset()) if column not in KEEPERS else frozenset()
        granted = Scope.DESIGNATED in column_of_the_named or expected(action, column, scopes)
        handler = RULES[action].by_non_handler and ME in target.officer_ids
        allowed = granted and not handler and action is not Action.CASE_REVEAL
        assert decide(holder(column), action, named).allowed == allowed, (column, name)


@pytest.mark.parametrize("action", ON_CASE, ids=str)
def test_whoever_is_complained_about_has_no_way_in(action: Action) -> None:
    everything = Target(
        township=HERE,
        unit_ids=frozenset({UNIT}),
        officer_ids=frozenset({ME}),
        registered_by=ME,
        registered_unit=UNIT,
        escalated=True,
        supervised=True,
        at_window=True,
        designated_ids=frozenset({ME}),
    )
    for column, sealed in product(COLUMNS, (False, True)):
        for excluded in (
            replace(everything, sealed=sealed, excluded_ids=frozenset({ME})),
            replace(everything, sealed=sealed, excluded_units=frozenset({UNIT})),
        ):
            if column == FALLBACK and not excluded.excluded_ids:
                continue
            decision = decide(holder(column), action, excluded)
            assert not decision.allowed and not decision.visible


def test_the_keepers_have_no_business_rights() -> None:
    for action in Action:
        if RULES[action].on_case or action in (Action.CASE_REGISTER, Action.CASE_IMPORT):
            assert not set(TABLE[action]) & KEEPERS, action


def test_no_action_belongs_to_two_of_the_three_keepers_save_looking_and_approving() -> None:
    shared = {action for action in Action if len(set(TABLE[action]) & KEEPERS) > 1}
    assert shared == {Action.OFFICE_READ, Action.OFFICE_APPROVE, Action.USER_READ, Action.HEALTH_READ}


def test_every_action_has_its_row_and_its_title_and_every_role_its_title() -> None:
    assert set(TABLE) == set(RULES) == set(Action)
    assert len({action_title(action) for action in Action}) == len(Action)
    assert all(set(row) <= set(COLUMNS) for row in TABLE.values())
    assert all(role_title(role) != role.value for role in Role)


def test_designated_stands_in_its_own_column_only() -> None:
    for action, row in TABLE.items():
        for column, scopes in row.items():
            assert (Scope.DESIGNATED in scopes) == (column == Role.DESIGNATED), (action, column)


# domain.md 3.6 by hand: who may do this at all. What the table above grants must be this and nothing else.
BY_HAND: dict[Action, str] = {
    Action.CASE_REGISTER: "director deputy registrar supervisor handler head mediator informant",
    Action.CASE_TRIAGE: "director deputy registrar designated fallback",
    Action.SLIP_SIGN: "director",
    Action.ASSIGNMENT_SIGN: "district_admin handler head mediator designated",
    Action.ASSIGNMENT_ACT: "district_admin registrar handler head mediator designated",
    Action.ASSIGNMENT_RETURN: "district_admin head designated",
    Action.ASSIGNMENT_RULE_OBJECTION: "director designated fallback",
    Action.ASSIGNMENT_REVIEW_OBJECTION: "deputy supervisor",
    Action.EXTENSION_APPROVE: "director organ_head",
    Action.CASE_ESCALATE: "director",
    Action.CASE_FOLLOW_UP: "district_admin director deputy supervisor mediator designated",
    Action.CASE_READ: "district_admin director deputy registrar supervisor handler head organ_head mediator informant "
    "designated fallback",
    Action.CASE_REVEAL_SEALED: "handler head mediator designated",
    Action.CASE_EXPORT: "director",
    Action.CALENDAR_IMPORT: "district_admin",
    Action.SETTINGS_MANAGE: "district_admin",
    Action.AUDIT_READ: "auditor",
    Action.USER_MANAGE: "sysadmin",
    Action.STAFF_LEAVE: "district_admin secadmin",
    Action.POST_MANAGE: "district_admin secadmin",
    Action.PARKED_REPLAY: "sysadmin",
    Action.STATS_READ: "district_admin director deputy registrar supervisor handler head organ_head mediator informant "
    "auditor",
}


@pytest.mark.parametrize("action", BY_HAND, ids=str)
def test_the_table_is_the_domains_matrix(action: Action) -> None:
    assert set(TABLE[action]) == set(BY_HAND[action].split())
