"""What the office declares: its clocks with their articles, its documents, texts, records, diagram and boundary."""

import ast
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from onewindow.i18n import parse_catalogue
from onewindow.office import Manifest, Procedure
from onewindow.office.manifest import ClockSpec, personal_fields
from onewindow.store.migrations import Migrations
from onewindow_petition.ledger import WayOut
from onewindow_petition.office import office, onewindow_office
from tests.unit.petition.texts import PACKAGE, texts

HERE = Path(__file__).parent
MANIFEST = office.manifest()
FORBIDDEN = re.compile(
    "信仰|宗教|教派|民族|政治面貌|党派|重点人|风险|等级|标签|评分|上访次数|越级|非访|缠访|无理|稳控|"
    "belief|religio|ethnic|politic|risk|score|label|tag|watch|unreasonable",
    re.IGNORECASE,
)


def clocks(procedure: str) -> dict[str, ClockSpec]:
    found = next(p for p in MANIFEST.procedures if p.key == procedure)
    return {c.key: c for c in found.clocks}


def test_the_hook_gives_the_office_that_keeps_claims_suggestions_and_accusations() -> None:
    assert onewindow_office() is office
    assert [(p.key, p.tracks) for p in MANIFEST.procedures] == [
        ("claim", ("C",)),
        ("suggestion", ("D",)),
        ("accusation", ("E",)),
    ]
    assert set(MANIFEST.handles) == {"C", "D", "E", "1801", "1802", "1803"} and "*" not in MANIFEST.handles
    assert Manifest.model_validate_json(MANIFEST.model_dump_json()) == MANIFEST


@pytest.mark.parametrize(
    ("key", "amount", "unit", "article", "starts", "protects"),
    [
        ("notice_by", 15, "days", "第二十三条", "received", "person"),
        ("object_by", 5, "working_days", "第二十三条第三款", "assigned", "authority"),
        ("reply_by", 60, "days", "第三十四条", "entering", "person"),
        ("review_right", 30, "days", "第三十五条", "served", "person"),
        ("file_by", 5, "working_days", "第三十五条", "stated", "person"),
        ("recheck_right", 30, "days", "第三十六条", "stated", "person"),
    ],
)
def test_a_claim_has_the_clocks_of_the_regulations(
    key: str, amount: int, unit: str, article: str, starts: str, protects: str
) -> None:
    clock = clocks("claim")[key]
    assert clock.span is not None and (clock.span.amount, clock.span.unit) == (amount, unit)
    assert clock.source == f"信访工作条例 {article}" and clock.since == date(2022, 5, 1)
    assert (clock.starts.fact, clock.protects) == (starts, protects)


@pytest.mark.parametrize(("procedure", "track"), [("claim", "C"), ("suggestion", "D"), ("accusation", "E")])
def test_art_23_the_fifteen_days_belong_to_one_track_and_end_with_the_service_of_a_notice(
    procedure: str, track: str
) -> None:
    clock = clocks(procedure)["notice_by"]
    assert clock.tracks == (track,)
    assert {moment.fact for moment in clock.stops} == {"served"}
    issued = {d.key for d in MANIFEST.documents}
    assert all(document in issued for moment in clock.stops for document in moment.of)


def test_art_34_the_sixty_days_are_extended_once_by_thirty_at_most_and_only_with_the_notice() -> None:
    extend = clocks("claim")["reply_by"].extend
    assert extend is not None
    assert (extend.at_most.amount, extend.at_most.unit, extend.times) == (30, "days", 1)
    assert extend.notice == "extension_notice"


def test_the_sixty_days_begin_only_in_states_that_are_entered_by_acceptance_or_by_order() -> None:
    claim = next(p for p in MANIFEST.procedures if p.key == "claim")
    into = {s: sorted(a.key for a in claim.actions if s in a.targets) for s in clocks("claim")["reply_by"].starts.of}
    assert into == {"accepted": ["accept"], "redoing": ["recheck_result", "review_result"]}


def test_every_document_that_a_rule_issues_has_a_template_with_a_chinese_title() -> None:
    issued = set()
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Issue":
                assert isinstance(node.args[0], ast.Constant)
                issued.add(node.args[0].value)
    assert issued == {d.key for d in MANIFEST.documents}
    assert all(re.fullmatch(r"[一-鿿（）]+", d.title) for d in MANIFEST.documents)


def test_every_text_that_a_screen_shows_has_its_english() -> None:
    english = parse_catalogue((PACKAGE / "locale" / "en.po").read_text())
    assert english.keys() == set(texts())
    assert not any("一" <= c <= "鿿" for text in english.values() for c in text)


def test_no_field_category_state_or_action_is_about_what_the_product_does_not_hold() -> None:
    names = [name for p in MANIFEST.procedures for name in (*p.facts["properties"], *(s.key for s in p.states))]
    for procedure in MANIFEST.procedures:
        for action in procedure.actions:
            names += [action.key, *((action.form or {}).get("properties", {}))]
    assert [text for text in (*texts(), *names) if FORBIDDEN.search(text)] == []
    assert FORBIDDEN.search("信访人风险等级") and FORBIDDEN.search("risk_level")


def test_a_personal_field_says_why_it_is_held_and_how_long_and_never_enters_a_list() -> None:
    schemas: list[Any] = [p.facts for p in MANIFEST.procedures]
    schemas += [a.form for p in MANIFEST.procedures for a in p.actions if a.form]
    for schema in schemas:
        for name, spec in personal_fields(schema).items():
            assert spec["x-keep"] == "case" and "x-listed" not in spec, name


def test_the_records_hold_places_and_their_revision_makes_exactly_their_table(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/petition.db"
    migrations = Migrations(url, None, [PACKAGE / "versions"], "alembic_petition", WayOut.metadata)
    migrations.upgrade()
    assert migrations.differences() == []
    migrations.downgrade("base")
    assert set(WayOut.metadata.tables) == {"petition_wayout"}


@pytest.mark.parametrize("procedure", office.procedures, ids=lambda p: p.key)
def test_the_diagram_of_a_procedure_is_the_one_that_was_read(procedure: type[Procedure[Any]]) -> None:
    spec = next(p for p in MANIFEST.procedures if p.key == procedure.key)
    assert spec.mermaid() + "\n" == (HERE / f"{procedure.key}.mmd").read_text()


def test_no_file_of_the_office_grows_beyond_what_one_reads_at_a_sitting() -> None:
    assert [path.name for path in PACKAGE.rglob("*.py") if len(path.read_text().splitlines()) >= 400] == []
