"""For everybody: bringing a matter, its receipt, and following it by code."""

import httpx
import pytest

from onewindow.web.templates import CONTENT_SECURITY_POLICY
from tests.support.centre import EAST, Arranged
from tests.web.browsing import Page, Visitor
from tests.web.conftest import Enter

pytestmark = pytest.mark.asyncio(loop_scope="module")

MATTER = {
    "text": "村里修路占了我家承包地，一直没有补偿。我是张三丰，电话13812345678",
    "request": "按标准补偿",
    "place": "前村",
    "township": EAST,
    "track": "C",
    "category": "0401",
    "name": "张三丰",
    "phone": "13812345678",
}


async def filed(visitor: Visitor, **changes: str) -> Page:
    await visitor.get("/file")
    return await visitor.submit("/file", {**MATTER, **changes})


def code_on(page: Page) -> str:
    return next(word for word in page.text.split() if len(word) == 19 and word.count("-") == 3)


async def tracked(visitor: Visitor, code: str) -> Page:
    await visitor.get("/track")
    return await visitor.submit("/track", {"code": code})


async def test_every_page_goes_out_under_the_content_policy_and_is_kept_nowhere(enter: Enter) -> None:
    visitor = await enter(None)
    for path in ("/", "/file", "/track", "/login", "/nowhere"):
        page = await visitor.get(path)
        assert page.answer.headers.get_list("content-security-policy") == [CONTENT_SECURITY_POLICY]
        assert page.answer.headers["cache-control"] == "no-store"


async def test_a_matter_is_registered_and_its_code_is_never_in_an_address(enter: Enter) -> None:
    visitor = await enter(None)
    page = await filed(visitor)
    assert (page.status, page.path) == (200, "/receipt")
    assert "信访工作条例 第二十三条" in page.text
    code = code_on(page)
    assert not any(code in link for link in page.links)
    assert code not in str(visitor.client.cookies)
    answer = await visitor.client.get(page.link("/receipt/"))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    stranger = await (await enter(None)).get("/receipt")
    assert stranger.path == "/track"


async def test_what_was_typed_stays_when_something_is_wrong(enter: Enter) -> None:
    visitor = await enter(None)
    page = await filed(visitor, text="短", name="")
    assert page.status == 422
    assert "至少填写 5 个字" in page.text
    assert page.form("/file").values["request"] == ["按标准补偿"]
    page = await visitor.submit("/file", {**MATTER, "name": "张*"})
    assert page.status == 422, "a mask is not a name"


async def test_a_form_that_is_sent_twice_registers_once(enter: Enter) -> None:
    visitor = await enter(None)
    form = (await visitor.get("/file")).form("/file")
    given = {**{k: v[0] for k, v in form.values.items() if v}, **MATTER}
    first = await visitor.post("/file", given)
    again = await visitor.post("/file", given)
    assert code_on(first) == code_on(again)
    other = await visitor.post("/file", {**given, "place": "后村"})
    assert other.status == 409
    assert "已经登记过一次" in other.text


async def test_an_anonymous_accusation_is_sealed_and_opens_by_its_code(enter: Enter) -> None:
    visitor = await enter(None)
    nobody = {"name": "", "phone": "", "anonymous": "true"}
    page = await filed(visitor, **nobody, track="E", category="1803")
    assert "密件" in page.text
    page = await tracked(visitor, code_on(page))
    assert (page.status, page.path) == (200, "/tracked")
    assert "张三丰" in page.text, "their own words are theirs"


async def test_a_wrong_code_is_said_next_to_its_field(enter: Enter) -> None:
    visitor = await enter(None)
    page = await tracked(visitor, "0000-0000-0000-0001")
    assert page.status == 422
    assert "逐位核对" in page.text
    assert page.form("/track").values["code"] == ["0000-0000-0000-0001"]
    page = await visitor.get("/tracked")
    assert page.path == "/track"


async def test_a_code_opens_one_matter_until_its_holder_leaves(enter: Enter) -> None:
    visitor = await enter(None)
    code = code_on(await filed(visitor))
    page = await tracked(visitor, code.lower().replace("-", " "))
    assert page.path == "/tracked"
    assert "东关镇信访办" in page.text
    page = await visitor.submit("/tracked/leave")
    assert page.path == "/track"
    assert (await visitor.get("/tracked")).path == "/track"


async def test_no_form_is_taken_without_the_token_of_its_page(enter: Enter) -> None:
    visitor = await enter(None)
    await visitor.get("/file")
    for path in ("/file", "/track", "/login", "/logout"):
        page = await visitor.post(path, {**MATTER, "csrf_token": "guessed"})
        assert page.status == 403, path
        assert "页面已失效" in page.text
    stranger = await enter(None)
    assert (await stranger.post("/file", MATTER)).status == 403
    await filed(visitor)
    await tracked(visitor, code_on(visitor.page))
    assert (await visitor.post("/tracked/leave", {"csrf_token": "x"})).status == 403


async def test_the_language_is_kept_and_only_own_paths_are_gone_to(enter: Enter) -> None:
    visitor = await enter(None)
    page = await visitor.get("/language/en?next=/track")
    assert page.path == "/track"
    assert "Follow a matter" in page.text
    for bad in ("//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"):
        answer = await visitor.client.get("/language/zh", params={"next": bad})
        assert answer.headers["location"] == "/"


async def test_what_does_not_exist_is_a_page_for_people_and_a_problem_for_programs(arranged: Arranged) -> None:
    client = await arranged.client()
    page = await client.get("/nowhere")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    problem = await client.get("/api/v1/nowhere")
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")


async def test_style_sheets_are_served_for_good_and_packed_where_that_is_taken(enter: Enter) -> None:
    visitor = await enter(None)
    html = (await visitor.get("/")).answer.text
    paths = [part.split('"')[0] for part in html.split('href="')[1:] + html.split('src="')[1:]]
    for path in [p for p in paths if p.startswith(("/static/", "/assets/"))]:
        answer: httpx.Response = await visitor.client.get(path)
        assert answer.status_code == 200, path
        assert "immutable" in answer.headers["cache-control"]
    for path in ("/static/../templates.py", "/static/%2e%2e/templates.py", "/static/absent.css", "/assets/x/y.js"):
        assert (await visitor.client.get(path)).status_code == 404
