"""A person's own page and the counter, without a script: nudge, withdrawal, lost code, several codes, service."""

import logging
import re
from typing import Any

import pytest
from sqlalchemy import select

from onewindow.web.keeping import COOKIE
from tests.support.centre import APPLICANT, EAST, Arranged
from tests.support.pictures import photograph
from tests.web.browsing import Page, Visitor
from tests.web.conftest import Enter

pytestmark = pytest.mark.asyncio(loop_scope="module")

BEHIND = frozenset({"log", "likeness", "compared"})


async def brought(arranged: Arranged, **more: Any) -> tuple[str, str]:
    """A matter; its number and code."""
    done = await arranged.register(None, **more)
    return done["number"], done["code"]


async def entered(enter: Enter, code: str, *, keep: bool = False) -> Visitor:
    visitor = await enter(None)
    await visitor.get("/track")
    await visitor.submit("/track", {"code": code, **({"keep": "true"} if keep else {})})
    assert visitor.page.path == "/tracked"
    return visitor


async def test_a_nudge_is_made_once_and_the_holder_and_the_desk_read_it(arranged: Arranged, enter: Enter) -> None:
    number, code = await brought(arranged)
    visitor = await entered(enter, code)
    assert "等待东关镇信访办签收" in visitor.page.text
    page = await visitor.submit("/tracked/nudge")
    assert page.status == 200
    assert "已催办" in page.text and "起可以再催" in page.text
    assert not page.has_form("/tracked/nudge")
    director = await enter("director")
    assert number in (await director.get("/desk?list=nudged")).text
    handler = await enter("handler")
    assert "当事人催办：请尽快办理" in (await handler.get(f"/case/{number}")).text


async def test_a_withdrawal_is_asked_for_verified_and_taken_back(arranged: Arranged, enter: Enter) -> None:
    number, code = await brought(arranged)
    visitor = await entered(enter, code)
    assert "五个工作日内可以随时取消" in visitor.page.text
    page = await visitor.submit("/tracked/withdraw", {"reason": "先自己谈"})
    assert "以前可以取消。等待回访核实" in page.text
    director = await enter("director")
    assert number in (await director.get("/desk?list=withdrawals")).text
    page = await director.get(f"/case/{number}")
    assert "尚未核实" in page.text
    page = await director.submit("/withdrawal/verify", {"own_will": "yes", "told": "电话确认是本人意思"})
    assert "已登记核实情况" in page.text
    page = await visitor.submit("/tracked/revoke")
    assert "撤回已取消" in page.text
    assert page.has_form("/tracked/withdraw")


async def test_material_is_added_in_words_and_with_a_picture(arranged: Arranged, enter: Enter) -> None:
    number, code = await brought(arranged)
    visitor = await entered(enter, code)
    page = await visitor.submit("/tracked/material")
    assert page.status == 422 and "请写明补充的内容" in page.text
    form = page.form("/tracked/material")
    given = {**{k: v[0] for k, v in form.values.items() if v}, "text": "补一张现场照片"}
    files = {"files-upload": ("现场.jpg", photograph(), "image/jpeg")}
    answer = await visitor.client.post("/tracked/material", data=given, files=files, follow_redirects=True)
    assert answer.status_code == 200 and "已补充" in answer.text and "补一张现场照片" in answer.text
    assert "/tracked/materials/" in answer.text
    handler = await enter("handler")
    page = await handler.get(f"/case/{number}")
    assert "补一张现场照片" in page.text and page.link("/materials/")


async def test_a_lost_code_is_replaced_and_the_old_one_is_void_at_once(arranged: Arranged, enter: Enter) -> None:
    number, code = await brought(arranged)
    holder = await entered(enter, code)
    clerk = await enter("registrar")
    await clerk.get("/lost-codes")
    page = await clerk.submit("/lost-codes/description", {"township": EAST, "category": "0401", "place": "前村"})
    assert number in page.text
    assert "张" not in page.text.split("按地点")[1], "no names in what was found"
    page = await clerk.get(page.link(f"/lost-codes/{number}"))
    action = next(form.action for form in page.forms if form.action.startswith(f"/lost-codes/{number}/"))
    page = await clerk.submit(action, {"shown": "id_card", "last_digits": "9999", "matches": "true"})
    assert page.status == 422 and "末四位与登记的不一致" in page.text
    page = await clerk.submit(
        action, {"shown": "id_card", "last_digits": APPLICANT["id_number"][-4:], "matches": "true"}
    )
    assert (page.status, page.path) == (200, "/receipt")
    fresh = next(word for word in page.text.split() if len(word) == 19 and word.count("-") == 3)
    assert fresh != code
    answer = await clerk.client.get(page.link("/receipt/"))
    assert answer.headers["content-type"] == "application/pdf"
    assert (await holder.get("/tracked")).path == "/track", "what the old code had opened is closed"
    await holder.submit("/track", {"code": code})
    assert holder.page.status == 404
    visitor = await entered(enter, fresh)
    assert "补发查询码，原码作废" in visitor.page.text and "凭居民身份证" in visitor.page.text


async def test_a_sealed_case_is_not_there_for_the_clerk_who_replaces_codes(arranged: Arranged, enter: Enter) -> None:
    number, _code = await brought(arranged, track="E", category="1803")
    clerk = await enter("registrar")
    await clerk.get("/lost-codes")
    page = await clerk.submit("/lost-codes/number", {"number": number})
    assert page.status == 404
    nowhere = await clerk.get("/lost-codes/371702001-2026-999999")
    assert (nowhere.status, told(nowhere)) == (404, told(page)), "word for word, but for the request's own number"


