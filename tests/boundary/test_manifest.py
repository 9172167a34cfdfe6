"""A manifest that holds what the product does not hold is refused, wherever it hides it; an honest one passes."""

from importlib.metadata import version
from typing import Any

import pytest

from onewindow.boundary import check_manifest, check_texts
from onewindow.boundary.rules import STRUCTURAL_RULES
from onewindow.office.manifest import Manifest
from onewindow_petition.office import office as petition
from tests.boundary.declaring import CODES, clean, put, rules, violations, with_fact, with_record

PROCEDURE = "procedures/0"
FORM = f"{PROCEDURE}/actions/0/form"
FACTS = f"{PROCEDURE}/facts"
PERSONAL = {"x_personal": "送达与调解", "x_keep": "case"}

# Where a forbidden word may hide, in both languages and every convention.
HIDDEN: dict[str, tuple[dict[str, Any], str]] = {
    "office title": (put("title", "重点人员管理办"), "watched-persons"),
    "office id": (put("id", "religion"), "belief"),
    "role key": (put("roles", {"minder": "联络员"}), "control"),
    "role title": (put("roles", {"companion": "盯守责任人"}), "control"),
    "document key": (put("documents/+", {"key": "ethnicity_form", "title": "登记表"}), "ethnicity"),
    "document title": (put("documents/+", {"key": "form", "title": "重点人员登记表"}), "watched-persons"),
    "procedure title": (put(f"{PROCEDURE}/title", "无理诉求处置"), "against-complainants"),
    "procedure key": (put(f"{PROCEDURE}/key", "unreasonable_claim"), "against-complainants"),
    "state key": (put(f"{PROCEDURE}/states/0/key", "underSurveillance"), "control"),
    "state title": (put(f"{PROCEDURE}/states/0/title", "已稳控"), "control"),
    "action title": (put(f"{PROCEDURE}/actions/0/title", "劝返"), "control"),
    "action key": (put(f"{PROCEDURE}/actions/0/key", "interceptPetitioner"), "control"),
    "action summary": (put(f"{PROCEDURE}/actions/0/summary", "记录其思想动态"), "opinion"),
    "clock title": (put(f"{PROCEDURE}/clocks/0/title", "敏感节点前稳控期限"), "control"),
    "clock pause": (put(f"{PROCEDURE}/clocks/0/pauses", {"敏感节点": ["received"]}), "political-dates"),
    "fact name": (with_fact("riskScore", "分值"), "person-score"),
    "fact title": (with_fact("kind", "人员分类: 重点人"), "watched-persons"),
    "fact in pinyin": (with_fact("zongJiaoXinYang", "备注"), "belief"),
    "fact in snake case": (with_fact("religious_belief", "备注"), "belief"),
    "blanks between": (with_fact("m", "民 族"), "ethnicity"),
    "traditional characters": (with_fact("m", "風險等級"), "person-score"),
    "hint": (with_fact("note", "备注", x_hint="请注明其宗教信仰"), "belief"),
    "hint in English": (with_fact("note", "备注", x_hint="State the ethnicity of the person"), "ethnicity"),
    "description": (with_fact("note", "备注", description="past petitions of the person"), "petition-history"),
    "choice": (with_fact("kind", "类别", x_choices=[{"value": "a", "label": "缠访闹访"}]), "petition-history"),
    "choice key": (with_fact("kind", "类别", x_choices=[{"value": "key_person", "label": "甲类"}]), "watched-persons"),
    "enum": (with_fact("kind", "类别", enum=["普通", "重点人员"]), "watched-persons"),
    "default": (with_fact("kind", "类别", default="重点人员"), "watched-persons"),
    "choice of a list": (
        with_fact("kinds", "类别", type="array", items={"type": "string", "enum": ["信教群众"]}),
        "belief",
    ),
    "purpose": (with_fact("phone", "电话", x_personal="稳控", x_keep="case"), "control"),
    "tags": (with_fact("tags", "特点", type="array", items={"type": "string"}), "free-tags"),
    "form": (put(f"{FORM}/properties/political_status", {"title": "备注", "type": "string"}), "opinion"),
    "definition": (
        put(f"{FORM}/$defs", {"Row": {"properties": {"ethnicGroup": {"title": "备注", "type": "string"}}}}),
        "ethnicity",
    ),
    "name of a definition": (put(f"{FACTS}/$defs", {"Blacklist": {"properties": {}}}), "watched-persons"),
    "enum definition": (put(f"{FACTS}/$defs", {"Kind": {"enum": ["普通", "上访老户"]}}), "watched-persons"),
    "nested object": (
        with_fact("more", "其他", type="object", properties={"faith": {"title": "备注", "type": "string"}}),
        "belief",
    ),
    "table name": (put("records/0/key", "consumer_population_register"), "register-of-persons"),
    "table title": (put("records/0/title", "信访人台账"), "register-of-persons"),
    "table column": (with_record("visit_count", "次数", type="integer"), "petition-history"),
    "capability": (put("capabilities", ["surveillance"]), "control"),
}

