"""The OpenAPI text: complete, in both languages, and with the form of every action that an enabled office declares."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from onewindow.api.openapi import TAGS
from tests.support.centre import EAST, WEST, Arranged

pytestmark = pytest.mark.asyncio(loop_scope="module")
ACT = "/api/v1/cases/{number}/assignments/{assignment}/actions/{action}"


async def text_of(here: Arranged) -> dict[str, Any]:
    found: dict[str, Any] = (await (await here.client()).get("/api/v1/openapi.json")).json()
    return found


def operations(text: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, item in text["paths"].items() for method, each in item.items()]


async def test_each_operation_has_a_name_of_its_own_a_tag_and_both_languages(here: Arranged) -> None:
    text = await text_of(here)
    names = Counter(each["operationId"] for _path, _method, each in operations(text))
    assert [name for name, count in names.items() if count > 1] == []
    tags = {name for name, _words in TAGS}
    for path, method, each in operations(text):
        assert set(each["tags"]) <= tags, (method, path)
        chinese, separator, english = each["summary"].partition(" · ")
        assert separator and re.search("[一-鿿]", chinese) and english.isascii(), (method, path)


async def test_errors_are_documented_as_problems(here: Arranged) -> None:
    for path, method, each in operations(await text_of(here)):
        for status, response in each["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (method, path, status)
        assert "500" in each["responses"] and "503" in each["responses"]


async def test_every_reference_leads_somewhere(here: Arranged) -> None:
    text = await text_of(here)
    references = set(re.findall(r'"\$ref":"#/components/schemas/([^"]+)"', json.dumps(text, separators=(",", ":"))))
    assert references <= set(text["components"]["schemas"])


async def test_the_form_of_each_action_is_a_schema_of_its_own(here: Arranged) -> None:
    text = await text_of(here)
    actions = {(each["procedure"], each["action"]): each for each in text["paths"][ACT]["post"]["x-actions"]}
    accept = actions["claim", "accept"]
    assert (accept["office"], accept["by"], accept["title"]) == ("petition", ["handler"], "受理")
    form = text["components"]["schemas"][accept["form"]["$ref"].rpartition("/")[2]]
    assert {"requests", "phone"} <= set(form["required"])


async def test_the_text_follows_what_is_enabled(here: Arranged) -> None:
    sysadmin = await here.client("sysadmin")
    places = [f"/api/v1/townships/{code}/offices/petition" for code in ("371700", EAST, WEST)]
    for place in places:
        assert (await sysadmin.delete(place)).status_code == 200
    assert (await text_of(here))["paths"][ACT]["post"]["x-actions"] == []
    for place in places:
        assert (await sysadmin.put(place)).status_code == 200
    assert (await text_of(here))["paths"][ACT]["post"]["x-actions"] != []
