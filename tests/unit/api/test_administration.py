"""Administration over the API: each thing by whom the policy names, and once."""

import pytest

from tests.support.centre import EAST, WEST, Arranged

pytestmark = pytest.mark.asyncio(loop_scope="module")

V1 = "/api/v1"


async def test_a_user_is_entered_by_one_and_appointed_by_another(here: Arranged) -> None:
    sysadmin, secadmin = await here.client("sysadmin"), await here.client("secadmin")
    key = {"Idempotency-Key": "new-user"}
    given = {"name": "新同事", "login": "xin.tongshi"}
    made = (await sysadmin.post(f"{V1}/users", json=given, headers=key)).json()
    assert (await sysadmin.post(f"{V1}/users", json=given, headers=key)).json() == made
    assert (await sysadmin.post(f"{V1}/users", json=given)).status_code == 409
    post = {"unit": here.units["east-petition"], "role": "handler"}
    assert (await sysadmin.post(f"{V1}/users/{made['id']}/posts", json=post)).status_code == 403
    appointed = await secadmin.post(f"{V1}/users/{made['id']}/posts", json=post)
    assert appointed.status_code == 201
    wrong = await secadmin.post(f"{V1}/users/{made['id']}/posts", json={**post, "role": "king"})
    assert wrong.status_code == 422
    users = (await sysadmin.get(f"{V1}/users", params={"limit": 200})).json()["items"]
    user = next(each for each in users if each["id"] == made["id"])
    assert (user["login"], user["posts"][0]["role"]) == ("xin.tongshi", "handler")
    ended = await secadmin.delete(f"{V1}/users/{made['id']}/posts/{appointed.json()['id']}")
    assert ended.status_code == 204


async def test_a_password_is_reset_and_an_account_closed(here: Arranged) -> None:
    sysadmin, handler = await here.client("sysadmin"), await here.client("west_handler")
    path = f"{V1}/users/{here.staff['west_handler']}"
    password = (await sysadmin.post(f"{path}/password")).json()["password"]
    assert (await handler.get(f"{V1}/me")).status_code == 401
    login = {"login": "west_handler", "password": password}
    assert (await handler.post(f"{V1}/sessions", json=login, headers={"Authorization": ""})).json()["must_change"]
    assert (await sysadmin.patch(path, json={"active": False})).status_code == 204
    assert (await handler.post(f"{V1}/sessions", json=login, headers={"Authorization": ""})).status_code == 401


async def test_a_head_sees_their_own_people_only(here: Arranged) -> None:
    users = (await (await here.client("head")).get(f"{V1}/users")).json()["items"]
    assert {user["login"] for user in users} == {"head", "handler", "colleague"}
    assert (await (await here.client("registrar")).get(f"{V1}/users")).status_code == 403


async def test_lists_for_anybody_are_paged_by_key(here: Arranged) -> None:
    client = await here.client()
    first = (await client.get(f"{V1}/townships", params={"limit": 2})).json()
    rest = (await client.get(f"{V1}/townships", params={"limit": 2, "after": first["next"]})).json()
    assert [row["code"] for row in first["items"] + rest["items"]][:3] == ["371700", EAST, WEST]
    units = (await client.get(f"{V1}/units", params={"township": EAST})).json()["items"]
    assert {unit["name"] for unit in units} >= {"东关镇信访办", "东关市场监管所"}
    catalogue = (await client.get(f"{V1}/catalogue")).json()
    assert len(catalogue["tracks"]) == 13


async def test_a_township_goes_live_once_somebody_leads_it(here: Arranged) -> None:
    client = await here.client("district_admin")
    given = {"code": "371702003", "token": "nan", "name": "南关镇"}
    assert (await client.post(f"{V1}/townships", json=given)).status_code == 201
    refused = await client.patch(f"{V1}/townships/371702003", json={"live": True})
    assert (refused.status_code, refused.json()["rule"]) == (409, "go-live")
    suspended = await client.patch(f"{V1}/townships/{WEST}", json={"live": False})
    assert suspended.json()["live"] is False
    assert (await client.patch(f"{V1}/townships/{WEST}", json={"live": True})).json()["live"] is True


async def test_a_disabled_office_is_dead_and_can_be_enabled_again(here: Arranged) -> None:
    client = await here.client("sysadmin")
    path = f"{V1}/townships/{EAST}/offices/petition"
    assert (await (await here.client("director")).delete(path)).status_code == 403
    assert (await client.delete(path)).json()["enabled"] is False
    office = (await client.get(f"{V1}/offices/petition")).json()
    assert EAST not in office["townships"] and WEST in office["townships"]
    made = await here.register()
    window = (await (await here.client("deputy")).get(f"{V1}/townships/{EAST}/window")).json()
    assert made["number"] in {row["number"] for row in window["queue"]}
    assert (await client.put(path)).json()["enabled"] is True
    assert (await client.put(f"{V1}/townships/{EAST}/offices/nothing")).status_code == 404


async def test_an_office_shows_what_it_is(here: Arranged) -> None:
    client = await here.client("sysadmin")
    office = (await client.get(f"{V1}/offices/petition")).json()
    assert office["quarantined"] is None and "C" in office["handles"]
    manifest = (await client.get(f"{V1}/offices/petition/manifest")).json()["manifest"]
    assert {each["key"] for each in manifest["procedures"]} >= {"claim", "suggestion", "accusation"}
    assert "stateDiagram-v2" in (await client.get(f"{V1}/offices/petition/diagram")).text
    credentials = (await client.post(f"{V1}/offices/petition/credentials")).json()
    assert credentials["office"] == "petition" and credentials["kernel_keys"]
    assert (await (await here.client("handler")).get(f"{V1}/offices")).status_code == 403


async def test_calendars_are_listed_and_imported_by_the_district_only(here: Arranged) -> None:
    client = await here.client("district_admin")
    years = [row["year"] for row in (await client.get(f"{V1}/calendars")).json()["items"]]
    assert 2026 in years
    broken = {"content": "date,kind\n2027-01-01,rest\n"}
    refused = await client.put(f"{V1}/calendars/2027", json=broken)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/file")
    assert (await (await here.client("director")).put(f"{V1}/calendars/2027", json=broken)).status_code == 403


@pytest.mark.parametrize("role", ["director", "handler", "auditor"])
async def test_only_the_system_s_keeper_replays(here: Arranged, role: str) -> None:
    assert (await (await here.client(role)).get(f"{V1}/parked")).status_code == 403


async def test_nothing_is_parked_and_the_log_can_be_sent_again(here: Arranged) -> None:
    client = await here.client("sysadmin")
    await here.register()
    assert (await client.get(f"{V1}/parked")).json()["items"] == []
    assert (await client.post(f"{V1}/parked/1/replay")).status_code == 404
    assert (await client.post(f"{V1}/bus/republish", json={"after": 10**9})).status_code == 422
    assert (await client.post(f"{V1}/bus/republish", json={"after": 0})).json()["reached"] >= 1


async def test_the_centre_says_that_it_is_alive_and_ready(here: Arranged) -> None:
    client = await here.client()
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    ready = (await client.get("/readyz")).json()
    assert ready["store"] and ready["bus"]
