"""Staff: logging in, the desk, registering, and everything that is done on a case."""

import asyncio
from typing import Any

import pytest

from onewindow.access.guard import COOKIE
from onewindow.bus.errors import TimedOut
from onewindow.bus.service import ask
from onewindow.routing import commands
from tests.support.centre import EAST, PASSWORD, WEST, Arranged
from tests.web.browsing import Page, Visitor
from tests.web.conftest import Enter

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def opened(arranged: Arranged, visitor: Visitor, number: str, ending: str) -> Page:
    """A case's page, once the office offers what is looked for."""
    for _attempt in range(100):
        page = await visitor.get(f"/case/{number}")
        if page.has_form(ending):
            return page
        await asyncio.sleep(0.05)
    raise AssertionError(f"{ending} is not offered: {[f.action for f in visitor.page.forms]}")


async def signed(arranged: Arranged, enter: Enter, **matter: Any) -> tuple[Visitor, str]:
    """The handler's browser with a case that was signed for."""
    number = (await arranged.register(**matter))["number"]
    handler = await enter("handler")
    await handler.get("/queue")
    page = await handler.get(handler.page.link(f"/case/{number}"))
    assert "待签收" in page.text
    page = await handler.submit("/sign")
    assert "已签收" in page.text
    return handler, number


# Accounts ------------------------------------------------------------------------------------------------------------


async def test_logging_in_leads_to_ones_work_and_out_again(enter: Enter) -> None:
    visitor = await enter(None)
    page = await visitor.get("/desk")
    assert page.path.startswith("/login?next=")
    page = await visitor.submit("/login", {"login": "registrar", "password": "wrong"})
    assert page.status == 401
    assert page.form("/login").values["login"] == ["registrar"]
    page = await visitor.submit("/login", {"login": "registrar", "password": PASSWORD})
    assert (page.status, page.path) == (200, "/desk")
    token = visitor.client.cookies.get(COOKIE)
    page = await visitor.submit("/logout")
    assert page.path == "/"
    visitor.client.cookies.set(COOKIE, token or "")
    assert (await visitor.get("/desk")).path.startswith("/login"), "the session itself is over"


async def test_a_login_that_names_another_site_stays_here(enter: Enter) -> None:
    visitor = await enter(None)
    await visitor.get("/login?next=//elsewhere.example/")
    page = await visitor.submit("/login", {"login": "handler", "password": PASSWORD})
    assert page.path == "/queue"


async def test_a_first_password_is_changed_before_anything_else(enter: Enter, arranged: Arranged) -> None:
    admin = await enter("sysadmin")
    await admin.get("/admin/users")
    page = await admin.submit("/admin/users", {"name": "何新来", "login": "he.xinlai"})
    assert page.answer.headers["cache-control"] == "no-store"
    password = page.answer.text.partition('<code class="ow-number">')[2].partition("</code>")[0]
    fresh = await enter(None)
    await fresh.get("/login")
    page = await fresh.submit("/login", {"login": "he.xinlai", "password": password})
    assert page.path == "/password"
    assert (await fresh.get("/desk")).path == "/password"
    page = await fresh.submit("/password", {"current": password, "fresh": "short", "again": "short"})
    assert page.status == 422
    mine = "four rivers meet here"
    page = await fresh.submit("/password", {"current": "wrong", "fresh": mine, "again": mine})
    assert page.status == 422
    page = await fresh.submit("/password", {"current": password, "fresh": mine, "again": mine})
    assert page.status == 200
    assert page.path != "/password"


# The desk ------------------------------------------------------------------------------------------------------------


async def test_the_desk_shows_what_waits_and_hides_who_it_is(arranged: Arranged, enter: Enter) -> None:
    first = await arranged.register(text="我是张三丰，电话13812345678，路灯坏了两个月", category="9900", track="B")
    await arranged.register(category="1803", track="E", text="有人收钱不办事")
    director = await enter("director")
    page = await director.get("/desk?list=window")
    assert first["number"] in page.text
    assert "张三丰" not in page.text
    assert "13812345678" not in page.text
    page = await director.get("/desk")
    assert "收钱" not in page.text
    assert "-M" not in page.text, "a sealed matter is in no list"
    page = await director.get("/desk?status=closed")
    assert first["number"] not in page.text


