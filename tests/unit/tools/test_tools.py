"""The repository's own checks, each against a seeded violation."""

from pathlib import Path

import pytest

from tools import dependencies, docs, docs_parts, locale, lock, sizes

GOOD = "# Written by `make lock`.\nalembic==1.20.1 \\\n    --hash=sha256:00\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_a_lock_of_versions_and_hashes_is_good() -> None:
    assert lock.faults(GOOD) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--index-url https://example.org/simple", "names a host"),
        ("--find-links wheels", "names a host"),
        ("thing @ https://example.org/thing.whl \\", "names a host"),
        ("thing>=1 \\", "not pinned"),
        ("thing==1", "no hash"),
    ],
)
def test_a_lock_with_anything_else_is_refused(line: str, said: str) -> None:
    assert any(said in fault for fault in lock.faults(GOOD + line + "\n"))


def test_a_file_of_four_hundred_lines_is_too_long(tmp_path: Path) -> None:
    write(tmp_path / "kernel" / "long.py", "\n" * 400)
    write(tmp_path / "kernel" / "short.py", "\n" * 399)
    write(tmp_path / "kernel" / "versions" / "0001_first.py", "\n" * 900)
    assert sizes.faults(tmp_path) == ["kernel/long.py: 400 lines (limit 400)"]


@pytest.fixture
def distribution(tmp_path: Path) -> Path:
    folder = tmp_path / "kernel"
    write(folder / "pyproject.toml", '[project]\nname = "onewindow"\ndependencies = ["pydantic>=2,<3"]\n')
    write(folder / "onewindow" / "__init__.py", "import json\nimport pydantic\nimport pydantic_core\n")
    return folder


OWNERS = {"pydantic": ["pydantic"], "pydantic_core": ["pydantic-core"], "yaml": ["PyYAML"]}


def test_what_is_declared_may_be_imported(distribution: Path) -> None:
    assert dependencies.undeclared(distribution, distribution.parent, OWNERS) == []


def test_an_import_that_is_not_declared_is_refused(distribution: Path) -> None:
    write(distribution / "onewindow" / "extra.py", "def load():\n    import yaml\n")
    [fault] = dependencies.undeclared(distribution, distribution.parent, OWNERS)
    assert "imports yaml" in fault


def test_an_office_may_import_alembic_in_its_revisions_and_nowhere_else(tmp_path: Path) -> None:
    office = tmp_path / "plugins" / "shop"
    write(office / "pyproject.toml", '[project]\nname = "onewindow-shop"\ndependencies = ["onewindow>=0.1,<0.2"]\n')
    write(office / "onewindow_shop" / "versions" / "0001_first.py", "import alembic\n")
    assert dependencies.undeclared(office, tmp_path, {}) == []
    write(office / "onewindow_shop" / "office.py", "import alembic\n")
    [fault] = dependencies.undeclared(office, tmp_path, {})
    assert "office.py imports alembic" in fault


def test_a_range_that_the_lock_does_not_meet_is_refused(distribution: Path) -> None:
    assert dependencies.unsatisfied(distribution, {"pydantic": "2.14.3"}) == []
    assert dependencies.unsatisfied(distribution, {"pydantic": "3.0"})
    assert dependencies.unsatisfied(distribution, {})


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> locale.Domain:
    monkeypatch.setattr(locale, "ROOT", tmp_path)
    package = tmp_path / "kernel" / "onewindow"
    write(package / "errors.py", '"""Errors."""\nclass NotFound(Exception): ...\n')
    return locale.Domain("onewindow", package, office=False)


def found(domain: locale.Domain) -> set[str]:
    return {use.msgid for use in locale.uses(domain)}


def test_messages_are_found_in_markers_errors_and_templates(kernel: locale.Domain) -> None:
    write(kernel.package / "a.py", 'x = _("甲")\nraise NotFound("乙", remedy="丙")\ny = "不是信息"\nz = _("plain")\n')
    write(kernel.package / "web" / "templates" / "a.html", '<p>{{ _("丁") }}</p>{% trans %}戊{% endtrans %}')
    assert found(kernel) == {"甲", "乙", "丙", "丁", "戊"}


