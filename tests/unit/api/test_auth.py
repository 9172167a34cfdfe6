"""Who comes to the door, and by which way."""

from datetime import timedelta

import pytest

from onewindow.access.guard import COOKIE
from onewindow.api.auth import PARTY_COOKIE, PARTY_MINUTES
from tests.support.centre import EAST, OPERATOR, PASSWORD, Arranged, matter

pytestmark = pytest.mark.asyncio(loop_scope="module")

ME = "/api/v1/me"


async def test_somebody_logs_in_changes_their_password_and_out(here: Arranged) -> None:
    client = await here.client()
    answer = await client.post("/api/v1/sessions", json={"login": "colleague", "password": PASSWORD})
    assert answer.status_code == 201
    token = answer.json()["token"]
    assert (await client.get(ME)).status_code == 401
    client.headers["Authorization"] = f"Bearer {token}"
    me = (await client.get(ME)).json()
    assert (me["name"], me["posts"][0]["role"]) == ("陈承办", "handler")
    assert "assignment.act" in me["may"] and "user.manage" not in me["may"]
    changed = await client.put("/api/v1/me/password", json={"old": PASSWORD, "password": "another-9-long-secret"})
    assert changed.status_code == 204
    assert (await client.delete("/api/v1/sessions/current")).status_code == 204
    assert (await client.get(ME)).status_code == 401


async def test_a_wrong_password_does_not_say_whether_there_is_such_an_account(here: Arranged) -> None:
    client = await here.client()
    bodies = {
        (await client.post("/api/v1/sessions", json={"login": login, "password": "wrong"})).content
        for login in ("handler", "nobody-at-all")
    }
    assert len(bodies) == 1


async def test_guessing_passwords_is_limited(alone: Arranged) -> None:
    client = await alone.client()
    for _attempt in range(30):
        answer = await client.post("/api/v1/sessions", json={"login": "handler", "password": "guess"})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("token", ["x" * 32, "p." + "x" * 60, "short"])
async def test_a_worthless_token_is_refused_even_where_the_public_may_enter(here: Arranged, token: str) -> None:
    client = await here.client(Authorization=f"Bearer {token}")
    answer = await client.get(ME)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_write_by_cookie_needs_the_csrf_token_and_a_read_does_not(here: Arranged) -> None:
    client = await here.client()
    client.cookies.set(COOKIE, await here.token("registrar"))
    csrf = (await client.get(ME)).json()["csrf"]
    refused = await client.post("/api/v1/cases", json=matter())
    assert refused.status_code == 403
    taken = await client.post("/api/v1/cases", json=matter(), headers={"X-CSRF-Token": csrf})
    assert taken.status_code == 201


async def test_the_operator_at_this_machine_keeps_the_system_and_sees_no_case(here: Arranged) -> None:
    made = await here.register()
    client = await here.client(Authorization=f"Bearer {OPERATOR}")
    assert (await client.get("/api/v1/offices")).status_code == 200
    assert (await client.get(f"/api/v1/cases/{made['number']}")).status_code == 404
    assert (await client.get("/api/v1/cases")).json()["items"] == []


async def test_the_operator_s_token_opens_nothing_from_elsewhere(here: Arranged) -> None:
    import httpx

    transport = httpx.ASGITransport(here.app, client=("203.0.113.9", 4711))
    headers = {"Authorization": f"Bearer {OPERATOR}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://centre", headers=headers) as client:
        assert (await client.get("/api/v1/offices")).status_code == 401


async def test_a_first_password_opens_nothing_but_its_change(here: Arranged) -> None:
    admin = await here.client("sysadmin")
    made = (await admin.post("/api/v1/users", json={"name": "新人", "login": "newcomer"})).json()
    client = await here.client()
    answer = await client.post("/api/v1/sessions", json={"login": "newcomer", "password": made["password"]})
    assert answer.json()["must_change"] is True
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    assert (await client.get("/api/v1/cases")).status_code == 403
    assert (await client.get(ME)).json()["may"] == []
    given = {"old": made["password"], "password": "mine-own-1-for-now"}
    assert (await client.put("/api/v1/me/password", json=given)).status_code == 204
    assert (await client.get("/api/v1/cases")).status_code == 200


async def test_a_code_opens_its_own_matter_and_nothing_else(here: Arranged) -> None:
    one, other = await here.register(), await here.register(text="另一件事情")
    client = await here.party(one["code"])
    seen = (await client.get("/api/v1/tracking")).json()
    assert seen["number"] == one["number"]
    assert other["number"] not in str(seen)
    assert (await client.get("/api/v1/cases")).status_code == 401
    assert (await client.get(f"/api/v1/cases/{one['number']}")).status_code == 401


async def test_a_party_s_token_runs_out(here: Arranged, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await here.party((await here.register())["code"])
    later = here.centre.now() + timedelta(minutes=PARTY_MINUTES, seconds=1)
    monkeypatch.setattr(here.centre, "now", lambda: later)
    assert (await client.get("/api/v1/tracking")).status_code == 401


async def test_a_party_s_token_cannot_be_altered(here: Arranged) -> None:
    client = await here.party((await here.register())["code"])
    token = client.headers["Authorization"]
    flipped = token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:]
    client.headers["Authorization"] = flipped
    assert (await client.get("/api/v1/tracking")).status_code == 401


async def test_a_party_s_cookie_writes_with_its_csrf_token_only(here: Arranged) -> None:
    party = await here.party((await here.register())["code"])
    token = party.headers["Authorization"].removeprefix("Bearer ")
    client = await here.client()
    client.cookies.set(PARTY_COOKIE, token)
    assert (await client.get("/api/v1/tracking")).status_code == 200
    path = "/api/v1/tracking/assignments/none/actions/none"
    assert (await client.post(path, json={})).status_code == 403
    csrf = here.app.state.door.party_csrf(token)
    assert (await client.post(path, json={}, headers={"X-CSRF-Token": csrf})).status_code == 404


async def test_guessing_codes_is_limited(alone: Arranged) -> None:
    from onewindow.access import codes

    client = await alone.client()
    for _attempt in range(100):
        answer = await client.post("/api/v1/tracking", json={"code": codes.generate()})
        if answer.status_code == 429:
            break
        assert answer.status_code == 404
    assert answer.status_code == 429


async def test_the_public_says_neither_channel_nor_time_of_receipt(here: Arranged) -> None:
    client = await here.client()
    for given in ({"channel": "visit"}, {"received_at": "2026-01-01T00:00:00Z"}):
        assert (await client.post("/api/v1/cases", json=matter(**given))).status_code == 422
    registrar = await here.client("registrar")
    assert (await registrar.post("/api/v1/cases", json=matter(channel="visit"))).status_code == 201


async def test_staff_register_only_where_they_may(here: Arranged) -> None:
    assert (await (await here.client("west_registrar")).post("/api/v1/cases", json=matter())).status_code == 403
    assert (await (await here.client("auditor")).post("/api/v1/cases", json=matter())).status_code == 403
    assert matter()["township"] == EAST
