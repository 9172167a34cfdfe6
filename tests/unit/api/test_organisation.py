"""Authority over time, leavers and imports, over the API."""

from datetime import timedelta
from pathlib import Path

import pytest

from onewindow.office.types import law_day
from tests.support.centre import EAST, PASSWORD, WEST, Arranged, make_centre

pytestmark = pytest.mark.asyncio(loop_scope="module")

V1 = "/api/v1"
TREE = Path(__file__).parents[2] / "data" / "organisation" / "units.csv"
PEOPLE = Path(__file__).parents[2] / "data" / "organisation" / "people.csv"


async def signs(here: Arranged, power: str, unit: str, **params: str) -> set[str]:
    client = await here.client("district_admin")
    answer = await client.get(f"{V1}/units/{here.units[unit]}/signatories", params={"power": power, **params})
    assert answer.status_code == 200, answer.text
    names = {staff: key for key, staff in here.staff.items()}
    return {names[each["staff"]] for each in answer.json()}


async def post_of(here: Arranged, who: str) -> str:
    client = await here.client("sysadmin")
    users = (await client.get(f"{V1}/users", params={"limit": 200})).json()["items"]
    return str(next(u for u in users if u["id"] == here.staff[who])["posts"][0]["id"])


async def test_a_deputy_signs_under_a_paper_with_an_end_and_no_longer(alone: Arranged) -> None:
    director = await alone.client("director")
    today = law_day(alone.centre.now())
    paper = {
        "post": await post_of(alone, "director"),
        "to": alone.staff["deputy"],
        "powers": ["slip.sign"],
        "number": "东授〔2026〕3号",
        "valid_to": str(today + timedelta(days=10)),
    }
    without_end = await director.post(f"{V1}/delegations", json={k: v for k, v in paper.items() if k != "valid_to"})
    assert without_end.status_code == 422
    assert await signs(alone, "slip.sign", "east-centre") == {"director"}
    made = await director.post(f"{V1}/delegations", json=paper)
    assert made.status_code == 201, made.text
    assert await signs(alone, "slip.sign", "east-centre") == {"director", "deputy"}
    after = (alone.centre.now() + timedelta(days=11)).isoformat()
    assert await signs(alone, "slip.sign", "east-centre", at=after) == {"director"}
    listed = (await director.get(f"{V1}/delegations", params={"staff": alone.staff["deputy"]})).json()["items"]
    assert [(row["number"], row["to_name"]) for row in listed] == [("东授〔2026〕3号", "孙副主任")]
    assert (await director.delete(f"{V1}/delegations/{made.json()['id']}")).status_code == 204
    assert await signs(alone, "slip.sign", "east-centre") == {"director"}


async def test_nobody_enters_a_power_or_a_cover_for_themselves(here: Arranged) -> None:
    director, deputy = await here.client("director"), await here.client("deputy")
    until = here.centre.now() + timedelta(days=3)
    paper = {"post": await post_of(here, "organ_head"), "to": here.staff["director"], "powers": ["extension.approve"]}
    own = await director.post(f"{V1}/delegations", json={**paper, "number": "1", "valid_to": str(law_day(until))})
    assert own.json()["rule"] == "own-authority"
    cover = {"staff": here.staff["director"], "substitute": here.staff["deputy"], "to_at": until.isoformat()}
    assert (await deputy.post(f"{V1}/absences", json=cover)).json()["rule"] == "own-authority"
    endless = await director.post(f"{V1}/absences", json={**cover, "to_at": None})
    assert endless.status_code == 422


