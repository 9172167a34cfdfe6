"""What a running centre refuses, and how it says so."""

from typing import Any

import pytest

from tests.support.centre import Arranged, matter

pytestmark = pytest.mark.asyncio(loop_scope="module")
CASES = "/api/v1/cases"


async def test_what_http_itself_refuses_is_a_problem_too(here: Arranged) -> None:
    client = await here.client()
    for method, path, status, headers in (
        ("GET", "/api/v1/nothing", 404, {}),
        ("DELETE", CASES, 405, {}),
        ("GET", "/api/v1/townships", 406, {"Accept": "image/png"}),
        ("POST", CASES, 415, {"Content-Type": "text/plain"}),
        ("GET", "/api/v1/townships?limit=0", 422, {}),
    ):
        content = b"x" if method == "POST" else None
        answer = await client.request(method, path, headers=headers, content=content)
        assert answer.status_code == status, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
    assert (await client.delete(CASES)).headers["allow"] == "GET, POST"


async def test_a_query_parameter_is_named(here: Arranged) -> None:
    answer = await (await here.client()).get("/api/v1/townships", params={"limit": "many"})
    assert answer.json()["errors"][0]["parameter"] == "limit"


async def test_broken_json_is_a_problem_not_a_crash(here: Arranged) -> None:
    client = await here.client()
    for path in (CASES, "/api/v1/sessions"):
        for content in (b"{", b"", b"\xff\xfe", b"[1,2]", b"null", b'"\\ud800"', b"[" * 5000):
            answer = await client.post(path, content=content, headers={"Content-Type": "application/json"})
            assert answer.status_code == 422, (path, content[:10], answer.text)


async def test_nobody_learns_what_broke(here: Arranged, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("password=hunter2 of 张三丰")

    monkeypatch.setattr(here.centre.registrar, "register", broken)
    answer = await (await here.client()).post(CASES, json=matter())
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "hunter2" not in answer.text and "Traceback" not in answer.text
