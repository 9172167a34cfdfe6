"""The office's actions over the API: done, refused or unconfirmed, and each with one effect."""

import asyncio
from typing import Any

import httpx
import pytest

from onewindow.routing.commands import Outcome
from tests.support.centre import Arranged

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASES = "/api/v1/cases"
ACCEPT = {"form": {"requests": ["按标准补偿"], "no_other_way": True, "phone": "0530-1234567"}}


async def offers(client: httpx.AsyncClient, number: str) -> dict[str, Any]:
    """What the office offers, once the assignment has reached it."""
    for _attempt in range(100):
        found: dict[str, Any] = (await client.get(f"{CASES}/{number}/actions")).json()["items"][0]
        if found["answering"]:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("the office does not answer")


async def signed(here: Arranged) -> tuple[httpx.AsyncClient, str, str]:
    """A case that the handler has signed for: their client, the case's path, the assignment's."""
    made = await here.register()
    client = await here.client("handler")
    case = f"{CASES}/{made['number']}"
    queue = (await client.get("/api/v1/queue")).json()["items"]
    row = next(each for each in queue if each["number"] == made["number"])
    path = f"{case}/assignments/{row['id']}"
    early = await client.post(f"{path}/actions/accept", json=ACCEPT)
    assert (early.status_code, early.json()["rule"]) == (409, "T10")
    assert (await client.post(f"{path}/signature")).status_code == 204
    return client, made["number"], path


async def test_an_action_is_offered_with_its_form_and_done_once(here: Arranged) -> None:
    client, number, path = await signed(here)
    offered = await offers(client, number)
    accept = next(each for each in offered["actions"] if each["key"] == "accept")
    assert "requests" in accept["form"]["properties"] and accept["refusal"] is None
    key = {"Idempotency-Key": "accept-once"}
    done = await client.post(f"{path}/actions/accept", json=ACCEPT, headers=key)
    assert (done.status_code, done.json()) == (200, {"outcome": "done", "key": "accept-once"})
    version = (await client.get(f"{CASES}/{number}")).json()["version"]
    assert (await client.post(f"{path}/actions/accept", json=ACCEPT, headers=key)).status_code == 200
    assert (await client.get(f"{CASES}/{number}")).json()["version"] == version
    refused = await client.post(f"{path}/actions/accept", json=ACCEPT)
    assert refused.status_code == 409 and refused.headers["content-type"] == "application/problem+json"


async def test_a_form_that_is_wrong_says_where(here: Arranged) -> None:
    client, number, path = await signed(here)
    await offers(client, number)
    answer = await client.post(f"{path}/actions/accept", json={"form": {"requests": []}})
    assert answer.status_code == 422
    pointers = {each["pointer"] for each in answer.json()["errors"]}
    assert {"/form/requests", "/form/phone"} <= pointers


async def test_what_is_not_there_is_not_found(here: Arranged) -> None:
    client, _number, path = await signed(here)
    assert (await client.post(f"{path}/actions/nothing", json={})).status_code == 404
    assert (await client.post(f"{path[:-1]}/actions/accept", json={})).status_code == 404
    assert (await client.get("/api/v1/commands/nothing")).status_code == 404


async def test_an_unconfirmed_command_says_where_to_ask(here: Arranged, monkeypatch: pytest.MonkeyPatch) -> None:
    client, _number, path = await signed(here)

    async def silent(*_args: Any, **_more: Any) -> Outcome:
        return Outcome("unconfirmed", f"{here.staff['handler']}:a-key")

    monkeypatch.setattr(here.centre.handling, "act", silent)
    answer = await client.post(f"{path}/actions/accept", json=ACCEPT)
    assert answer.status_code == 202
    assert answer.headers["location"] == "/api/v1/commands/a-key"
    assert answer.json() == {"outcome": "unconfirmed", "key": "a-key"}


async def test_only_who_is_in_charge_hands_a_case_on(here: Arranged) -> None:
    made = await here.register()
    client = await here.client("deputy")
    path = f"{CASES}/{made['number']}/assignments"
    given = {"unit": here.units["east-market"], "reason": "属于市场监管职责"}
    assert (await (await here.client("handler")).post(path, json=given)).status_code in (403, 404)
    key = {"Idempotency-Key": "hand-over"}
    first = await client.post(path, json=given, headers=key)
    again = await client.post(path, json=given, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()


async def test_the_window_shows_what_lies_there(here: Arranged) -> None:
    made = await here.register(category="9900", track="A")
    seen = (await (await here.client("deputy")).get("/api/v1/townships/371702001/window")).json()
    assert made["number"] in {row["number"] for row in seen["queue"]}
