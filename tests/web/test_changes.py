"""What becomes of a registration later, on its page and over the API; and the paper objection of a unit."""

from typing import Any

import pytest

from tests.support.centre import EAST, Arranged
from tests.web.conftest import Enter
from tests.web.test_staff import opened, signed

pytestmark = pytest.mark.asyncio(loop_scope="module")
WHY = "来访人说明反映的是干部收钱"


async def test_a_case_that_is_sealed_by_the_clerk_leaves_their_screen(arranged: Arranged, enter: Enter) -> None:
    number = (await arranged.register("registrar", category="1801"))["number"]
    deputy = await enter("deputy")
    await deputy.get(f"/case/{number}")
    page = await deputy.submit("/track", {"track": "E", "category": "1803", "reason": "。。"})
    assert page.status == 422 and "请写明理由" in page.text
    assert page.form("/track").values["track"] == ["E"], "what was chosen stays"
    page = await deputy.submit("/track", {"track": "E", "category": "1803", "reason": WHY})
    assert page.path == "/desk" and "事项轨已变更" in page.text
    assert number not in page.text and "-M" not in page.answer.text
    assert (await deputy.get(f"/case/{number}")).status == 404
    designated = await enter("designated")
    page = await designated.get("/queue")
    page = await designated.get(page.link(f"/case/{EAST}-M"))
    assert "由“信访·申诉求决”改为“信访·检举控告（密）”" in page.text and WHY in page.text


async def test_a_case_that_stays_open_keeps_its_page(arranged: Arranged, enter: Enter) -> None:
    number = (await arranged.register("registrar"))["number"]
    deputy = await enter("deputy")
    await deputy.get(f"/case/{number}")
    page = await deputy.submit("/track", {"track": "D", "reason": "是对工作的建议"})
    assert (page.status, page.path) == (200, f"/case/{number}")
    assert "改为“信访·建议意见”" in page.text


async def test_a_mistaken_registration_shows_as_void_to_staff_and_to_the_person(
    arranged: Arranged, enter: Enter
) -> None:
    made = await arranged.register("registrar")
    registrar = await enter("registrar")
    assert not (await registrar.get(f"/case/{made['number']}")).has_form("/void"), "not who registered it"
    deputy = await enter("deputy")
    await deputy.get(f"/case/{made['number']}")
    page = await deputy.submit("/void", {"reason": "同一事项登记了两次"})
    assert "已作废" in page.text and "登记作废" in page.text
    assert not page.has_form("/track") and not page.has_form("/assign")
    person = await enter(None)
    await person.get("/track")
    page = await person.submit("/track", {"code": made["code"]})
    assert "已作废" in page.text and "同一事项登记了两次" in page.text


async def test_a_paper_objection_is_entered_and_ruled_on_the_page(arranged: Arranged, enter: Enter) -> None:
    made = await arranged.register("registrar", category="0801", track="B")
    registrar = await enter("registrar")
    await registrar.get(f"/case/{made['number']}")
    page = await registrar.submit("/object", {"reason": "属县局直接管理", "basis": ""})
    assert page.status == 422
    page = await registrar.submit("/object", {"reason": "属县局直接管理", "basis": "权责清单第 3 项"})
    assert "已录入异议" in page.text and "退回异议待裁定" in page.text
    assert not page.has_form("/object") and not page.has_form("/rule")
    deputy = await enter("deputy")
    await deputy.get(f"/case/{made['number']}")
    page = await deputy.submit("/rule", {"outcome": "uphold", "reason": "在本所职责内"})
    assert "已裁定" in page.text and "维持交办" in page.text


async def test_over_the_api_the_new_number_is_told_only_to_who_may_see_the_case(arranged: Arranged) -> None:
    client = await arranged.client("deputy")
    number = (await arranged.register("registrar"))["number"]
    path = f"/api/v1/cases/{number}"
    body = {"track": "D", "reason": "是对工作的建议"}
    assert (await client.post(f"{path}/track", json=body)).json() == {"number": number}
    assert (await client.post(f"{path}/track", json=body)).status_code == 422
    accused: dict[str, Any] = {"track": "E", "category": "1803", "reason": WHY, "about_leader": True}
    assert (await client.post(f"{path}/track", json=accused)).json() == {"number": None}
    unknown = await client.post("/api/v1/cases/371702001-2026-999999/track", json=accused)
    again = await client.post(f"{path}/track", json=accused)
    hidden, never = again.json(), unknown.json()
    assert again.status_code == unknown.status_code == 404
    assert {k: v for k, v in hidden.items() if k != "instance"} == {k: v for k, v in never.items() if k != "instance"}
    mistaken = (await arranged.register("registrar"))["number"]
    assert (await client.post(f"/api/v1/cases/{mistaken}/void", json={"reason": "登记了两次"})).status_code == 204
    assert (await client.get(f"/api/v1/cases/{mistaken}")).json()["state"] == "void"


async def test_the_head_decides_on_a_recusal_on_the_page(arranged: Arranged, enter: Enter) -> None:
    handler, number = await signed(arranged, enter)
    await opened(arranged, handler, number, "/step_aside")
    page = await handler.submit("/step_aside", {"ground": "kin", "reason": "信访人是我的表兄"})
    assert "已办理：申报回避" in page.text and not page.has_form("/accept")
    head = await enter("head")
    page = await head.get(f"/case/{number}")
    assert "冯承办：信访人是我的表兄" in page.text
    given = {"outcome": "grant", "officer": arranged.staff["colleague"], "reason": "查证属实"}
    action = next(form.action for form in page.forms if "/recusals/" in form.action)
    page = await head.submit(action, given)
    assert "准予回避" in page.text and "陈承办" in page.text
    assert (await handler.get(f"/case/{number}")).status == 404
    assert (await (await enter("colleague")).get(f"/case/{number}")).status == 200
