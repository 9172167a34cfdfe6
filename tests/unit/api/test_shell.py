"""The outermost layer: limits on bodies, headers on every answer, the language, and nothing personal in the log."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from onewindow.api.shell import BODY_CAP
from tests.support.centre import Arranged, matter

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASES = "/api/v1/cases"


@pytest.mark.parametrize("path", ["/api/v1/townships", "/api/v1/nothing", "/healthz", CASES])
async def test_every_answer_carries_the_security_headers(here: Arranged, path: str) -> None:
    headers = (await (await here.client()).get(path)).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert len(headers["x-request-id"]) == 36


async def test_a_request_id_that_was_given_comes_back(here: Arranged) -> None:
    client = await here.client()
    given = {"X-Request-Id": "abcd-1234-efgh"}
    assert (await client.get("/healthz", headers=given)).headers["x-request-id"] == "abcd-1234-efgh"
    forged = {"X-Request-Id": "short"}
    assert (await client.get("/healthz", headers=forged)).headers["x-request-id"] != "short"


async def test_a_body_that_says_it_is_too_large_is_not_read(here: Arranged) -> None:
    answer = await (await here.client()).post(CASES, json=matter(text="长" * BODY_CAP))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_without_a_length_is_counted_as_it_comes(here: Arranged) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1 << 16
            yield b" " * (1 << 16)

    client = await here.client()
    for path in (CASES, "/api/v1/sessions"):
        sent = 0
        answer = await client.post(path, content=endless(), headers={"Content-Type": "application/json"})
        assert answer.status_code == 413
        assert sent <= BODY_CAP + (2 << 16)


async def test_a_small_body_without_a_length_is_taken(here: Arranged) -> None:
    async def parts() -> AsyncIterator[bytes]:
        text = json.dumps(matter()).encode()
        yield text[:100]
        yield text[100:]

    answer = await (await here.client()).post(CASES, content=parts(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 201


async def test_nothing_personal_gets_into_the_log(here: Arranged, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(given: Any, **_more: Any) -> None:
        raise RuntimeError(f"could not store {given.parties[0].name}")

    monkeypatch.setattr(here.centre.registrar, "register", broken)
    with capture_logs() as logs:
        await (await here.client()).post(CASES, json=matter())
    assert any(entry["event"] == "request.failed" for entry in logs)
    assert "张三丰" not in str(logs) and "13812345678" not in str(logs)
