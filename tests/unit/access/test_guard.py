"""The guard: each rule with somebody who breaks it."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from onewindow.access import guard, operator
from onewindow.access.actions import Action
from onewindow.access.guard import Caller, Via
from onewindow.access.policy import decide
from onewindow.access.principal import PartyKey, Target
from onewindow.errors import BadInput, Forbidden, Misconfigured, NotFound, Unauthenticated
from onewindow.office.types import CaseId, PartyId, StaffId, UnitId
from tests.support.district import DISTRICT, EAST
from tests.unit.access.conftest import Who

CASE = Target(township=EAST, unit_ids=frozenset({UnitId("east-petition")}), officer_ids=frozenset({StaffId("handler")}))


def test_nobody_is_asked_to_log_in() -> None:
    with pytest.raises(Unauthenticated):
        guard.require(None, Action.CASE_READ, CASE)
    assert not guard.permits(None, Action.CASE_READ, CASE)


def test_whoever_may_goes_on(who: Who) -> None:
    handler = who("handler")
    assert guard.require(handler, Action.ASSIGNMENT_ACT, CASE) is handler
    assert guard.permits(handler, Action.ASSIGNMENT_ACT, CASE)


def test_what_is_not_visible_is_not_found_and_never_forbidden(who: Who) -> None:
    for stranger in ("stranger", "sysadmin", "secadmin", "auditor"):
        with pytest.raises(NotFound):
            guard.require(who(stranger), Action.ASSIGNMENT_ACT, CASE)
    for insider in ("director", "handler", "mayor"):
        with pytest.raises(NotFound):
            guard.require(who(insider), Action.CASE_READ, replace(CASE, sealed=True, officer_ids=frozenset()))


def test_what_is_visible_and_not_allowed_is_forbidden_with_the_reason(who: Who) -> None:
    with pytest.raises(Forbidden) as raised:
        guard.require(who("colleague"), Action.ASSIGNMENT_ACT, CASE)
    assert raised.value.message


def test_a_first_password_opens_nothing(who: Who) -> None:
    fresh = replace(who("director"), must_change=True)
    with pytest.raises(Forbidden, match="初始密码"):
        guard.require(fresh, Action.CASE_READ, CASE)
    assert not guard.permits(fresh, Action.CASE_READ, CASE)


@pytest.mark.parametrize("reason", [None, "", "  ", "。", "a", "----", "字" * 201])
def test_a_look_at_personal_fields_wants_a_reason(who: Who, reason: str | None) -> None:
    with pytest.raises(BadInput) as raised:
        guard.require(who("handler"), Action.CASE_REVEAL, CASE, reason=reason)
    assert "reason" in raised.value.fields
    guard.require(who("handler"), Action.CASE_REVEAL, CASE, reason="电话回访")


def test_a_sealed_case_is_revealed_by_its_own_permission(who: Who) -> None:
    sealed = replace(CASE, sealed=True)
    assert guard.reveal_action(CASE) is Action.CASE_REVEAL
    assert guard.reveal_action(sealed) is Action.CASE_REVEAL_SEALED
    guard.require(who("handler"), guard.reveal_action(sealed), sealed, reason="移送核对")
    with pytest.raises(Forbidden):
        guard.require(who("handler"), Action.CASE_REVEAL, sealed, reason="移送核对")


def test_two_persons_are_two(who: Who) -> None:
    with pytest.raises(Forbidden, match="两人"):
        guard.require_two(who("secadmin"), who("secadmin"), Action.OFFICE_APPROVE)
    with pytest.raises(Forbidden):
        guard.require_two(who("secadmin"), who("handler"), Action.OFFICE_APPROVE)
    guard.require_two(who("admin"), who("secadmin"), Action.OFFICE_APPROVE)


def test_a_party_has_the_one_case_of_their_code() -> None:
    party = PartyKey(CaseId("c1"), PartyId("p1"), EAST)
    assert guard.require_party(party, CaseId("c1")).actor == "party:p1"
    for key, wanted in ((party, "c2"), (None, "c1")):
        with pytest.raises(NotFound):
            guard.require_party(key, CaseId(wanted))


def test_a_township_that_is_not_live_is_not_there() -> None:
    guard.require_live(EAST, True)
    with pytest.raises(NotFound):
        guard.require_live(EAST, False)


@pytest.mark.parametrize("given", [None, "", "wrong", "秘密"])
def test_a_write_with_a_cookie_wants_the_csrf_token(who: Who, given: str | None) -> None:
    caller = Caller(who("handler"), Via.COOKIE, csrf="right")
    for method in ("POST", "put", "PATCH", "DELETE"):
        with pytest.raises(Forbidden):
            guard.require_csrf(caller, method, given)
        guard.require_csrf(caller, method, "right")
    guard.require_csrf(caller, "GET", given)
    guard.require_csrf(replace(caller, via=Via.BEARER), "POST", given)
    with pytest.raises(Forbidden):
        guard.require_csrf(replace(caller, csrf=""), "POST", "")


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abcdefghijklmnop", "abcdefghijklmnop"),
        ("bearer  abcdefghijklmnop-_", "abcdefghijklmnop-_"),
        ("Basic abcdefghijklmnop", None),
        ("Bearer", None),
        ("Bearer short", None),
        ("Bearer " + "x" * 300, None),
        ("Bearer abcdefghijklmnop extra", None),
        (None, None),
    ],
)
def test_a_bearer_token_is_read_strictly(header: str | None, token: str | None) -> None:
    assert guard.bearer(header) == token


def test_the_operator_at_the_machine_runs_it_and_sees_no_case(tmp_path: Path) -> None:
    path = tmp_path / "operator.token"
    assert operator.read(path) is None
    first = operator.issue(path)
    assert operator.read(path) == first and operator.matches(first, first)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    second = operator.issue(path)
    assert not operator.matches(first, second)
    assert not operator.matches("", None) and not operator.matches("", "")
    path.chmod(0o644)
    with pytest.raises(Misconfigured):
        operator.read(path)

    local = operator.local_operator(DISTRICT)
    for allowed in (Action.OFFICE_ENABLE, Action.TOWNSHIP_MANAGE, Action.USER_MANAGE, Action.HEALTH_READ):
        guard.require(local, allowed, Target(township=EAST))
    everything = replace(CASE, escalated=True, at_window=True, supervised=True, registered_by=local.staff_id)
    for action in Action:
        if action.value.split(".")[0] in ("case", "assignment", "document", "slip", "answer", "extension", "audit"):
            assert not decide(local, action, everything).allowed, action
