"""Our events are CloudEvents 1.0 messages in binary mode, and nothing else is taken for one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewindow.bus.envelope import (
    Message,
    Placed,
    decode,
    encode,
    escape,
    event_from_json,
    event_json,
    unescape,
)
from onewindow.bus.errors import Unreadable
from tests.unit.bus.examples import assigned, proceeded


def test_an_event_comes_back_as_it_was_sent() -> None:
    placed = Placed(assigned(), 7, "epoch-1")
    assert decode(encode(placed)) == placed


def test_an_event_survives_json() -> None:
    placed = Placed(proceeded(), 7, "epoch-1")
    assert event_from_json(event_json(placed)) == placed


def test_the_headers_are_those_of_the_binding() -> None:
    event = assigned()
    message = encode(Placed(event, 7, "e"))
    assert message.subject == "ow.demo.donghu.to.petition.assignment.changed"
    assert message.headers == {
        "ce-specversion": "1.0",
        "ce-id": event.id,
        "ce-type": "onewindow.assignment.changed",
        "ce-source": "/onewindow/demo/kernel",
        "ce-subject": event.subject,
        "ce-time": "2026-03-02T01:02:03.456789Z",
        "ce-datacontenttype": "application/json",
        "ce-dataschema": "urn:onewindow:event:assignment.changed:1",
        "ce-owpos": "7",
        "ce-owepoch": "e",
        "Nats-Msg-Id": event.id,
    }


def test_header_names_are_read_in_any_case() -> None:
    message = encode(Placed(assigned(), 7, "e"))
    loud = Message(message.subject, {name.upper(): value for name, value in message.headers.items()}, message.payload)
    assert decode(loud) == decode(message)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_text_survives_a_header_value(text: str) -> None:
    escaped = escape(text)
    assert escaped.isascii() and " " not in escaped and '"' not in escaped
    assert unescape(escaped) == text


def test_the_quoted_values_of_older_senders_are_read() -> None:
    assert unescape(r'"a \"b\" c"') == 'a "b" c'
    assert escape("Euro € 😀") == "Euro%20%E2%82%AC%20%F0%9F%98%80"


@pytest.mark.parametrize(
    "header",
    [
        "ce-id",
        "ce-type",
        "ce-source",
        "ce-specversion",
        "ce-time",
        "ce-subject",
        "ce-dataschema",
        "ce-owpos",
        "ce-owepoch",
    ],
)
def test_a_message_without_one_of_its_headers_is_unreadable(header: str) -> None:
    message = encode(Placed(assigned(), 7, "e"))
    del message.headers[header]
    with pytest.raises(Unreadable):
        decode(message)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("ce-specversion", "0.3"),
        ("ce-time", "yesterday"),
        ("ce-owpos", "x"),
        ("ce-type", "other.assignment.changed"),
        ("ce-type", "onewindow.clock.turned"),
        ("ce-source", "/onewindow/demo/petition"),
        ("ce-source", "/elsewhere"),
        ("ce-source", "/onewindow/other/kernel"),
    ],
)
def test_a_message_whose_headers_contradict_its_subject_is_unreadable(header: str, value: str) -> None:
    message = encode(Placed(assigned(), 7, "e"))
    message.headers[header] = value
    with pytest.raises(Unreadable):
        decode(message)


def test_an_office_cannot_pass_on_an_event_of_the_kernel_as_its_own_words() -> None:
    """A pull request names any reply subject, so the server may deliver one of our events below `from`."""
    message = encode(Placed(assigned(), 7, "e"))
    with pytest.raises(Unreadable):
        decode(replace(message, subject="ow.demo.donghu.from.petition.assignment.changed"))


def test_an_office_cannot_speak_for_another_in_the_headers() -> None:
    message = encode(Placed(proceeded(office="petition"), 7, "e"))
    with pytest.raises(Unreadable):
        decode(replace(message, subject=message.subject.replace("petition", "mediation")))


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b'"x"', b"\xff"])
def test_a_payload_that_is_no_object_is_unreadable(payload: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(replace(encode(Placed(assigned(), 7, "e")), payload=payload))