async def test_whoever_is_away_signs_nothing_and_the_cover_does_until_they_are_back(alone: Arranged) -> None:
    client = await alone.client("district_admin")
    until = (alone.centre.now() + timedelta(days=3)).isoformat()
    away = {"staff": alone.staff["head"], "substitute": alone.staff["colleague"], "to_at": until}
    made = await client.post(f"{V1}/absences", json=away)
    assert made.status_code == 201, made.text
    assert await signs(alone, "answer.approve", "east-petition") == {"colleague"}
    number = (await alone.register())["number"]
    head = await alone.client("head")
    case = (await head.get(f"{V1}/cases/{number}")).json()
    assignment = case["assignments"][0]["id"]
    refused = await head.post(f"{V1}/cases/{number}/assignments/{assignment}/signature")
    assert refused.status_code == 403 and "离岗" in refused.json()["detail"]
    assert (await client.delete(f"{V1}/absences/{made.json()['id']}")).status_code == 204
    assert (await head.post(f"{V1}/cases/{number}/assignments/{assignment}/signature")).status_code == 204


async def test_a_leaver_is_out_at_once_and_their_work_goes_to_the_successor(alone: Arranged) -> None:
    handler, admin = await alone.client("handler"), await alone.client("district_admin")
    number = (await alone.register())["number"]
    assignment = (await handler.get(f"{V1}/cases/{number}")).json()["assignments"][0]["id"]
    assert (await handler.post(f"{V1}/cases/{number}/assignments/{assignment}/signature")).status_code == 204
    path = f"{V1}/users/{alone.staff['handler']}/leave"
    for role in ("sysadmin", "director", "head", "auditor"):
        assert (await (await alone.client(role)).post(path, json={})).status_code == 403
    elsewhere = await admin.post(path, json={"successor": alone.staff["west_handler"]})
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["pointer"]) == (422, "/successor")
    key = {"Idempotency-Key": "handler-leaves"}
    left = await admin.post(path, json={"successor": alone.staff["colleague"]}, headers=key)
    assert left.json() == {"accounts": 1, "to_successor": 1, "to_queue": 0, "lacking": []}
    again = await admin.post(path, json={"successor": alone.staff["colleague"]}, headers=key)
    assert again.json() == left.json()
    assert (await handler.get(f"{V1}/me")).status_code == 401
    login = {"login": "handler", "password": PASSWORD}
    assert (await (await alone.client()).post(f"{V1}/sessions", json=login)).status_code == 401
    colleague = await alone.client("colleague")
    case = (await colleague.get(f"{V1}/cases/{number}")).json()
    assert case["assignments"][0]["officer"] == alone.staff["colleague"]
    kinds = [entry["kind"] for entry in (await colleague.get(f"{V1}/cases/{number}/timeline")).json()["items"]]
    assert "handed-over" in kinds
    opened = await (await alone.client("sysadmin")).patch(f"{V1}/users/{alone.staff['handler']}", json={"active": True})
    assert opened.json()["rule"] == "left"


async def test_without_a_successor_the_work_waits_in_the_unit(alone: Arranged) -> None:
    handler, secadmin = await alone.client("handler"), await alone.client("secadmin")
    number = (await alone.register())["number"]
    assignment = (await handler.get(f"{V1}/cases/{number}")).json()["assignments"][0]["id"]
    await handler.post(f"{V1}/cases/{number}/assignments/{assignment}/signature")
    left = await secadmin.post(f"{V1}/users/{alone.staff['handler']}/leave", json={})
    assert left.json()["to_queue"] == 1
    queue = (await (await alone.client("colleague")).get(f"{V1}/cases/{number}")).json()
    assert queue["assignments"][0]["officer"] is None and queue["assignments"][0]["state"] == "received"


async def test_a_sealed_matter_goes_to_whoever_is_designated_and_never_to_a_successor(alone: Arranged) -> None:
    sealed = await alone.register(category="1803", track="E", text="有人收钱不办事")
    admin = await alone.client("district_admin")
    path = f"{V1}/users/{alone.staff['designated']}/leave"
    assert (await admin.post(path, json={})).json()["rule"] == "still-named"
    named = await admin.patch(f"{V1}/townships/{EAST}", json={"secret": alone.staff["supervisor"]})
    assert named.status_code == 200
    left = (await admin.post(path, json={})).json()
    assert (left["to_successor"], left["to_queue"]) == (0, 0), "a sealed matter is in no figure"
    assert (await (await alone.client("supervisor")).get(f"{V1}/cases/{sealed['number']}")).status_code == 200
    for role in ("deputy", "registrar", "director", "district_admin"):
        assert (await (await alone.client(role)).get(f"{V1}/cases/{sealed['number']}")).status_code == 404
    work = await alone.centre.personnel.in_hand(alone.principal("district_admin"), alone.staff["designated"])
    assert work.rows == []


