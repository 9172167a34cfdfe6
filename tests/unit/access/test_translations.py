"""Every message of access and organisation exists in English."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import onewindow.access
import onewindow.organisation
from onewindow.i18n import translate

FILES = [
    path
    for package in (onewindow.access, onewindow.organisation)
    for path in sorted(Path(str(package.__file__)).parent.glob("*.py"))
]


def messages(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            yield ast.literal_eval(node.args[0])


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_message_is_translated(path: Path) -> None:
    assert [text for text in messages(path) if translate(text, "en") == text] == []
