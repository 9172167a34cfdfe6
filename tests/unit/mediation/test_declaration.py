"""What the office declares: its clocks with their articles, its documents, records, diagram and boundary."""

import ast
import re
from pathlib import Path
from typing import Any

import onewindow_mediation
from onewindow.boundary import check_manifest, check_texts
from onewindow.office import Manifest
from onewindow.office.manifest import personal_fields
from onewindow.store.migrations import Migrations
from onewindow_mediation.office import office, onewindow_office
from onewindow_mediation.roster import RosterEntry

HERE = Path(__file__).parent
PACKAGE = Path(onewindow_mediation.__file__).parent
MANIFEST = office.manifest()
PROCEDURE = MANIFEST.procedures[0]


def test_the_hook_gives_the_office_that_takes_peoples_mediation_and_nothing_else() -> None:
    assert onewindow_office() is office
    assert MANIFEST.handles == ("F",) and MANIFEST.title == "调解室"
    assert Manifest.model_validate_json(MANIFEST.model_dump_json()) == MANIFEST


def test_nothing_in_it_is_outside_the_boundary_neither_fields_nor_papers() -> None:
    assert check_manifest(MANIFEST) == []
    assert check_texts(office.files()) == []


def test_no_paper_and_no_form_asks_for_what_the_old_forms_asked_of_everybody() -> None:
    texts = [content.decode() for path, content in office.files().items() if path.endswith(".typ")]
    assert [text for text in texts if "民族" in text or "政治面貌" in text] == []


def test_each_clock_has_its_article_and_only_the_parties_or_the_court_may_ask_for_more_time() -> None:
    assert all(re.search(r"第[一二三四五六七八九十]+条", clock.source) for clock in PROCEDURE.clocks)
    extended = {clock.key: clock.extend for clock in PROCEDURE.clocks if clock.extend}
    assert set(extended) == {"mediate_by", "medical_by", "court_by", "court_ordinary_by", "court_summary_by"}
    assert all(extend.notice is None for extend in extended.values()), "they agree; there is no notice to serve"


def test_no_clock_of_mediation_begins_with_the_registration_or_touches_another_offices() -> None:
    starts = {clock.key: clock.starts.fact for clock in PROCEDURE.clocks}
    assert set(starts.values()) == {"by_hand", "stated", "entering"}


def test_every_document_that_a_rule_issues_has_a_template_with_a_chinese_title() -> None:
    issued = set()
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Issue":
                assert isinstance(node.args[0], ast.Constant)
                issued.add(node.args[0].value)
    assert issued == {d.key for d in MANIFEST.documents}
    assert all(re.fullmatch(r"[一-鿿（）]+", d.title) for d in MANIFEST.documents)


def test_a_personal_field_says_why_it_is_held_and_never_enters_a_list() -> None:
    schemas: list[Any] = [PROCEDURE.facts, *(a.form for a in PROCEDURE.actions if a.form)]
    for schema in schemas:
        for name, spec in personal_fields(schema).items():
            assert spec["x-keep"] in {"case", "years(10)"} and "x-listed" not in spec, name


def test_the_roster_holds_staff_and_its_revision_makes_exactly_its_table(tmp_path: Path) -> None:
    migrations = Migrations(
        f"sqlite:///{tmp_path}/mediation.db", None, [PACKAGE / "versions"], "alembic_mediation", RosterEntry.metadata
    )
    migrations.upgrade()
    assert migrations.differences() == []
    migrations.downgrade("base")
    assert RosterEntry.indexed() == ()


def test_the_diagram_of_the_procedure_is_the_one_that_was_read() -> None:
    assert PROCEDURE.mermaid() + "\n" == (HERE / "mediation.mmd").read_text()


def test_no_file_of_the_office_grows_beyond_what_one_reads_at_a_sitting() -> None:
    assert [path.name for path in PACKAGE.rglob("*.py") if len(path.read_text().splitlines()) >= 400] == []