async def test_a_clerk_registers_for_somebody_and_prints_the_receipt(enter: Enter) -> None:
    clerk = await enter("registrar")
    page = await clerk.get("/register")
    given = {"text": "养鸡场气味很大", "track": "B", "category": "1203", "channel": "letter"}
    page = await clerk.submit("/register", given)
    assert page.status == 422
    assert "请填写来访人" in page.text
    page = await clerk.submit("/register", {**given, "parties.0.name": "钱小满", "parties.0.phone": "13900001111"})
    assert page.path == "/receipt"
    number = next(word for word in page.text.split() if word.count("-") == 2 and "-2" in word)
    page = await clerk.get(f"/case/{number}")
    assert "来信" in page.text
    assert "钱小满" not in page.text


async def test_what_one_may_not_see_is_not_there(arranged: Arranged, enter: Enter) -> None:
    number = (await arranged.register())["number"]
    sealed = (await arranged.register(category="1803", track="E"))["number"]
    stranger = await enter("west_handler")
    assert (await stranger.get(f"/case/{number}")).status == 404
    director = await enter("director")
    known = await director.get(f"/case/{sealed}")
    unknown = await director.get("/case/371702001-M2026-999999")
    assert (known.status, unknown.status) == (404, 404)
    hidden = await (await enter("auditor")).get("/desk")
    assert hidden.status == 403
    assert (await stranger.get("/admin/users")).status == 403


# A case --------------------------------------------------------------------------------------------------------------


async def test_an_action_is_refused_with_the_reason_and_what_was_typed(arranged: Arranged, enter: Enter) -> None:
    handler, number = await signed(arranged, enter)
    await opened(arranged, handler, number, "/accept")
    page = await handler.submit("/accept", {"requests.0": "补偿", "phone": ""})
    assert page.status == 422
    assert "请填写" in page.text
    page = await handler.submit("/accept", {"requests.0": "补偿占地", "phone": "0530-1234567"})
    assert page.status == 409
    assert "请先逐项判断" in page.text
    assert page.form("/accept").values["phone"] == ["0530-1234567"]
    page = await handler.submit("/accept", {"no_other_way": "true"})
    assert "已办理：受理" in page.text
    assert "受理告知书" in page.text
    answer = await handler.client.get(page.link("/documents/"))
    assert answer.content.startswith(b"%PDF-")
    page = await handler.submit("/serve", {"method": "in_person"})
    assert "当面送达" in page.text
    page = await handler.submit("/proof")
    assert "送达回证" in page.text


async def test_the_same_form_sent_twice_has_one_effect(arranged: Arranged, enter: Enter) -> None:
    handler, number = await signed(arranged, enter)
    form = (await opened(arranged, handler, number, "/accept")).form("/accept")
    given = {**{k: v[0] for k, v in form.values.items() if v}, "no_other_way": "true", "phone": "0530-1"}
    await handler.post(form.action, given)
    page = await handler.post(form.action, given)
    assert sum("documents" in link for link in page.links) == 1


async def test_a_page_that_is_out_of_date_says_so(arranged: Arranged, enter: Enter) -> None:
    handler, number = await signed(arranged, enter)
    await opened(arranged, handler, number, "/accept")
    stale = handler.page.form("/accept")
    await handler.submit("/accept", {"requests.0": "补偿", "phone": "0530-1", "no_other_way": "true"})
    old = {k: v[0] for k, v in stale.values.items() if v and k != "idempotency_key"}
    page = await handler.post(stale.action, {**old, "idempotency_key": "another", "phone": "0530-2"})
    assert page.status == 409
    assert "已被他人更新" in page.text
    director = await enter("director")
    await director.get(f"/case/{number}")
    form = director.page.form("/correct")
    old = {k: v[0] for k, v in form.values.items() if v}
    await director.submit("/correct", {"place": "后村", "reason": "来访人补正"})
    assert "后村" in director.page.text
    page = await director.post(form.action, {**old, "place": "东村", "reason": "又一次"})
    assert page.status == 412
    assert "页面已过时" in page.text


