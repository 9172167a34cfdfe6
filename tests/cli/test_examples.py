"""The example mappings in the documentation work."""

import json
from pathlib import Path

import pytest

from onewindow.boundary import check_mapping
from onewindow.cli.imports import read_mapping
from onewindow.registry.catalogue import categories
from onewindow.routing.ledger import TARGETS, ColumnMapping

EXAMPLES = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.json"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_mapping_is_one_that_the_centre_takes(path: Path) -> None:
    mapping = ColumnMapping.model_validate(read_mapping(path, None, dry_run=True))
    assert check_mapping(mapping.columns) == []
    assert set(mapping.columns.values()) <= set(TARGETS)
    assert {mapping.category, *mapping.categories.values()} <= set(categories())


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 2


def test_a_label_column_is_still_refused_where_it_would_become_a_free_tag() -> None:
    assert check_mapping({"label": "place"})
    assert json.loads(EXAMPLES[0].read_text("utf-8"))["columns"]["label"] == "category"
