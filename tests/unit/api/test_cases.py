"""Cases over the API: registered once, masked, versioned, paged by key; a sealed one is not there."""

from typing import Any

import pytest

from onewindow.office.types import law_day
from tests.support.centre import EAST, WEST, Arranged, matter

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASES = "/api/v1/cases"
SEALED = {"category": "1803", "track": "E", "text": "反映某干部收钱办事。"}


async def test_the_same_key_and_body_register_once(here: Arranged) -> None:
    client = await here.client()
    key = {"Idempotency-Key": "0199-abcd"}
    first = await client.post(CASES, json=matter(), headers=key)
    again = await client.post(CASES, json=matter(), headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.headers["location"] == f"{CASES}/{first.json()['number']}"
    other = await client.post(CASES, json=matter(text="另一件"), headers=key)
    assert other.status_code == 409


@pytest.mark.parametrize("key", ["", "x" * 65, "a b", "键"])
async def test_a_key_that_cannot_be_kept_is_refused(here: Arranged, key: str) -> None:
    headers = {"Idempotency-Key": key.encode()}
    answer = await (await here.client()).post(CASES, json=matter(), headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == (422 if key else 201)


async def test_names_and_numbers_are_masked_until_a_reason_is_given(here: Arranged) -> None:
    made = await here.register()
    client = await here.client("director")
    path = f"{CASES}/{made['number']}"
    text = (await client.get(path)).text
    for personal in ("张三丰", "13812345678", "370101198001011234", "前村8号"):
        assert personal not in text
    party = next(iter(made["codes"]))
    bare = await client.post(f"{path}/parties/{party}/reveal", json={"reason": "。"})
    assert bare.status_code == 422
    shown = await client.post(f"{path}/parties/{party}/reveal", json={"reason": "电话回访", "fields": ["phone"]})
    assert {name: value for name, value in shown.json().items() if value} == {"phone": "13812345678"}
    looks = (await (await here.party(made["code"])).get("/api/v1/tracking")).json()["looks"]
    assert ("reveal:phone", "电话回访") in {(look["what"], look["reason"]) for look in looks}


async def test_the_version_is_the_etag_and_a_change_has_to_name_it(here: Arranged) -> None:
    made = await here.register()
    client = await here.client("director")
    path = f"{CASES}/{made['number']}"
    etag = (await client.get(path)).headers["etag"]
    assert etag == f'"{made["version"]}"'
    same = await client.get(path, headers={"If-None-Match": etag})
    assert (same.status_code, same.content) == (304, b"")
    change = {"reason": "地点写错了", "words": {"place": "东关镇后村"}}
    assert (await client.patch(path, json=change)).status_code == 428
    assert (await client.patch(path, json=change, headers={"If-Match": '"1"'})).status_code == 412
    assert (await client.patch(path, json=change, headers={"If-Match": "nonsense"})).status_code == 412
    done = await client.patch(path, json=change, headers={"If-Match": etag})
    assert done.status_code == 200
    assert done.headers["etag"] == f'"{made["version"] + 1}"'
    assert (await client.get(path, headers={"If-None-Match": etag})).json()["words"]["place"] == "东关镇后村"


async def test_a_masked_value_is_not_written_back(here: Arranged) -> None:
    made = await here.register()
    client = await here.client("director")
    change = {"reason": "改电话", "parties": {next(iter(made["codes"])): {"phone": "138****5678"}}}
    answer = await client.patch(f"{CASES}/{made['number']}", json=change, headers={"If-Match": "*"})
    assert answer.status_code == 422


async def test_a_sealed_case_is_answered_byte_for_byte_like_one_that_is_not_there(here: Arranged) -> None:
    sealed = await here.register(**SEALED)
    assert sealed["sealed"] is True
    client = await here.client("director", **{"X-Request-Id": "the-same-request"})
    suffixes = ("", "/timeline", "/verify", "/documents", "/actions")
    for suffix in suffixes:
        there = await client.get(f"{CASES}/{sealed['number']}{suffix}")
        nowhere = await client.get(f"{CASES}/{sealed['number'][:-1]}9{suffix}")
        assert there.status_code == nowhere.status_code == 404
        assert there.content == nowhere.content
        assert there.headers == nowhere.headers
    assert (await client.get(CASES, params={"track": "E"})).json()["items"] == []


async def test_the_designated_person_sees_it(here: Arranged) -> None:
    sealed = await here.register(**SEALED)
    client = await here.client("designated")
    assert (await client.get(f"{CASES}/{sealed['number']}")).status_code == 200
    assert sealed["number"] in {row["number"] for row in (await client.get(CASES)).json()["items"]}


async def test_a_list_is_paged_by_key_there_and_back(here: Arranged) -> None:
    numbers = [(await here.register(text=f"第 {n} 件事", township=WEST))["number"] for n in range(5)][::-1]
    client = await here.client("west_director")

    async def page(**cursor: Any) -> dict[str, Any]:
        found: dict[str, Any] = (await client.get(CASES, params={"limit": 2, **cursor})).json()
        return found

    first = await page()
    second = await page(after=first["next"])
    third = await page(after=second["next"])
    assert [row["number"] for p in (first, second, third) for row in p["items"]] == numbers
    assert third["next"] is None
    assert (await page(before=second["prev"]))["items"] == first["items"]


async def test_the_timeline_holds_and_shows_who_may_read(here: Arranged) -> None:
    made = await here.register()
    client = await here.client("director")
    found = (await client.get(f"{CASES}/{made['number']}/timeline", params={"limit": 1})).json()
    assert [entry["kind"] for entry in found["items"]] == ["registered"]
    rest = await client.get(f"{CASES}/{made['number']}/timeline", params={"after": found["next"]})
    assert [entry["kind"] for entry in rest.json()["items"]] == ["assigned"]
    verdict = (await client.get(f"{CASES}/{made['number']}/verify")).json()
    assert verdict == {"ok": True, "entries": 2, "seq": None, "problem": ""}


async def test_a_unit_on_paper_gets_its_letter_and_its_answer_is_entered(here: Arranged) -> None:
    made = await here.register(category="0801", track="B")
    client = await here.client("deputy")
    case = (await client.get(f"{CASES}/{made['number']}")).json()
    row = case["assignments"][0]
    assert (row["unit_title"], row["office"]) == ("东关市场监管所", None)
    path = f"{CASES}/{made['number']}/assignments/{row['id']}/paper"
    key = {"Idempotency-Key": "letter-1"}
    letter = (await client.post(f"{path}/letter", headers=key)).json()["document"]
    assert (await client.post(f"{path}/letter", headers=key)).json()["document"] == letter
    printed = await client.get(f"/api/v1/documents/{letter}")
    assert printed.content.startswith(b"%PDF")
    etag = printed.headers["etag"]
    same = await client.get(f"/api/v1/documents/{letter}", headers={"If-None-Match": etag})
    assert same.status_code == 304
    assert (await client.post(f"{path}/receipt", json={"signed_for": "赵签收"})).status_code == 204
    given = {"answer": "已责令退款。", "answered_on": law_day(here.centre.now()).isoformat()}
    assert (await client.post(f"{path}/answer", json=given)).status_code == 204
    case = (await client.get(f"{CASES}/{made['number']}")).json()
    assert (case["assignments"][0]["state"], case["state"]) == ("done", "closed")


async def test_the_receipt_is_printed_for_the_holder_of_the_code_with_the_same_bytes(here: Arranged) -> None:
    made = await here.register()
    client = await here.client()
    first = await client.post("/api/v1/tracking/receipt", json={"code": made["code"]})
    again = await client.post("/api/v1/tracking/receipt", json={"code": made["code"].lower()})
    assert first.content.startswith(b"%PDF")
    assert first.content == again.content and first.headers["etag"] == again.headers["etag"]
    assert EAST in first.headers["content-disposition"]