def test_an_office_declares_its_words_plainly(tmp_path: Path) -> None:
    office = locale.Domain("shop", tmp_path, office=True)
    text = '"""模块"""\nclass P:\n    """流程"""\n    s = State("已收到")\n    q = "查询"  # untranslated: a key\n'
    write(tmp_path / "office.py", text + '    def f(self):\n        """函数"""\n        return f"共{1}件"\n')
    assert found(office) == {"流程", "已收到"}


def test_a_message_without_english_is_refused_until_it_is_translated(kernel: locale.Domain) -> None:
    write(kernel.package / "a.py", 'x = _("最多 {most} 项")\n')
    assert "no English" in locale.faults(kernel, {})[0]
    assert locale.update(kernel, {}) == 1
    assert "no English" in locale.faults(kernel, {})[0], "an empty translation is none"
    catalogue = kernel.main
    text = catalogue.read_text("utf-8")
    catalogue.write_text(
        text.replace('msgstr ""\n', 'msgstr "at most {limit}"\n').replace('"at most {limit}"', '""', 1)
    )
    assert "other placeholders" in locale.faults(kernel, {})[0]
    catalogue.write_text(catalogue.read_text("utf-8").replace("{limit}", "{most}"))
    assert locale.faults(kernel, {}) == []
    assert locale.update(kernel, {}) == 0


def test_an_office_carries_one_catalogue_and_its_templates_open_with_a_title(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locale, "ROOT", tmp_path)
    office = locale.Domain("shop", tmp_path / "onewindow_shop", office=True)
    write(office.package / "documents" / "notice.typ", "// 告知书\n// number: 告\n")
    assert locale.update(office, {}) == 1
    assert office.main == office.package / "locale" / "en.po"
    office.main.write_text(office.main.read_text("utf-8").rstrip().removesuffix('""') + '"Notice"\n')
    assert locale.faults(office, {}) == []


def test_what_a_catalogue_says_twice_or_for_nobody_is_refused(kernel: locale.Domain) -> None:
    write(kernel.package / "a.py", 'x = _("甲")\n')
    entry = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8"\n\nmsgid "甲"\nmsgstr "A"\n'
    write(kernel.main.parent / "a.po", entry)
    write(kernel.main.parent / "b.po", entry + '\nmsgid "乙"\nmsgstr "B"\n')
    twice, unused = locale.faults(kernel, {})
    assert "stands in a.po too" in twice
    assert "nothing uses '乙'" in unused


def test_chinese_that_stands_bare_in_a_template_is_refused(kernel: locale.Domain) -> None:
    write(kernel.package / "web" / "templates" / "a.html", '{# 说明 #}\n<p>{{ _("好") }} 坏</p>\n')
    [fault] = list(locale.unmarked(kernel))
    assert "a.html:2" in fault


def test_a_generated_part_that_is_out_of_date_is_refused(tmp_path: Path) -> None:
    page = write(tmp_path / "docs" / "a.md", "# A\n<!-- generated: offices -->\nold\n<!-- end -->\n")
    parts = {"offices": lambda root: "new"}
    assert any("out of date" in fault for fault in docs.faults(tmp_path, parts))
    page.write_text(docs.generated(page.read_text(), tmp_path, parts))
    assert list(docs.faults(tmp_path, parts)) == []


def test_a_part_that_nothing_generates_and_a_dead_link_are_refused(tmp_path: Path) -> None:
    write(
        tmp_path / "a.md",
        "<!-- generated: nothing -->\n<!-- end -->\n[b](b.md) [web](https://example.org) `[c](c.md)`\n",
    )
    faults = list(docs.faults(tmp_path, {}))
    assert len(faults) == 2
    assert "nothing generates" in faults[0]
    assert "b.md" in faults[1]


def test_a_link_to_a_heading_that_is_not_there_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "b.md", "# What to do when…\n```\n# no heading\n```\n")
    write(tmp_path / "a.md", "[there](b.md#what-to-do-when) [here](#none) [code](b.md#no-heading)\n")
    assert [fault.split()[4] for fault in docs.faults(tmp_path, {})] == ["#none", "b.md#no-heading"]


def test_every_generated_part_of_ours_can_be_written() -> None:
    assert all(part(docs.ROOT).strip() for part in docs_parts.PARTS.values())
