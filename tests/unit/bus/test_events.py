"""The catalogue: what events may say, and that they never carry words about people."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from onewindow.bus import describe
from onewindow.bus.envelope import Placed, decode, encode
from onewindow.bus.errors import NewerSchema, Unreadable
from onewindow.bus.events import EVENTS, CaseNoted, ProceedingChanged, read
from onewindow.bus.subjects import EventSubject
from tests.unit.bus.examples import NOW, assigned, proceeded


def test_a_payload_survives_the_bus() -> None:
    for event in (assigned(), proceeded()):
        again = read(decode(encode(Placed(event, 1, "e"))).event)
        assert again.model_dump(mode="json") == event.data
        assert again.about == event.subject


@pytest.mark.parametrize(
    "words", ["张三", "has blanks", "13800138000", "110101199003077578", "tel:13800138000", "a\nb"]
)
def test_words_about_people_do_not_enter_an_event(words: str) -> None:
    with pytest.raises(ValidationError):
        CaseNoted(case_id="c", kind=words)
    for data in ({"k": words}, {words: 1}, {"k": [{"deep": words}]}):
        with pytest.raises(ValidationError):
            CaseNoted(case_id="c", kind="noted", data=data)


@pytest.mark.parametrize(
    "key", ["018f3b1e-7c1a-7b34-9a6e-13800138000f", "0801", "440303001", "2026-03-02", "served.notice"]
)
def test_ids_codes_and_dates_do(key: str) -> None:
    assert CaseNoted(case_id="c", kind="noted", data={"k": key}).data == {"k": key}


def test_an_unknown_field_of_a_newer_sender_is_left_out() -> None:
    event = proceeded()
    assert read(replace(event, data=event.data | {"later": 1})) == read(event)


def test_a_newer_schema_and_an_unknown_type_are_told_from_nonsense() -> None:
    with pytest.raises(NewerSchema):
        read(replace(proceeded(), schema=2))
    with pytest.raises(NewerSchema):
        read(replace(proceeded(), type="onewindow.moon.risen"))
    with pytest.raises(Unreadable):
        read(replace(proceeded(), data={"assignment_id": "x"}))


def test_an_office_cannot_say_what_only_the_kernel_may() -> None:
    with pytest.raises(Unreadable):
        read(replace(assigned(), source="/onewindow/demo/petition"))
    with pytest.raises(Unreadable):
        read(replace(proceeded(), source="/onewindow/demo/kernel"))


def test_every_event_is_about_a_case_or_an_assignment_and_has_a_subject_of_its_own() -> None:
    assert len({model.NAME for model in EVENTS}) == len(EVENTS)
    for model in EVENTS:
        subject = describe.event_subject(model).replace("<", "").replace(">", "")
        assert EventSubject.parse(subject).event == model.NAME
        assert model.__doc__


def test_the_markdown_names_every_event_field_and_verb() -> None:
    text = describe.markdown()
    for model in EVENTS:
        assert f"### {model.NAME}" in text
        assert all(f"| `{field}` |" in text for field in model.model_fields)
    assert all(f"`{subject}`" in text for subject in describe.verbs())


def test_the_asyncapi_document_resolves() -> None:
    document = describe.asyncapi("1.0.0")
    assert document["asyncapi"] == "3.0.0"

    def check(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(ref := value.get("$ref"), str):
                found: Any = document
                for part in ref.removeprefix("#/").split("/"):
                    found = found[part]
            for inner in value.values():
                check(inner)
        elif isinstance(value, list):
            for inner in value:
                check(inner)

    check(document)
    addresses = [channel["address"] for channel in document["channels"].values()]
    assert "ow.{district}.{township}.from.{office}.proceeding.changed" in addresses
    assert len(set(addresses)) == len(EVENTS) + len(describe.verbs())


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError):
        ProceedingChanged.model_validate(proceeded().data | {"at": NOW.replace(tzinfo=None)})
