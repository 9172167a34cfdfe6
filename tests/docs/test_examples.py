"""The examples of the documents run as they stand."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from onewindow.boundary import Codes, check_manifest, check_mapping
from onewindow.office import Answer, Ask, Issue
from onewindow.office.types import Track
from onewindow.registry.catalogue import categories
from onewindow.testing import Walk, context, party

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
CODES = Codes(frozenset(map(str, Track)), {code: str(known.track) for code, known in categories().items()})


@pytest.fixture(scope="module")
def consumer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("consumer_example", EXAMPLES / "consumer.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def dispute(consumer: ModuleType) -> Walk:
    people = (party(name="王一"), party("respondent", kind="organisation", name="某健身房"))
    return Walk(consumer.ConsumerDispute(), context(track="B", category="0802", parties=people))


def test_the_example_office_stays_within_the_boundary(consumer: ModuleType) -> None:
    assert check_manifest(consumer.office.manifest(), CODES) == []
    assert consumer.onewindow_office() is consumer.office


def test_a_dispute_is_accepted_settled_and_answered(dispute: Walk) -> None:
    dispute.do("accept", {"trader": "某健身房"})
    assert (dispute.state, dispute.facts.trader) == ("mediating", "某健身房")
    assert dispute.effects == (Issue("acceptance_notice"),)
    dispute.do("settle", {"terms": "退还余额", "confirm": True})
    assert dispute.state == "settled"
    assert [type(effect) for effect in dispute.effects] == [Issue, Answer, Ask]


def test_nobody_settles_with_a_trader_who_is_not_in_the_case(consumer: ModuleType) -> None:
    alone = Walk(consumer.ConsumerDispute(), context(track="B", category="0802"))
    alone.do("accept", {"trader": "某健身房"})
    assert alone.refusal("settle", {"terms": "退还余额"}).remedy == "先登记被投诉的经营者"
    assert alone.offers()["settle"].refusal is not None, "the page greys the button for the same reason"


def test_a_dispute_ends_with_the_way_that_is_left(dispute: Walk) -> None:
    dispute.do("end", {"reason": "双方不同意调解", "way": "court"})
    assert dispute.state == "ended"
    assert dispute.issued("termination_notice").text == {"reason": "双方不同意调解", "way": "court"}


@pytest.mark.parametrize("name", ["complaints_labelled", "complaints_stream"])
def test_the_mappings_of_ledgers_stay_within_the_boundary(name: str) -> None:
    mapping: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    assert check_mapping(mapping["columns"]) == []
