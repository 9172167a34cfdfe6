"""Searching on the pages: the box in the head, words and filters, a code at the window, saved filters."""

import pytest

from tests.support.centre import EAST, Arranged
from tests.web.browsing import Page, Visitor
from tests.web.conftest import Enter

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def look(arranged: Arranged, visitor: Visitor, path: str) -> Page:
    await arranged.centre.indexer.catch_up()
    return await visitor.get(path)


async def test_words_are_marked_where_they_stand_and_nobody_is_named(arranged: Arranged, enter: Enter) -> None:
    text = "我是张三丰，楼下烧烤摊夜间噪音扰民，请打13812345678"
    number = (await arranged.register(text=text, place="南关夜市"))["number"]
    visitor = await enter("deputy")
    page = await look(arranged, visitor, "/search?q=噪音+烧烤&place=夜市")
    assert number in page.text
    assert "<mark>噪音</mark>" in page.answer.text and "<mark>烧烤</mark>" in page.answer.text
    assert "张三丰" not in page.answer.text and "13812345678" not in page.answer.text
    assert "没有找到" in (await visitor.get("/search?q=噪音&colour=red")).text
    assert number in (await visitor.get("/search?q=噪音&category=0401&registered_from=2020-01-01")).text


async def test_the_box_in_the_head_leads_to_a_case_to_words_and_to_a_code(arranged: Arranged, enter: Enter) -> None:
    made = await arranged.register("registrar", text="路灯坏了三天")
    registrar = await enter("registrar")
    await registrar.get("/desk")
    assert (await registrar.submit("/search", {"q": made["number"]})).path.startswith(f"/case/{made['number']}")
    await look(arranged, registrar, "/desk")
    page = await registrar.submit("/search", {"q": "路灯"})
    assert page.path.startswith("/search?q=") and made["number"] in page.text
    page = await registrar.submit("/search", {"q": made["code"].lower()})
    assert page.path.startswith(f"/case/{made['number']}"), "a code never stands in an address"
    await registrar.get("/desk")
    page = await registrar.submit("/search", {"q": "138 1234 5678"})
    assert (page.status, page.path) == (422, "/search")
    assert "不查人" in page.text and "138 1234" not in page.answer.text


async def test_who_brings_a_code_is_told_where_the_matter_is(arranged: Arranged, enter: Enter) -> None:
    made = await arranged.register(text="井盖缺失")
    registrar = await enter("registrar")
    page = await posted_code(registrar, made["code"])
    assert made["number"] in page.text and "不由您办理" in page.text
    assert not any(made["number"] in link for link in page.links)
    wrong = await posted_code(registrar, "0000000000000000")
    assert wrong.status == 404 and "没有找到这个查询码" in wrong.text
    handler = await enter("handler")
    assert "凭查询码查找" not in (await handler.get("/search")).text


async def posted_code(visitor: Visitor, code: str) -> Page:
    await visitor.get("/search")
    csrf = next(form.values["csrf_token"] for form in visitor.page.forms if "code" in form.values)
    return await visitor.post("/search", {"csrf_token": csrf, "code": code})


async def test_a_filter_is_saved_seen_on_the_desk_renamed_and_deleted_by_its_owner_alone(enter: Enter) -> None:
    deputy = await enter("deputy")
    await deputy.get("/search?q=噪音&channel=letter")
    page = await deputy.submit("/filters", {"name": "来信噪音"})
    assert "已保存" in page.text and "来信噪音" in page.text
    desk = await deputy.get("/desk")
    assert "来信噪音" in desk.text
    assert (await deputy.get(desk.link("channel=letter"))).status == 200
    director = await enter("director")
    assert "来信噪音" not in (await director.get("/search")).text
    form = next(form for form in deputy.page.forms if form.action.startswith("/filters/"))
    await director.get("/search")
    foreign = await director.post(form.action, {"csrf_token": _csrf(director), "do": "delete"})
    assert foreign.status == 404
    page = await deputy.submit(form.action, {"name": "噪音（信）"})
    assert "噪音（信）" in page.text and "来信噪音" not in page.text
    page = await deputy.submit(form.action, {"do": "delete"})
    assert "噪音（信）" not in page.text


@pytest.mark.parametrize("name", ["信教人员", "13812345678"])
async def test_a_filter_is_not_named_after_people(enter: Enter, name: str) -> None:
    deputy = await enter("deputy")
    await deputy.get("/search?category=0401")
    page = await deputy.submit("/filters", {"name": name})
    assert page.status == 422
    assert not any(form.action.startswith("/filters/") for form in page.forms)


def _csrf(visitor: Visitor) -> list[str]:
    return next(form.values["csrf_token"] for form in visitor.page.forms if "csrf_token" in form.values)


async def test_a_sealed_case_leaves_no_trace_in_the_search(arranged: Arranged, enter: Enter) -> None:
    director = await enter("director")
    bare = (await look(arranged, director, "/search?q=收钱办事")).text
    made = await arranged.register(category="1803", track="E", text="某干部收钱办事")
    assert (await look(arranged, director, "/search?q=收钱办事")).text == bare
    page = await director.get(f"/search?q={made['number']}")
    assert made["number"] not in [link.rpartition("/")[2] for link in page.links]
    assert page.text.replace(made["number"], "") == (await director.get(f"/search?q={EAST}-M2026-999999")).text