async def test_a_field_is_shown_for_a_reason_that_the_person_reads_later(arranged: Arranged, enter: Enter) -> None:
    receipt = await arranged.register()
    number = receipt["number"]
    handler, number = await signed(arranged, enter)
    page = await handler.get(f"/case/{number}")
    assert "13812345678" not in page.text
    page = await handler.submit("field=phone", {"reason": "。"})
    assert page.status == 422
    assert "13812345678" not in page.text
    page = await handler.submit("field=phone", {"reason": "电话核实地点"})
    assert "13812345678" in page.text
    assert "张三丰" not in page.text, "only what was asked for"
    assert page.answer.headers["cache-control"] == "no-store"
    part = await handler.submit("field=name", {"reason": "核对身份"}, **{"HX-Request": "true"})
    assert part.answer.text.strip().startswith('<div class="ow-masked">')
    assert "张三丰" in part.text


async def test_an_office_that_is_away_leaves_its_case_readable(arranged: Arranged, enter: Enter) -> None:
    handler, number = await signed(arranged, enter)
    await opened(arranged, handler, number, "/accept")
    book, now = arranged.centre.book, arranged.centre.now
    await book.disable("petition", EAST, by="test", now=now())
    try:
        page = await handler.get(f"/case/{number}")
        assert page.status == 200
        assert "暂时没有应答" in page.text
        assert not page.has_form("/accept")
        assert (await handler.get("/queue")).status == 200
    finally:
        await book.enable("petition", EAST, by="test", now=now())


