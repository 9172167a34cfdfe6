"""The other doors: a configuration, an import's columns, the kernel's own tables, and what a refusal logs."""

from typing import Any

import pytest
from sqlalchemy import Column, MetaData, String, Table
from structlog.testing import capture_logs

import onewindow.centre
from onewindow.boundary import Violation, check_config, check_mapping, check_tables, report, require
from onewindow.errors import Boundary
from onewindow.store.base import KernelTable


@pytest.mark.parametrize(
    ("config", "rule"),
    [
        ({"categories": [{"code": "2102", "title": "重点人员排查"}]}, "watched-persons"),
        ({"fields": {"religiousBelief": True}}, "belief"),
        ({"indicators": ["一票否决"]}, "ranking"),
        ({"dashboard": {"petition_count": {"by": "township"}}}, "petition-history"),
        ({"warn": {"when": "敏感节点"}}, "political-dates"),
        ({"tags": ["a"]}, "free-tags"),
        ([{"states": ("办理中", "已稳控")}], "control"),
    ],
)
def test_a_configuration_with_a_forbidden_notion_is_refused(config: Any, rule: str) -> None:
    assert rule in {violation.rule for violation in check_config(config)}


def test_a_configuration_full_of_places_and_units_passes() -> None:
    config = {
        "township": {"code": "990100001", "name": "东镇", "streets": ["民族团结路", "街道教育站"]},
        "units": [{"name": "民族宗教事务局", "kind": "bureau"}, {"name": "信访办", "office": "petition"}],
        "limits": {"C": 60, "warn": None, "sealed": True},
    }
    assert check_config(config) == []


def test_a_configuration_without_a_bottom_is_refused() -> None:
    config: dict[str, Any] = {}
    inner = config
    for _ in range(200):
        inner["a"] = {}
        inner = inner["a"]
    assert [violation.rule for violation in check_config(config)] == ["too-deep"]


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"民族": "text"}, "ethnicity"),
        ({"信访次数": "request"}, "petition-history"),
        ({"riskLevel": "place"}, "person-score"),
        ({"备注": "applicant_religion"}, "belief"),
        ({"是否重点人员": "category"}, "watched-persons"),
    ],
)
def test_a_column_that_is_not_held_cannot_be_imported(columns: dict[str, str | None], rule: str) -> None:
    assert rule in {violation.rule for violation in check_mapping(columns)}


def test_a_column_that_is_left_out_and_the_usual_ones_pass() -> None:
    columns = {"民族": None, "政治面貌": "", "宗教": "-", "id": "source_key", "user": "name", "电话": "phone"}
    assert check_mapping(columns) == []


def test_the_kernel_s_own_tables_pass() -> None:
    assert onewindow.centre is not None  # importing it declares them all
    tables = list(KernelTable.metadata.tables.values())
    assert {"case", "party", "timeline", "assignment", "document", "staff", "office", "log"} <= {t.name for t in tables}
    assert [str(violation) for violation in check_tables(tables)] == []


def test_a_table_of_people_is_refused() -> None:
    table = Table("key_person", MetaData(), Column("name", String, primary_key=True), Column("risk_score", String))
    assert {violation.rule for violation in check_tables([table])} >= {
        "watched-persons", "person-score", "personal-undeclared",
    }  # fmt: skip


def test_a_refusal_is_raised_with_its_rule_and_logged_without_what_was_found() -> None:
    found = check_config({"notes": {"13800138000": "张三是重点人员"}})
    with capture_logs() as logs, pytest.raises(Boundary) as raised:
        require(found, "config")
    assert raised.value.rule == "watched-persons"
    assert raised.value.remedy
    (entry,) = logs
    assert (entry["event"], entry["door"], entry["rule"]) == ("boundary.refused", "config", "watched-persons")
    assert "张三" not in str(entry) and "13800138000" not in str(entry)


def test_nothing_wrong_is_let_through_silently() -> None:
    with capture_logs() as logs:
        require([], "config")
        report([], "config")
    assert logs == []


def test_every_refusal_is_logged_and_not_only_the_first() -> None:
    found: list[Violation] = check_mapping({"民族": "text", "宗教": "text"})
    with capture_logs() as logs, pytest.raises(Boundary):
        require(found, "import")
    assert [entry["rule"] for entry in logs] == ["ethnicity", "belief"]