STRUCTURE: dict[str, list[dict[str, Any]]] = {
    "handles-everything": [put("handles", ["*"]), put("handles", ["08*"]), put("handles", ["all"])],
    "unknown-code": [put("handles", ["0899"]), put("handles", ["Z"])],
    "open-bag": [
        with_fact("details", "详情", type="object", additionalProperties=True),
        with_fact("details", "详情", type="object"),
        with_fact("details", "详情", items={"type": "object", "additionalProperties": {}}),
        put(f"{FACTS}/additionalProperties", True),
    ],
    "foreign-schema": [with_fact("more", "其他", **{"$ref": "https://example.org/person.json"})],
    "too-deep": [with_fact("deep", "深", examples=[eval("[" * 90 + "]" * 90)])],
    "personal-undeclared": [
        with_fact("note", "姓名"),
        with_fact("applicantName", "甲"),
        with_fact("name", "甲"),
        with_fact("id_card", "号码"),
        with_fact("x", "身份证号"),
        with_fact("phone", "电话"),
        with_fact("mobile", "联系"),
        with_fact("x", "家庭住址"),
        with_fact("address", "地址"),
        with_fact("x", "电话", type="integer"),
        with_fact("x", "出生日期", format="date"),
        with_fact("x", "手机号", type="array", items={"type": "string"}),
        with_record("contact", "联系人"),
    ],
    "personal-purpose": [
        with_fact("phone", "电话", x_personal="备用", x_keep="case"),
        with_fact("phone", "电话", x_personal="-", x_keep="case"),
        with_fact("phone", "电话", x_personal=True, x_keep="case"),
    ],
    "personal-keep": [
        with_fact("phone", "电话", x_personal="送达"),
        with_fact("phone", "电话", x_personal="送达", x_keep="forever"),
        with_fact("phone", "电话", x_personal="送达", x_keep="years(99)"),
        with_fact("phone", "电话", x_personal="送达", x_keep="until(nowhere)"),
        with_record("phone", "电话", x_personal="值班联络", x_keep="until(ended)"),
    ],
    "personal-listed": [
        with_fact("phone", "电话", x_listed=True, **PERSONAL),
        with_fact("who", "当事人", x_widget="party", x_listed=True),
    ],
    "personal-key": [
        with_record("phone", "电话", indexed=[["phone"]], x_personal="值班联络", x_keep="years(1)"),
        with_record("phone", "电话", indexed=[["site", "phone"]]),
        with_record("phone", "电话", x_search=True, x_personal="值班联络", x_keep="years(1)"),
        with_record("who", "对应当事人", indexed=[["who"]], x_widget="party"),
    ],
    "record-of-the-public": [with_record("who", "对应当事人", x_widget="party")],
    "organisation-named": [with_fact("org", "组织名称") | {"handles": ["2001"]}],
    "open-list-of-acts": [
        with_fact("act", "违法行为", x_choices=[{"value": "other", "label": "其他"}]) | {"handles": ["M"]}
    ],
}

