"""Searching over the API: words with where they stand, what is refused, a code in a body, and saved filters."""

import pytest

from tests.support.centre import Arranged

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASES = "/api/v1/cases"
FILTERS = "/api/v1/filters"


async def test_words_find_cases_and_say_where_they_stand(here: Arranged) -> None:
    made = await here.register("director", text="我叫张三丰，楼上夜里漏水", channel="letter")
    await here.register(text="路灯不亮")
    await here.centre.indexer.catch_up()
    client = await here.client("director")
    found = (await client.get(CASES, params={"q": "夜里 漏水", "channel": "letter"})).json()
    assert [row["number"] for row in found["items"]] == [made["number"]]
    snippet = found["items"][0]["snippet"]
    assert [part["text"] for part in snippet if part["hit"]] == ["夜里漏水"]
    assert "张三丰" not in str(found)
    listed = (await client.get(CASES, params={"registered_from": "2020-01-01"})).json()
    assert len(listed["items"]) == 2 and listed["items"][0]["snippet"] == []
    assert (await client.get(CASES, params={"q": "漏水", "registered_to": "2020-01-01"})).json()["items"] == []
    assert (await client.get(CASES, params={"q": made["number"]})).json()["items"][0]["number"] == made["number"]


@pytest.mark.parametrize(
    ("query", "slug", "status"), [("漏", "bad-input", 422), ("13812345678", "boundary", 422), ("信教", "boundary", 422)]
)
async def test_what_is_not_searched_for_is_said_with_the_remedy(
    here: Arranged, query: str, slug: str, status: int
) -> None:
    answer = await (await here.client("director")).get(CASES, params={"q": query})
    assert answer.status_code == status
    assert answer.json()["type"].endswith(slug)
    assert answer.json()["remedy"]
    assert query not in answer.text or len(query) == 1


async def test_the_public_searches_nothing(here: Arranged) -> None:
    assert (await (await here.client()).get(CASES, params={"q": "漏水"})).status_code == 401


async def test_a_code_in_the_body_leads_to_its_case(here: Arranged) -> None:
    made = await here.register(text="桥面塌陷")
    registrar = await here.client("registrar")
    found = await registrar.post(f"{CASES}/by-code", json={"code": made["code"]})
    assert (found.json()["number"], found.json()["readable"]) == (made["number"], False)
    wrong = await registrar.post(f"{CASES}/by-code", json={"code": "0000-0000-0000-0000"})
    foreign = await (await here.client("west_registrar")).post(f"{CASES}/by-code", json={"code": made["code"]})
    assert wrong.status_code == foreign.status_code == 404
    assert wrong.json()["detail"] == foreign.json()["detail"]
    looks = (await (await here.party(made["code"])).get("/api/v1/tracking")).json()["looks"]
    assert "case.by_code" in {look["what"] for look in looks}


async def test_a_filter_is_saved_used_renamed_and_deleted(here: Arranged) -> None:
    client = await here.client("director")
    given = {"name": "漏水的来信", "chosen": {"q": "漏水", "channel": "letter"}}
    made = await client.post(FILTERS, json=given)
    assert made.status_code == 201 and made.json()["chosen"] == given["chosen"]
    again = await client.post(FILTERS, json=given)
    assert again.status_code == 409
    path = f"{FILTERS}/{made.json()['id']}"
    assert (await (await here.client("deputy")).patch(path, json={"name": "别人的"})).status_code == 404
    assert (await client.patch(path, json={"name": "来信"})).json()["name"] == "来信"
    assert [one["name"] for one in (await client.get(FILTERS)).json()["items"]] == ["来信"]
    assert (await client.get(CASES, params=made.json()["chosen"])).status_code == 200
    assert (await client.delete(path)).status_code == 204
    assert (await client.delete(path)).status_code == 404
    refused = await client.post(FILTERS, json={"name": "重点人员", "chosen": {"q": "漏水"}})
    assert refused.status_code == 422 and refused.json()["type"].endswith("boundary")