async def test_what_is_not_confirmed_is_shown_as_it_is_until_it_is(
    arranged: Arranged, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, number = await signed(arranged, enter)
    await opened(arranged, handler, number, "/accept")

    async def lost(*given: Any, **options: Any) -> bytes:
        await ask(*given, **options)
        raise TimedOut("the reply was lost")

    async def answers(*given: Any, **options: Any) -> bytes:
        return await (lost if ".act" in given[1] else ask)(*given, **options)

    monkeypatch.setattr(commands, "ask", answers)
    page = await handler.submit("/accept", {"requests.0": "补偿", "phone": "0530-1", "no_other_way": "true"})
    assert "pending=" in page.path
    assert "科室尚未确认" in page.text
    answer = await handler.client.get(f"/case/{number}/unconfirmed")
    assert (answer.status_code, "HX-Refresh" in answer.headers) == (204, False)
    await arranged.centre.commands.settle()
    answer = await handler.client.get(f"/case/{number}/unconfirmed")
    assert answer.headers["HX-Refresh"] == "true"
    page = await handler.get(page.path)
    assert "已确认办好" in page.text
    assert "已受理" in page.text


async def test_a_unit_on_paper_gets_a_letter_and_its_answer_is_entered(arranged: Arranged, enter: Enter) -> None:
    number = (await arranged.register(category="0801", track="B"))["number"]
    deputy = await enter("deputy")
    await deputy.get(f"/case/{number}")
    page = await deputy.submit("/letter")
    assert "转办单" in page.text
    page = await deputy.submit("/receipt", {"signed_for": "蒋小舟"})
    assert "已登记签收回执" in page.text
    page = await deputy.submit("/answer", {"text": "已责令退款", "number": "市监复〔2026〕8号"})
    assert "已录入答复" in page.text
    assert "市监复〔2026〕8号" in page.text


async def test_what_nobody_took_is_assigned_and_can_be_recalled(arranged: Arranged, enter: Enter) -> None:
    number = (await arranged.register(category="9900", track="B"))["number"]
    deputy = await enter("deputy")
    await deputy.get(f"/case/{number}")
    unit = arranged.units["east-petition"]
    page = await deputy.submit("/assign", {"unit": "nowhere", "reason": "属于信访"})
    assert page.status == 422
    page = await deputy.submit("/assign", {"unit": unit, "reason": "属于信访"})
    assert "已交办" in page.text
    page = await deputy.submit("/recall", {"reason": "交错了"})
    assert "已收回" in page.text
    assert "还没有交办" not in page.text


async def test_an_objection_is_ruled_and_the_case_goes_on_to_another_unit(arranged: Arranged, enter: Enter) -> None:
    _handler, number = await signed(arranged, enter)
    head = await enter("head")
    form = (await opened(arranged, head, number, "/objection")).form("/objection")
    page = await head.submit("/objection", {n: "见权责清单第三项" for n, v in form.values.items() if v == [""]})
    assert "已办理：提出异议" in page.text
    assert "退回异议待裁定" in page.text
    director = await enter("director")
    page = await director.get("/desk?list=objections")
    assert number in page.text
    await director.get(f"/case/{number}")
    market = arranged.units["east-market"]
    page = await director.submit("/rule", {"outcome": "reassign", "unit": market, "reason": "权责清单如此"})
    assert "已裁定" in page.text
    assert "东关市场监管所" in page.text


async def test_every_write_of_staff_needs_the_token_of_its_page(arranged: Arranged, enter: Enter) -> None:
    number = (await arranged.register())["number"]
    handler = await enter("handler")
    page = await handler.get(f"/case/{number}")
    for form in page.forms:
        answer = await handler.post(form.action, {"csrf_token": "guessed"})
        assert answer.status == 403, form.action


# Administration ------------------------------------------------------------------------------------------------------


async def test_an_administrator_switches_an_office_off_and_on(arranged: Arranged, enter: Enter) -> None:
    admin = await enter("sysadmin")
    await admin.get("/admin/offices")
    page = await admin.submit(f"/petition/disable/{WEST}")
    assert "已停用" in page.text
    assert not arranged.centre.book.current.is_enabled("petition", WEST)
    page = await admin.submit(f"/petition/enable/{WEST}")
    assert arranged.centre.book.current.is_enabled("petition", WEST)
    director = await enter("director")
    page = await director.get("/admin/offices")
    assert not any("/disable/" in form.action for form in page.forms)
    assert "西关镇" not in page.text, "another township's is not theirs to see"


async def test_users_townships_and_the_calendar_are_kept_by_who_may(arranged: Arranged, enter: Enter) -> None:
    admin = await enter("sysadmin")
    page = await admin.get("/admin/users")
    colleague = arranged.staff["colleague"]
    page = await admin.submit(f"{colleague}/reset")
    assert "临时密码只显示这一次" in page.text
    await admin.get("/admin/townships")
    page = await admin.submit("/admin/townships", {"code": "1", "name": "南关镇", "token": "NAN", "kind": "town"})
    assert page.status == 422
    page = await admin.submit("/admin/townships", {"code": "371702003", "token": "nan"})
    assert "南关镇" in page.text
    assert "开通前还缺" in page.text
    assert (await admin.get("/admin/calendar")).status == 403
    district = await enter("district_admin")
    await district.get("/admin/calendar")
    page = await district.submit("/admin/calendar", {"year": "2027", "text": "2027-01-01,rest"})
    assert page.status == 422
    assert "不完整" in page.text
    secadmin = await enter("secadmin")
    await secadmin.get(f"/admin/users/{colleague}")
    unit = arranged.units["east-market"]
    page = await secadmin.submit(f"{colleague}/post", {"unit": unit, "role": "handler"})
    assert "已任命" in page.text


# Parties -------------------------------------------------------------------------------------------------------------


async def test_a_party_does_by_code_what_the_office_offers_them(arranged: Arranged, enter: Enter) -> None:
    parties = [{"name": "张三丰", "phone": "13812345678"}, {"role": "respondent", "name": "李四光"}]
    receipt = await arranged.register(parties=parties)
    number = receipt["number"]
    handler = await enter("handler")
    await handler.get(f"/case/{number}")
    await handler.submit("/sign")
    await opened(arranged, handler, number, "/accept")
    await handler.submit("/accept", {"requests.0": "补偿", "phone": "0530-1", "no_other_way": "true"})
    await handler.submit("/propose_settlement", {"terms": "每亩每年补偿一千二百元"})
    citizen = await enter(None)
    await citizen.get("/track")
    page = await citizen.submit("/track", {"code": receipt["code"]})
    assert "同意和解" in page.text
    assert not page.has_form("/suspend"), "what is the office's own is not offered"
    page = await citizen.submit("/agree")
    assert "已经办好" in page.text
    page = await handler.get(f"/case/{number}")
    assert "当事人凭查询码" in page.text
    page = await citizen.submit("/decline")
    assert "已经办好" in page.text
    page = await citizen.submit("/agree") if citizen.page.has_form("/agree") else await citizen.get("/tracked")
    assert page.status == 200


async def test_titles_of_offices_are_read_in_the_readers_language(arranged: Arranged, enter: Enter) -> None:
    handler, number = await signed(arranged, enter)
    await opened(arranged, handler, number, "/accept")
    page = await handler.get(f"/language/en?next=/case/{number}")
    assert "Petition Office" in page.text
    assert "Compensation rates" in page.text
    assert "Signed for" in page.text
    for chinese in ("信访办 已", "受理", "办理记录", "期限 "):
        assert chinese not in page.text.replace("信访工作条例", ""), chinese