HONEST: dict[str, dict[str, Any]] = {
    "declared phone": with_fact("phone", "电话", **PERSONAL),
    "declared until a state": with_fact("phone", "电话", x_personal="送达", x_keep="until(ended)"),
    "an organ's phone": with_fact("phone", "单位电话"),
    "the handler's phone": with_fact("phone", "承办人联系电话"),
    "a file's name": with_fact("file_name", "文件名"),
    "a paper's name": with_fact("name", "材料名称"),
    "a scene's address": with_fact("address", "事发地址"),
    "an address of mail": with_fact("ip_address", "IP地址"),
    "whether somebody called": with_fact("phoned", "已电话联系", type="boolean"),
    "how to be reached": with_fact("way", "联系方式", x_choices=[{"value": "phone", "label": "电话"}]),
    "how often called": with_fact("phone_calls", "电话联系次数", type="integer"),
    "a party by id": with_fact("who", "表示意见的当事人", x_widget="party"),
    "a unit": with_fact("unit", "接收单位", x_widget="unit"),
    "a hazard's risk": with_fact("risk", "隐患风险等级", x_choices=[{"value": "major", "label": "重大"}]),
    "a staff roster": put("records/0/title", "调解员名册"),
    "other acts elsewhere": with_fact("act", "违法行为", x_choices=[{"value": "other", "label": "其他"}]),
}


def test_the_clean_office_passes() -> None:
    assert violations(clean()) == []


@pytest.mark.parametrize("where", HIDDEN)
def test_a_forbidden_word_is_refused_wherever_it_hides(where: str) -> None:
    data, rule = HIDDEN[where]
    assert rule in rules(data)


def test_every_structural_rule_has_a_seed() -> None:
    assert set(STRUCTURE) == STRUCTURAL_RULES


@pytest.mark.parametrize(("rule", "data"), [(rule, data) for rule, seeds in STRUCTURE.items() for data in seeds])
def test_a_forbidden_structure_is_refused(rule: str, data: dict[str, Any]) -> None:
    assert rule in rules(data)


@pytest.mark.parametrize("what", HONEST)
def test_what_is_honestly_declared_passes(what: str) -> None:
    assert [str(violation) for violation in violations(HONEST[what])] == []


def test_an_address_beside_an_organisation_s_name_is_the_organisation_s() -> None:
    data = with_record("organ", "机关名称")
    data["records"][0]["fields"]["properties"]["address"] = {"title": "地址", "type": "string"}
    assert rules(data) == set()
    data["records"][0]["fields"]["properties"]["person"] = {"title": "姓名", "type": "string"}
    assert rules(data) == {"personal-undeclared"}


def test_a_violation_names_its_rule_its_place_and_what_to_do() -> None:
    data, _rule = HIDDEN["fact title"]
    (found,) = violations(data)
    assert found.rule == "watched-persons"
    assert found.where == "procedures/dispute/facts/kind"
    assert found.text and found.remedy and found.source


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": "no mapping"},
        {"properties": {"x": 1}},
        {"$defs": [1, 2]},
        {"properties": {"x": {"anyOf": "none", "items": 3, "enum": {"a": 1}, "x-choices": [1, None, {"value": []}]}}},
        {"enum": 5},
        {"properties": {"x": {"title": 7, "x-hint": ["a"], "description": {}, "type": ["string", "null"]}}},
    ],
)
def test_a_schema_that_makes_no_sense_does_not_stop_the_check(schema: dict[str, Any]) -> None:
    violations(put(FACTS, schema))


def test_the_petition_office_passes_as_it_is() -> None:
    found = check_manifest(petition.manifest(), CODES)
    assert [str(violation) for violation in found] == []
    assert check_texts(petition.files()) == []
    assert petition.manifest().version == version("onewindow-petition")


def test_a_template_that_prints_a_column_for_ethnicity_is_refused() -> None:
    (found,) = check_texts({"documents/form.typ": "// 登记表\n姓名 [] 民族 []".encode()})
    assert (found.rule, found.where) == ("ethnicity", "documents/form.typ/2")


def test_the_manifest_survives_json_and_is_judged_alike() -> None:
    manifest = petition.manifest()
    assert check_manifest(Manifest.model_validate_json(manifest.model_dump_json()), CODES) == []
