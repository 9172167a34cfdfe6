"""The pages about units, people, authorisations, absences, leavers and imports."""

from datetime import timedelta
from pathlib import Path

import pytest

from onewindow.office.types import law_day
from tests.support.centre import EAST, Arranged
from tests.web.browsing import Visitor, read
from tests.web.conftest import Enter

pytestmark = pytest.mark.asyncio(loop_scope="module")

TREE = (Path(__file__).parents[1] / "data" / "organisation" / "units.csv").read_bytes()
PEOPLE = (Path(__file__).parents[1] / "data" / "organisation" / "people.csv").read_bytes()


async def upload(visitor: Visitor, content: bytes, **values: str) -> None:
    """Choose a file on the page and send the form."""
    form = (await visitor.get("/admin/import")).form("/admin/import")
    given = {name: found[0] for name, found in form.values.items() if found and name != "dry_run"}
    files = {"file": ("district.csv", content, "text/csv")}
    answer = await visitor.client.post("/admin/import", data={**given, **values}, files=files)
    visitor.page = read(answer)


async def test_a_tree_is_tried_taken_in_and_its_twins_are_told_apart(arranged: Arranged, enter: Enter) -> None:
    admin = await enter("district_admin")
    await upload(admin, TREE, dry_run="true", kind="units")
    assert "试运行，没有写入" in admin.page.text
    await upload(admin, TREE.replace(b"371702004002,", b"45,"), kind="units")
    assert admin.page.status == 200 and "没有写入" in admin.page.text and "代码位数不对" in admin.page.text
    await upload(admin, TREE, kind="units")
    assert "已写入" in admin.page.text
    page = await admin.get("/admin/units?q=新建")
    assert "北关镇新建村" in page.text and "南湖街道新建村" in page.text
    page = await admin.get("/admin/units?q=371702004001")
    assert "南湖街道新建村" in page.text and "北关镇新建村" not in page.text
    await upload(admin, "代码,名称,级别,民族\n1,甲,村,汉\n".encode(), kind="units")
    assert admin.page.status == 422 and "民族" in admin.page.text
    await upload(admin, TREE.decode().encode("gb18030"), kind="units")
    assert "以前已登记" in admin.page.text
    await upload(admin, b"\xff\xfe\x00\xd8", kind="units")
    assert admin.page.status == 422 and "编码" in admin.page.text


async def test_first_passwords_of_imported_people_are_on_one_page(enter: Enter) -> None:
    sysadmin = await enter("sysadmin")
    await upload(sysadmin, PEOPLE, kind="people")
    if "没有单位代码" in sysadmin.page.text:
        await upload(sysadmin, TREE, kind="units")
        await upload(sysadmin, PEOPLE, kind="people")
    assert "初始密码只在这一页显示" in sysadmin.page.text
    assert any(link.startswith("data:text/csv;charset=utf-8;base64,") for link in sysadmin.page.links)
    assert sysadmin.page.answer.headers["cache-control"] == "no-store"
    await upload(sysadmin, PEOPLE, kind="people")
    assert "初始密码只在这一页显示" not in sysadmin.page.text


async def test_a_unit_is_entered_changed_and_closed(arranged: Arranged, enter: Enter) -> None:
    admin = await enter("sysadmin")
    await admin.get(f"/admin/units?township={EAST}")
    given = {"name": "东关水利站", "kind": "bureau", "organ": "东关镇人民政府", "parent": arranged.units["east"]}
    page = await admin.submit(f"/admin/units/in/{EAST}", {**given, "code": "!"})
    assert page.status == 422
    page = await admin.submit(f"/admin/units/in/{EAST}", {**given, "code": ""})
    assert "已登记" in page.text
    unit = next(u.id for u in arranged.centre.organisation.current.units.values() if u.name == "东关水利站")
    page = await admin.get(f"/admin/units/{unit}")
    assert "此刻谁能签" in page.text and "钱主任" in page.text
    page = await admin.submit("/facts", {"name": "东关水务站"})
    assert "东关水务站" in page.text
    page = await admin.submit("/end")
    assert "单位已撤销" in page.text and not page.has_form("/end")
    await admin.get(f"/admin/units/{arranged.units['east-petition']}")
    page = await admin.submit("/end")
    assert page.status == 409 and "在任岗位" in page.text


