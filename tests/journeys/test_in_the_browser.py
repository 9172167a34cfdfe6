"""The journey as people make it by hand: a citizen with a telephone, staff at a desk, every step on the pages.

With ONEWINDOW_PICTURES set to a folder, a picture of each window's last view is left there.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.marks import on_both_diagonals
from tests.journeys.steps import ACCEPT, MATTER, REVIEW, words
from tests.support.arrangements import Arranged, Township
from tests.support.clients import today
from tests.support.pages import Screen, screen
from tests.support.processes import until
from tests.support.towns import PASSWORD

pytestmark = pytest.mark.browser


def pictures(name: str) -> Path | None:
    """Where this test leaves its pictures."""
    folder = os.environ.get("ONEWINDOW_PICTURES")
    if not folder:
        return None
    place = Path(folder) / name
    place.mkdir(parents=True, exist_ok=True)
    return place


def file_a_matter(citizen: Screen, township: Township) -> tuple[str, str]:
    """The number and the code on the receipt."""
    citizen.go("/file")
    citizen.fill(
        {
            "发生了什么事": MATTER,
            "您希望怎样解决": ACCEPT["requests"][0],
            "归哪个镇街": township.town.name,
            "要求解决一个问题": True,
            "姓名": "宁采微",
            "联系电话": "12012345678",
            "联系地址": "东村12号",
        }
    )
    citizen.press("提交登记")
    receipt = citizen.download(citizen.page.get_by_role("link", name="下载回执"))
    number = citizen.page.locator(".ow-number").inner_text()
    assert number in words(receipt)
    return number, citizen.page.locator("#code-1").inner_text()


def serve(handler: Screen, title: str) -> None:
    """Record that a document was handed over, once it has been drawn."""
    document = handler.page.locator("article.ow-document").filter(has_text=title).first

    def drawn() -> bool:
        handler.page.reload()
        return "已生成" in document.inner_text()

    until(drawn, of=f"{title} to be drawn")
    assert handler.download(document.get_by_role("link", name=title)).startswith(b"%PDF-")
    handler.act("登记送达", document, 送达方式="当面送达", 送达日期=str(today()))
    expect(document).to_contain_text("当面送达")


@on_both_diagonals
def test_a_citizen_and_the_staff_take_a_claim_to_its_reply_by_hand(
    browser: Browser, arranged: Arranged, township: Township
) -> None:
    place = pictures(arranged.arrangement.name)
    with screen(browser, arranged.centre.url, "phone", pictures=place) as citizen:
        number, code = file_a_matter(citizen, township)
        with screen(browser, arranged.centre.url, pictures=place) as handler:
            handler.log_in(township.town.login("handler"), PASSWORD)
            handler.open(number)
            handler.press("签收")
            handler.act("受理", 已判断=True, 承办人联系电话=ACCEPT["phone"])
            expect(handler.page.locator("main")).to_contain_text("已受理")
            serve(handler, "受理告知书")
            handler.act(
                "拟写答复",
                查明的事实="道路占用承包地0.3亩",
                处理意见="支持",
                理由="经实地测量,应予补偿",
                依据的法律法规="土地管理法",
                条款="第四十八条",
                机关名称=REVIEW["organ"],
                地址=REVIEW["address"],
            )
            handler.press("送审")
            with screen(browser, arranged.centre.url, pictures=place) as mayor:
                mayor.log_in(township.town.login("mayor"), PASSWORD)
                mayor.go(f"/case/{number}")
                mayor.act("签发", 合法性审查意见="合法性审查通过")
                expect(mayor.page.locator("main")).to_contain_text("已答复")
            serve(handler, "处理意见书")
            assert "宁采微" not in handler.page.content(), "masked until somebody gives a reason"
        citizen.go("/track")
        citizen.fill({"查询码": code})
        citizen.press("查询")
        expect(citizen.page.locator("main")).to_contain_text("已答复")
        reply = citizen.download(citizen.page.get_by_role("link", name="处理意见书").first)
        assert "应予补偿" in words(reply) and REVIEW["organ"] in words(reply)
