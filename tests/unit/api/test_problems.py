"""Every error is a problem that says what is wrong, in the reader's language, and what to do."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from onewindow.api import problems
from onewindow.bus.wire import Fault
from onewindow.errors import BadInput, Misconfigured, NotFound, Refused, Stale, TooMany, Unauthenticated, Unavailable
from onewindow.registry.intake import Registration
from tests.support.centre import matter


def body(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.body)
    return found


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (Unauthenticated(), 401, "unauthenticated"),
        (NotFound(), 404, "not-found"),
        (Refused("不行", rule="T11"), 409, "refused"),
        (Stale(), 412, "stale"),
        (BadInput("错了", field="text"), 422, "bad-input"),
        (TooMany(retry_after=7), 429, "too-many"),
        (Unavailable(), 503, "unavailable"),
    ],
)
def test_each_of_our_errors_has_its_status_and_type(error: Any, status: int, slug: str) -> None:
    answer = problems.answer(error)
    assert answer.status_code == status
    assert answer.media_type == "application/problem+json"
    assert body(answer)["type"] == problems.TYPE + slug


def test_a_limit_says_when_to_come_back() -> None:
    assert problems.answer(TooMany(retry_after=7)).headers["retry-after"] == "7"


def test_what_went_wrong_inside_is_not_told() -> None:
    told = body(problems.answer(Misconfigured("数据库在 /srv/secret")))
    assert told["status"] == 500
    assert "secret" not in json.dumps(told)


def test_a_field_is_named_by_a_json_pointer() -> None:
    given = {**matter(), "parties": [{"name": "张**"}], "colour": "red"}
    with pytest.raises(ValidationError) as caught:
        Registration.model_validate(given)
    pointers = {each["pointer"]: each["detail"] for each in body(problems.answer(caught.value))["errors"]}
    assert set(pointers) == {"/parties/0/name", "/colour"}
    assert "遮盖" in pointers["/parties/0/name"]


def test_the_reader_s_language_is_spoken() -> None:
    zh, en = (body(problems.answer(Unauthenticated(), lang))["title"] for lang in ("zh", "en"))
    assert zh == "请先登录"
    assert en != zh and en.isascii()


def test_an_office_s_refusal_says_rule_and_remedy() -> None:
    told = problems.of_fault(Fault(reason="须由他人办理", remedy="请另一人办理", rule="by"))
    assert (told.status, told.rule, told.remedy) == (409, "by", "请另一人办理")


def test_a_form_s_faults_point_into_the_form() -> None:
    told = problems.of_fault(Fault(reason="填写有误", fields={"requests/0": ("missing", {})}))
    assert told.status == 422
    assert told.errors is not None and told.errors[0].pointer == "/form/requests/0"