async def test_a_director_gives_a_paper_and_notes_an_absence(arranged: Arranged, enter: Enter) -> None:
    director = await enter("director")
    deputy, own = arranged.staff["deputy"], arranged.staff["director"]
    page = await director.get(f"/admin/users/{own}")
    form = page.form("/delegation")
    until = str(law_day(arranged.centre.now()) + timedelta(days=30))
    given: dict[str, str | list[str]] = {
        "to": deputy,
        "powers": ["slip.sign", "case.close"],
        "number": "东授〔2026〕9号",
    }
    page = await director.submit(form.action, given)
    assert page.status == 422, "an authorisation without an end is none"
    page = await director.submit(form.action, {**given, "valid_to": until})
    assert "授权已登记" in page.text and "东授〔2026〕9号" in page.text
    page = await director.get(f"/admin/units/{arranged.units['east-centre']}")
    assert "书面授权 东授〔2026〕9号" in page.text
    await director.get(f"/admin/users/{own}")
    action = next(form.action for form in director.page.forms if "/delegation/" in form.action)
    page = await director.submit(action)
    assert "没有有效的授权" in page.text
    await director.get(f"/admin/users/{arranged.staff['head']}")
    page = await director.submit("/absence", {"substitute": arranged.staff["colleague"]})
    assert page.status == 422 and "结束时间" in page.text
    page = await director.submit("/absence", {"substitute": arranged.staff["colleague"], "to_at": f"{until}T08:00"})
    assert "离岗中" in page.text and "陈承办" in page.text
    action = next(form.action for form in page.forms if "/absence/" in form.action)
    assert "没有登记离岗" in (await director.submit(action)).text


async def test_somebody_leaves_on_their_page_and_their_work_is_handed_over(arranged: Arranged, enter: Enter) -> None:
    number = (await arranged.register())["number"]
    handler = await enter("handler")
    await handler.get(f"/case/{number}")
    await handler.submit("/sign")
    person = f"/admin/users/{arranged.staff['handler']}"
    head = await enter("head")
    page = await head.get(person)
    assert number in page.text, "what is in hand is shown to whoever may see it"
    assert not page.has_form("/leave")
    secadmin = await enter("secadmin")
    page = await secadmin.get(person)
    assert number not in page.text, "and to nobody else"
    page = await secadmin.submit("/leave", {"successor": arranged.staff["colleague"]})
    assert "已离任" in page.text
    assert (await handler.get("/queue")).path.startswith("/login")
    page = await head.get(f"/case/{number}")
    assert "移交承办人" in page.text and "由 陈承办 接手" in page.text


async def test_a_person_elsewhere_is_not_there_for_a_head(arranged: Arranged, enter: Enter) -> None:
    head = await enter("head")
    assert (await head.get(f"/admin/users/{arranged.staff['west_handler']}")).status == 404
    assert (await head.get(f"/admin/units/{arranged.units['west-petition']}")).status == 403
    registrar = await enter("registrar")
    for path in ("/admin/units", "/admin/import", "/admin/users"):
        assert (await registrar.get(path)).status == 403


async def test_the_auditor_reads_who_did_what_and_nobody_else(arranged: Arranged, enter: Enter) -> None:
    admin = await enter("sysadmin")
    await admin.get("/admin/users")
    await admin.submit(f"{arranged.staff['west_head']}/reset")
    auditor = await enter("auditor")
    page = await auditor.get("/admin/log")
    assert "系统员 重置密码 沈主任" in page.text
    assert (await admin.get("/admin/log")).status == 403
