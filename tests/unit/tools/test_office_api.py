"""The reference of the office API leaves nothing out, each omission seeded."""

from pathlib import Path

import pytest

from onewindow import office
from tools import docs_parts, docs_parts_api

ROOT = Path(__file__).parents[3]


def test_every_public_name_stands_in_it_with_its_words() -> None:
    written = docs_parts_api.office_api(ROOT)
    for name in office.__all__:
        assert f"\n| `{name}` |" in written, name


def test_a_new_public_name_is_refused_until_it_stands_in_a_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "__all__", [*office.__all__, "Brandnew"])
    with pytest.raises(ValueError, match="disagree on Brandnew"):
        docs_parts_api.office_api(ROOT)


def test_a_new_event_is_refused_until_it_says_when_it_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs_parts_api, "EVENTS", {**docs_parts_api.EVENTS, "rained": "下雨"})
    with pytest.raises(ValueError, match="rained"):
        docs_parts_api.office_api(ROOT)


def test_a_name_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="Silent of the office API has no docstring"):
        docs_parts_api.words("Silent", type("Silent", (), {}))


def test_a_decision_under_another_number_than_its_files_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "decisions"
    folder.mkdir(parents=True)
    (folder / "0001-first.md").write_text("# 1. The first\n", "utf-8")
    assert "| [1](0001-first.md) | The first |" in docs_parts.decisions(tmp_path)
    (folder / "0002-second.md").write_text("# 3. The third\n", "utf-8")
    with pytest.raises(ValueError, match=r"0002-second\.md"):
        docs_parts.decisions(tmp_path)