async def test_a_village_that_shares_its_name_is_named_with_its_township_on_a_case(alone: Arranged) -> None:
    admin, deputy = await alone.client("district_admin"), await alone.client("deputy")
    content = f"code,name,level,parent_code\n{EAST}001,新建村,village,{EAST}\n{WEST}001,新建村,village,{WEST}\n"
    assert (await admin.post(f"{V1}/imports/units", json={"content": content})).json()["applied"] is True
    found = (await deputy.get(f"{V1}/units", params={"q": "新建村"})).json()["items"]
    east = next(row["id"] for row in found if row["township"] == EAST)
    number = (await alone.register(category="9900", track="B"))["number"]
    given = {"unit": east, "reason": "村里可以先看一看"}
    handed = await deputy.post(f"{V1}/cases/{number}/assignments", json=given)
    assert handed.status_code in (200, 201), handed.text
    text = (await deputy.get(f"{V1}/cases/{number}")).text
    assert "东关镇新建村" in text


async def test_a_township_keeps_its_named_persons_and_the_system_its_keepers(here: Arranged) -> None:
    admin = await here.client("district_admin")
    named = await admin.post(f"{V1}/users/{here.staff['deputy']}/leave", json={})
    assert named.json()["rule"] == "still-named"
    last = await admin.post(f"{V1}/users/{here.staff['auditor']}/leave", json={})
    assert last.json()["rule"] == "last-keeper"


async def test_a_reset_password_works_once_and_is_logged_without_itself(here: Arranged) -> None:
    sysadmin, auditor = await here.client("sysadmin"), await here.client("auditor")
    path = f"{V1}/users/{here.staff['west_registrar']}/password"
    first, second = (await sysadmin.post(path)).json()["password"], (await sysadmin.post(path)).json()["password"]
    public = await here.client()
    login = {"login": "west_registrar", "password": first}
    assert (await public.post(f"{V1}/sessions", json=login)).status_code == 401
    session = (await public.post(f"{V1}/sessions", json={**login, "password": second})).json()
    public.headers["Authorization"] = f"Bearer {session['token']}"
    assert session["must_change"] and (await public.get(f"{V1}/users")).status_code == 403
    changed = await public.put(f"{V1}/me/password", json={"old": second, "password": "shan-qian-shan-hou-77"})
    assert changed.status_code in (200, 204), changed.text
    log = await auditor.get(f"{V1}/organisation/log", params={"subject": here.staff["west_registrar"]})
    entries = log.json()["items"]
    assert [each["what"] for each in entries] == ["password.reset", "password.reset"]
    assert entries[0]["actor"] == here.staff["sysadmin"]
    assert first not in log.text and second not in log.text
    assert (await sysadmin.get(f"{V1}/organisation/log")).status_code == 403


async def test_a_unit_is_renamed_and_closed_once_it_is_empty(here: Arranged) -> None:
    client = await here.client("sysadmin")
    given = {"township": WEST, "kind": "bureau", "name": "西关水利站", "organ": "西关镇人民政府", "code": "WEST-SL"}
    unit = (await client.post(f"{V1}/units", json=given)).json()["id"]
    renamed = await client.patch(f"{V1}/units/{unit}", json={"name": "西关水务站"})
    assert (renamed.json()["name"], renamed.json()["code"]) == ("西关水务站", "WEST-SL")
    other = await client.patch(f"{V1}/units/{unit}", json={"code": "WEST-SW"})
    assert other.json()["rule"] == "unit-code"
    found = (await client.get(f"{V1}/units", params={"q": "水务"})).json()["items"]
    assert [row["id"] for row in found] == [unit]
    assert (await client.delete(f"{V1}/units/{unit}")).status_code == 204
    assert (await client.get(f"{V1}/units", params={"q": "水务"})).json()["items"] == []
    assert (await client.delete(f"{V1}/units/{here.units['west-petition']}")).json()["rule"] == "end-unit"


