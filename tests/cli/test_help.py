"""Help is in the reader's language, and wrong usage says so."""

from collections.abc import Iterator
from typing import Any

import pytest

from onewindow.cli.app import command
from onewindow.i18n import read_catalogue
from tests.cli.conftest import Cli


def commands(found: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, child in getattr(found, "commands", {}).items():
        yield f"{path} {name}".strip(), child
        yield from commands(child, f"{path} {name}")


def has_chinese(text: str) -> bool:
    return any("一" <= letter <= "鿿" for letter in text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_and_option_is_explained_in_the_language_asked_for(lang: str) -> None:
    found = list(commands(command(["--lang", lang])))
    assert len(found) > 40
    for path, each in found:
        assert each.help, path
        texts = [each.help, *(param.help for param in each.params if getattr(param, "help", None))]
        for text in texts:
            assert has_chinese(text) is (lang == "zh") or text.isascii(), (path, text)


def test_help_is_chinese_first(folder: Cli) -> None:
    assert "登记事项" in folder("case", "--help").out
    assert "Register a matter" in folder("case", "--help", lang="en").out


def test_exit_codes_are_documented(folder: Cli) -> None:
    said = folder("--help", lang="en").out
    assert "Exit codes" in " ".join(said.split())


def test_a_wrong_command_line_ends_with_2(folder: Cli) -> None:
    assert folder("case", "show").code == 2
    assert folder("nonsense").code == 2


def test_the_catalogue_of_the_command_line_has_no_empty_texts() -> None:
    from importlib.resources import files

    texts = read_catalogue(files("onewindow") / "locale" / "en" / "LC_MESSAGES" / "cli.po")
    assert len(texts) > 250
