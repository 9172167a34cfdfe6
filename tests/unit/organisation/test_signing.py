"""Who may sign at a moment."""

from datetime import UTC, date, datetime, timedelta

import pytest

from onewindow.access.actions import Action
from onewindow.office.types import StaffId, UnitId
from onewindow.organisation.signing import POWERS, Basis, may_sign, who_may
from tests.support.district import NOW, absence, delegation, organisation, post_of

CENTRE = UnitId("east-centre")
PETITION = UnitId("east-petition")


def names(power: str, unit: str, at: datetime = NOW, recused: tuple[str, ...] = (), **changes: object) -> list[str]:
    found = who_may(
        power,
        UnitId(unit),
        at,
        organisation(**changes),  # type: ignore[arg-type]
        frozenset(StaffId(name) for name in recused),
    )
    return sorted(signatory.staff for signatory in found)


def test_every_power_is_an_action_of_the_policy() -> None:
    assert set(POWERS) <= {action.value for action in Action}


@pytest.mark.parametrize(
    ("power", "unit", "expected"),
    [
        ("slip.sign", "east-petition", ["director"]),
        ("slip.sign", "east", ["director"]),
        ("slip.sign", "west-petition", ["west-director"]),
        ("extension.approve", "east-petition", ["mayor"]),
        ("extension.approve", "east-police", ["superintendent"]),
        ("extension.approve", "west-petition", []),
        ("assignment.return", "east-petition", ["head"]),
        ("assignment.return", "east-mediation", []),
        ("assignment.sign", "east-petition", ["colleague", "handler", "head"]),
        ("case.district_assign", "east-petition", ["admin"]),
    ],
)
def test_the_post_that_has_the_power_signs(power: str, unit: str, expected: list[str]) -> None:
    assert names(power, unit) == expected


def test_the_head_of_another_organ_never_approves() -> None:
    assert "mayor" not in names("extension.approve", "east-police")


def test_an_unknown_unit_has_nobody() -> None:
    assert names("slip.sign", "nowhere") == []


def test_a_post_counts_from_its_first_day_and_not_on_the_day_it_ends() -> None:
    ended = {post_of("director"): date(2026, 3, 2)}
    # 16:00 UTC is midnight in Shanghai: the law's day has changed.
    before, after = datetime(2026, 3, 1, 15, 59, tzinfo=UTC), datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert names("slip.sign", "east", before, ended=ended) == ["director"]
    assert names("slip.sign", "east", after, ended=ended) == []
    assert names("slip.sign", "east", datetime(2025, 12, 31, 15, 59, tzinfo=UTC)) == []


def test_a_delegate_signs_beside_the_holder_until_the_paper_ends() -> None:
    given = (delegation("director", "deputy", "slip.sign", until=date(2026, 3, 3)),)
    assert names("slip.sign", "east", delegations=given) == ["deputy", "director"]
    assert names("slip.sign", "east", NOW + timedelta(days=1), delegations=given) == ["director"]
    assert names("case.escalate", "east", delegations=given) == ["director"]


def test_the_number_of_the_authorisation_comes_along() -> None:
    given = organisation(delegations=(delegation("director", "deputy", "slip.sign"),))
    signatory = may_sign(StaffId("deputy"), "slip.sign", CENTRE, NOW, given)
    assert signatory is not None
    assert (signatory.basis, signatory.number) == (Basis.DELEGATION, "东授〔2026〕1号")


def test_while_the_holder_is_away_the_substitute_signs_and_the_holder_does_not() -> None:
    away = (absence("director", "deputy", NOW, NOW + timedelta(days=2)),)
    assert names("slip.sign", "east", NOW, absences=away) == ["deputy"]
    assert names("slip.sign", "east", NOW + timedelta(days=2), absences=away) == ["director"]
    assert names("slip.sign", "east", NOW - timedelta(seconds=1), absences=away) == ["director"]


def test_an_absence_without_a_substitute_leaves_nobody_to_sign() -> None:
    assert names("slip.sign", "east", absences=(absence("director", None),)) == []


def test_a_substitute_who_is_away_too_does_not_sign() -> None:
    away = (absence("director", "deputy"), absence("deputy", "spare"))
    assert names("slip.sign", "east", absences=away) == []


def test_a_recused_holder_neither_signs_nor_sends_a_substitute_nor_has_delegated() -> None:
    given = (delegation("director", "deputy", "slip.sign"),)
    away = (absence("director", "spare"),)
    assert names("slip.sign", "east", recused=("director",)) == []
    assert names("slip.sign", "east", recused=("director",), delegations=given) == []
    assert names("slip.sign", "east", recused=("director",), absences=away) == []


def test_a_recused_delegate_or_substitute_does_not_sign() -> None:
    given = (delegation("director", "deputy", "slip.sign"),)
    assert names("slip.sign", "east", recused=("deputy",), delegations=given) == ["director"]
    assert names("slip.sign", "east", recused=("deputy",), absences=(absence("director", "deputy"),)) == []


def test_nobody_from_an_excluded_unit_signs() -> None:
    found = who_may("assignment.sign", PETITION, NOW, organisation(), excluded_units={PETITION})
    assert found == ()
    elsewhere = organisation(delegations=(delegation("director", "head", "slip.sign"),))
    found = who_may("slip.sign", CENTRE, NOW, elsewhere, excluded_units={PETITION})
    assert [signatory.staff for signatory in found] == ["director"]


def test_two_holders_may_both_sign() -> None:
    assert names("slip.sign", "east", posts=(("spare", "east-centre", "director"),)) == ["director", "spare"]


def test_may_sign_says_by_what_right() -> None:
    plain = may_sign(StaffId("director"), "slip.sign", CENTRE, NOW, organisation())
    cover = may_sign(
        StaffId("deputy"), "slip.sign", CENTRE, NOW, organisation(absences=(absence("director", "deputy"),))
    )
    assert plain is not None and plain.basis is Basis.POST
    assert cover is not None and cover.basis is Basis.SUBSTITUTION
    assert may_sign(StaffId("handler"), "slip.sign", CENTRE, NOW, organisation()) is None
