"""Subjects say who may read them, so each part is checked."""

import pytest

from onewindow.bus.errors import BadToken, Unreadable
from onewindow.bus.subjects import (
    RESERVED,
    AskSubject,
    AskVerb,
    CommandSubject,
    Direction,
    EventSubject,
    Verb,
    commands_of,
    consumer_filter,
    inbox_prefix,
    office_token,
    token,
)
from onewindow.office.types import OfficeId

PETITION = OfficeId("petition")


def test_an_event_subject_reads_back_as_it_was_written() -> None:
    subject = EventSubject("demo", "donghu", Direction.TO, PETITION, "assignment.changed")
    assert str(subject) == "ow.demo.donghu.to.petition.assignment.changed"
    assert EventSubject.parse(str(subject)) == subject


def test_a_command_subject_reads_back_as_it_was_written() -> None:
    subject = CommandSubject("demo", "donghu", PETITION, Verb.ACT)
    assert str(subject) == "ow.demo.donghu.cmd.petition.act"
    assert CommandSubject.parse(str(subject)) == subject


def test_an_ask_subject_reads_back_as_it_was_written() -> None:
    subject = AskSubject("demo", PETITION, AskVerb.HELLO)
    assert str(subject) == "ow.demo.ask.petition.hello"
    assert AskSubject.parse(str(subject)) == subject


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "ow",
        "ow.demo.donghu.to.petition",
        "ow.demo.donghu.cmd.petition.assignment.changed",
        "ow.demo.donghu.to.Petition.x",
        "ow.demo.*.to.petition.x",
        "xx.demo.donghu.to.petition.x",
        "ow.demo..to.petition.x",
    ],
)
def test_anything_else_is_no_event_subject(subject: str) -> None:
    with pytest.raises(Unreadable):
        EventSubject.parse(subject)


@pytest.mark.parametrize("subject", ["ow.demo.donghu.cmd.petition.shutdown", "ow.demo.donghu.to.petition.act"])
def test_a_command_has_a_known_verb_and_place(subject: str) -> None:
    with pytest.raises(Unreadable):
        CommandSubject.parse(subject)


@pytest.mark.parametrize("text", ["", "a.b", "A", "a b", "*", ">", "信访", "a-b", "x" * 33])
def test_a_token_with_another_character_is_refused(text: str) -> None:
    with pytest.raises(BadToken):
        token(text)


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_a_word_with_a_place_of_its_own_names_no_office(word: str) -> None:
    with pytest.raises(BadToken):
        office_token(word)


def test_an_office_cannot_widen_its_filter_with_a_wildcard() -> None:
    with pytest.raises(BadToken):
        consumer_filter("demo", "*")
    with pytest.raises(BadToken):
        commands_of("*", PETITION)
    with pytest.raises(BadToken):
        inbox_prefix(">")


def test_the_kernel_reads_what_offices_say_and_an_office_what_is_said_to_it() -> None:
    assert consumer_filter("demo", "kernel") == "ow.demo.*.from.>"
    assert consumer_filter("demo", "petition") == "ow.demo.*.to.petition.>"