async def test_a_township_that_lacks_somebody_says_all_that_is_missing(here: Arranged) -> None:
    client = await here.client("district_admin")
    await client.post(f"{V1}/townships", json={"code": "371702077", "token": "qiqi", "name": "柒镇"})
    lacks = (await client.get(f"{V1}/townships/371702077/lacks")).json()
    assert [lack["key"] for lack in lacks] == ["leader", "window_fallback"]
    assert (await client.get(f"{V1}/townships/{EAST}/lacks")).json() == []


# Imports -------------------------------------------------------------------------------------------------------------


async def test_the_tree_is_tried_taken_in_and_taken_in_again_without_effect(alone: Arranged) -> None:
    client = await alone.client("district_admin")
    content = TREE.read_text("utf-8")
    tried = (await client.post(f"{V1}/imports/units", json={"content": content, "dry_run": True})).json()
    assert (tried["applied"], tried["counts"]) == (False, {"above": 2, "known": 1, "new": 8})
    before = len((await client.get(f"{V1}/units", params={"limit": 200})).json()["items"])
    done = (await client.post(f"{V1}/imports/units", json={"content": content})).json()
    assert (done["applied"], done["counts"]["new"]) == (True, 8)
    again = (await client.post(f"{V1}/imports/units", json={"content": content})).json()
    assert again["counts"] == {"above": 2, "known": 9}
    units = (await client.get(f"{V1}/units", params={"limit": 200})).json()["items"]
    assert len(units) == before + 8
    twins = sorted(row["title"] for row in units if row["name"] == "新建村")
    assert twins == ["北关镇新建村", "南湖街道新建村"]
    organs = {row["name"]: row["organ"] for row in units}
    assert organs["南湖街道办事处"] == "南湖街道办事处"


async def test_a_refused_row_stops_all_or_only_itself(alone: Arranged) -> None:
    client = await alone.client("district_admin")
    content = (
        "代码,名称,级别,上级代码\n"
        "371702031,青石镇,镇,371700\n"
        "371702031001,青石村,村,371702031\n"
        "371702032001,孤村,村,371702032\n"
        "371702031001,又一村,村,371702031\n"
        "12,短码,村,371702031\n"
        "371702031002,,村,371702031\n"
    )
    refused = (await client.post(f"{V1}/imports/units", json={"content": content})).json()
    assert refused["applied"] is False
    told = {row["line"]: (row["field"], row["outcome"]) for row in refused["rows"] if row["outcome"] == "refused"}
    assert told == {4: ("parent", "refused"), 5: ("code", "refused"), 6: ("code", "refused"), 7: ("name", "refused")}
    assert all(row["reason"] and row["remedy"] for row in refused["rows"] if row["outcome"] == "refused")
    assert (await client.get(f"{V1}/units", params={"q": "青石"})).json()["items"] == []
    partly = (await client.post(f"{V1}/imports/units", json={"content": content, "mode": "rows"})).json()
    assert (partly["applied"], partly["counts"]) == (True, {"new": 2, "refused": 4})
    assert len((await client.get(f"{V1}/units", params={"q": "青石"})).json()["items"]) == 2


@pytest.mark.parametrize("column", ["民族", "宗教信仰", "重点人", "政治面貌", "风险等级", "religion"])
async def test_a_column_that_the_product_does_not_hold_is_refused_even_if_nothing_is_taken_from_it(
    here: Arranged, column: str
) -> None:
    client = await here.client("sysadmin")
    content = f"登录名,姓名,{column}\nzhang.san,张三,甲\n"
    answer = await client.post(f"{V1}/imports/people", json={"content": content, "dry_run": True})
    assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]) == (422, "boundary")
    mapped = {"content": content, "mapping": {"登录名": "login", "姓名": "name", column: ""}, "dry_run": True}
    assert (await client.post(f"{V1}/imports/people", json=mapped)).status_code == 422