def told(page: Page) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", page.text)


async def test_several_codes_are_kept_on_the_device_and_nowhere_else(
    arranged: Arranged, enter: Enter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    first, code = await brought(arranged)
    second, other = await brought(arranged, text="门前的路灯坏了半个月，晚上看不见路。", track="B", category="9900")
    visitor = await entered(enter, code, keep=True)
    await visitor.get("/track")
    await visitor.submit("/track", {"code": other, "keep": "true"})
    before = await rows(arranged)
    page = await visitor.get("/mine")
    assert first in page.text and second in page.text
    assert await rows(arranged) == before, "looking at them together writes nothing"
    plain = [code.replace("-", ""), other.replace("-", "")]
    assert not any(text in str(visitor.client.cookies) or text in caplog.text for text in (*plain, code, other))
    assert all(f"place={n}" not in link for link in page.links for n in "01")
    await visitor.submit("/mine/open", {"place": "1"})
    assert visitor.page.path == "/tracked" and second in visitor.page.text
    await visitor.get("/mine")
    page = await visitor.post("/mine/forget", {**hidden(page), "place": "0"})
    assert first not in page.text and second in page.text
    page = await visitor.post("/mine/forget", {**hidden(page), "place": "all"})
    assert page.path == "/track" and COOKIE not in visitor.client.cookies


async def test_a_code_that_was_not_to_be_kept_is_not(arranged: Arranged, enter: Enter) -> None:
    _number, code = await brought(arranged)
    visitor = await entered(enter, code)
    assert COOKIE not in visitor.client.cookies
    page = await visitor.get("/mine")
    assert "没有记住查询码" in page.text
    visitor.client.cookies.set(COOKIE, "made-up", domain="centre.local")
    assert (await visitor.get("/mine")).status == 200


def hidden(page: Any) -> dict[str, str]:
    return {"csrf_token": page.form("/mine/forget").values["csrf_token"][0]}


async def rows(arranged: Arranged) -> dict[str, int]:
    """How many rows every table has that a look might write to; registrations are still compared in the background."""
    metadata = arranged.centre.store.metadata
    return await arranged.centre.store.read(
        lambda c: {t.name: len(c.execute(select(t)).all()) for t in metadata.sorted_tables if t.name not in BEHIND}
    )


async def test_a_document_left_with_witnesses_is_recorded_with_its_scan_and_corrected(
    arranged: Arranged, enter: Enter
) -> None:
    number, _code = await brought(arranged)
    handler = await enter("handler")
    await handler.get(f"/case/{number}")
    await handler.submit("/sign")
    await taken(arranged, handler, number, "/accept", {"requests.0": "补偿", "phone": "0530-1", "no_other_way": "true"})
    page = await handler.submit("/serve", {"method": "left", "place": "前村8号"})
    assert page.status == 422 and "留置送达须记明拒收的事由" in page.text and "须有见证人" in page.text
    form = page.form("/serve")
    given = {k: v[0] for k, v in form.values.items() if v}
    left = {"method": "left", "place": "前村8号", "note": "本人拒收", "witnesses.0": "村委会 李某"}
    files = {"scans-upload": ("回证.jpg", photograph(), "image/jpeg")}
    answer = await handler.client.post(form.action, data={**given, **left}, files=files, follow_redirects=True)
    assert "已登记送达" in answer.text and "留置送达" in answer.text and "回证扫描件" in answer.text
    deputy = await enter("deputy")
    page = await deputy.get(f"/case/{number}")
    action = next(form.action for form in page.forms if "/services/" in form.action)
    page = await deputy.submit(action, {"why": "送错了人", "not_served": "true"})
    assert "送达记录已更正" in page.text and "尚未送达" in page.text


async def taken(arranged: Arranged, visitor: Visitor, number: str, action: str, values: dict[str, str]) -> None:
    """Take an office's step once the assignment has reached it."""
    for _try in range(100):
        await visitor.get(f"/case/{number}")
        if visitor.page.has_form(action):
            page = await visitor.submit(action, values)
            assert "已办理" in page.text
            for document in [d for d in await documents(arranged, number)]:
                await arranged.centre.documents.produce(document)
            await visitor.get(f"/case/{number}")
            return
    raise AssertionError(action)


async def documents(arranged: Arranged, number: str) -> list[Any]:
    file = await arranged.centre.desk.open(arranged.principal("handler"), number)
    return [document.id for document in file.documents if document.kind != "receipt"]


async def test_electronic_service_begins_with_consent_and_counts_on_opening(arranged: Arranged, enter: Enter) -> None:
    number, code = await brought(arranged)
    handler = await enter("handler")
    await handler.get(f"/case/{number}")
    await handler.submit("/sign")
    await taken(arranged, handler, number, "/accept", {"requests.0": "补偿", "phone": "0530-1", "no_other_way": "true"})
    visitor = await entered(enter, code)
    page = await visitor.submit("/tracked/consent/yes")
    assert "您同意电子送达" in page.text and "打开即视为收到" in page.text
    await visitor.client.get(page.link("/tracked/documents/"))
    page = await visitor.get("/tracked")
    assert "打开即视为收到" not in page.text and "电子送达" in page.text
    page = await visitor.submit("/paper")
    assert "窗口会给您纸质文书" in page.text
    page = await handler.get(f"/case/{number}")
    assert "本人打开" in page.text and "索取纸质文书" in page.text
