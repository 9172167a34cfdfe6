"""What the clocks say is said in English too."""

import ast
from importlib.resources import files

import pytest

from onewindow.clocks import importing
from onewindow.errors import BadInput
from onewindow.i18n import catalogue, translate


def test_every_message_of_the_clocks_is_translated() -> None:
    english = catalogue("en")
    messages = [
        node.args[0].value
        for source in files("onewindow.clocks").iterdir()
        if source.name.endswith(".py")
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
        if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    ]
    assert len(messages) > 30
    assert [message for message in messages if english.find(message) == message] == []


def test_a_refused_row_is_told_in_english() -> None:
    with pytest.raises(BadInput) as refused:
        importing.parse_year("date,kind\n2027-02-30,rest\n", 2027, "csv")
    error = refused.value
    assert translate(error.message, "en", **error.params) == "Row 2: “2027-02-30” is not a date."
    assert translate(error.remedy, "en") == "Write dates like 2027-01-01."