async def test_people_come_in_by_two_hands_and_their_first_passwords_are_shown_once(alone: Arranged) -> None:
    admin = await alone.client("district_admin")
    await admin.post(f"{V1}/imports/units", json={"content": TREE.read_text("utf-8")})
    sysadmin, secadmin = await alone.client("sysadmin"), await alone.client("secadmin")
    content = PEOPLE.read_text("utf-8")
    early = (await secadmin.post(f"{V1}/imports/people", json={"content": content})).json()
    assert (early["applied"], early["counts"]) == (False, {"refused": 4})
    made = (await sysadmin.post(f"{V1}/imports/people", json={"content": content})).json()
    assert (made["applied"], made["counts"]) == (True, {"account": 3, "waits": 1})
    assert [each["login"] for each in made["issued"]] == ["bei.zhuren", "bei.chengban", "xin.jian"]
    assert made["ignored"] == ["备注"]
    posts = (await secadmin.post(f"{V1}/imports/people", json={"content": content})).json()
    assert (posts["counts"], posts["issued"]) == ({"post": 4}, [])
    for client in (sysadmin, secadmin):
        again = (await client.post(f"{V1}/imports/people", json={"content": content})).json()
        assert (again["counts"], again["issued"]) == ({"known": 4}, [])
    first = made["issued"][0]
    login = {"login": first["login"], "password": first["password"]}
    assert (await (await alone.client()).post(f"{V1}/sessions", json=login)).json()["must_change"] is True
    other = content.replace("倪小北", "倪大北")
    named = (await secadmin.post(f"{V1}/imports/people", json={"content": other})).json()
    assert [row["field"] for row in named["rows"] if row["outcome"] == "refused"] == ["name", "name"]
    assert named["applied"] is False


async def test_only_whoever_may_imports(here: Arranged) -> None:
    for role in ("director", "deputy", "head", "handler", "registrar", "auditor"):
        client = await here.client(role)
        assert (await client.post(f"{V1}/imports/units", json={"content": "a"})).status_code == 403
        assert (await client.post(f"{V1}/imports/people", json={"content": "a"})).status_code == 403


async def test_imports_and_leavers_do_the_same_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    async with make_centre(tmp_path, postgres_url, pages=False) as arranged:
        admin, sysadmin = await arranged.client("district_admin"), await arranged.client("sysadmin")
        tree = {"content": TREE.read_text("utf-8")}
        assert (await admin.post(f"{V1}/imports/units", json=tree)).json()["counts"]["new"] == 8
        assert (await admin.post(f"{V1}/imports/units", json=tree)).json()["counts"] == {"above": 2, "known": 9}
        people = {"content": PEOPLE.read_text("utf-8")}
        assert len((await sysadmin.post(f"{V1}/imports/people", json=people)).json()["issued"]) == 3
        handler = await arranged.client("handler")
        number = (await arranged.register())["number"]
        assignment = (await handler.get(f"{V1}/cases/{number}")).json()["assignments"][0]["id"]
        await handler.post(f"{V1}/cases/{number}/assignments/{assignment}/signature")
        await arranged.register(category="1803", track="E", text="有人收钱不办事")
        await admin.patch(f"{V1}/townships/{EAST}", json={"secret": arranged.staff["supervisor"]})
        successor = {"successor": arranged.staff["colleague"]}
        left = await admin.post(f"{V1}/users/{arranged.staff['handler']}/leave", json=successor)
        assert left.json()["to_successor"] == 1
        gone = await admin.post(f"{V1}/users/{arranged.staff['designated']}/leave", json={})
        assert gone.json() == {"accounts": 1, "to_successor": 0, "to_queue": 0, "lacking": []}
        assert (await handler.get(f"{V1}/me")).status_code == 401
        log = await (await arranged.client("auditor")).get(f"{V1}/organisation/log", params={"limit": 2})
        assert [entry["what"] for entry in log.json()["items"]] == ["staff.left", "staff.left"]
