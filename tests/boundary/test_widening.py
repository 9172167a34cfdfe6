"""What an upgrade widens shows; what stays or shrinks does not."""

from typing import Any

from onewindow.boundary import Difference, widening
from onewindow.office.manifest import Manifest
from tests.boundary.declaring import clean, put, with_fact


def wider(old: dict[str, Any] | None, new: dict[str, Any]) -> Difference:
    return widening(Manifest.model_validate(old) if old else None, Manifest.model_validate(new))


def phone(**more: Any) -> dict[str, Any]:
    return with_fact("phone", "电话", **{"x_personal": "送达", "x_keep": "case", **more})


def test_the_same_again_widens_nothing() -> None:
    assert not wider(phone(), phone())


def test_less_widens_nothing() -> None:
    assert not wider(phone(), clean())


def test_a_new_personal_field_is_shown_with_its_place() -> None:
    assert wider(clean(), phone()).personal == ("dispute/facts/phone",)


def test_a_new_purpose_or_term_is_a_new_agreement() -> None:
    assert wider(phone(), phone(x_personal="回访"))
    assert wider(phone(), phone(x_keep="years(10)")).personal == ("dispute/facts/phone",)


def test_new_categories_roles_and_capabilities_are_shown() -> None:
    assert wider(clean(), put("handles", ["0801", "0802"])).handles == ("0802",)
    assert wider(clean(), put("roles", {"inspector": "检查人员", "clerk": "文员"})).roles == ("clerk",)
    assert wider(clean(), put("capabilities", ["coordinate"])).roles == ("coordinate",)


def test_somebody_new_who_may_act_widens_the_visibility() -> None:
    new = put("procedures/0/actions/0/by", ["handler", "party"])
    assert wider(clean(), new).visibility == ("dispute/end/party",)


def test_a_fact_that_is_newly_listed_widens_the_visibility() -> None:
    assert wider(with_fact("result"), with_fact("result", x_listed=True)).visibility == ("dispute/facts/result",)


def test_a_personal_field_that_is_no_longer_covered_widens_the_visibility() -> None:
    assert wider(phone(), with_fact("phone", "电话")).visibility == ("dispute/facts/phone",)


def test_without_an_old_one_everything_is_new() -> None:
    found = wider(None, phone())
    assert found.personal and found.handles and found.roles and found.visibility
