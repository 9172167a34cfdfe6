"""Ways in, by hand in a real browser: a letter from its scan to the receipt, a group, somebody in need of a safe way.

With ONEWINDOW_PICTURES set to a folder, a picture of each page is left there.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.marks import on_the_first
from tests.journeys.test_browser import Screen, approves, drafts, screen
from tests.support import pictures
from tests.support.arrangements import Township

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

LETTER = "来信人称：柳树村三组机井去年冬天塌了,三十多户的麦子浇不上水,多次找村里没有人管。"
GROUP = "我们是幸福小区四十户业主,交房两年办不下来房产证,开发商每次都说再等等。"
NAMES = ["赵一禾", "钱二麦", "孙三谷"]
sizes = pytest.mark.parametrize("size", ["desktop", "phone"])


def unfold(where: Screen, title: str) -> None:
    where.page.locator("details.ow-fold > summary", has_text=title).first.click()


@on_the_first
@sizes
def test_a_letter_from_its_scan_to_the_served_reply(
    browser: Browser, township: Township, size: str, tmp_path: Path
) -> None:
    scan, slip = tmp_path / "来信 第一页.jpg", tmp_path / "送达回证.jpg"
    scan.write_bytes(pictures.photograph(1654, 2339))
    slip.write_bytes(pictures.photograph(1240, 877))
    number = takes_in(browser, township, size, scan)
    with screen(browser, township, size) as handler, screen(browser, township, size) as mayor:
        handler.log_in(township.town.login("handler"), "/queue")
        handler.press(handler.page.get_by_role("link", name=number))
        handler.send(handler.operation("/sign"), "已签收")
        form = handler.operation("/accept")
        form.locator('[name="phone"]').fill("0530-1234567")
        form.locator('[name="no_other_way"]').check()
        handler.send(form, "已办理：受理")
        drafts(handler)
        mayor.log_in(township.town.login("mayor"), "")
        approves(mayor, number)
        handler.go(f"/case/{number}")
        posts(handler, slip)


def posts(handler: Screen, slip: Path) -> None:
    """The reply goes by post; what was signed for it comes back and is scanned."""
    page = handler.page
    reply = page.locator("article.ow-document", has_text="处理意见书")
    reply.locator("summary", has_text="登记送达").click()
    form = reply.locator('form[action$="/serve"]')
    form.locator('[name="method"]').select_option("post")
    handler.send(form, "邮件单号")
    handler.look("letter-serve")
    form.locator('[name="tracking_no"]').fill("XA12345678937")
    form.locator('[name="scans-upload"]').set_input_files(slip)
    handler.send(form, "已登记送达")
    handler.look("letter-served")
    scanned = reply.get_by_role("link", name="回证扫描件 1")
    got = page.request.get(handler.url + str(scanned.get_attribute("href")))
    assert got.headers["content-type"] == "image/jpeg"
    assert reply.get_by_text("尚未送达").count() == 0


def takes_in(browser: Browser, township: Township, size: str, scan: Path) -> str:
    """The clerk registers the letter with its scan; the number."""
    with screen(browser, township, size) as clerk:
        clerk.log_in(township.town.login("registrar"), "/desk")
        clerk.go("/register")
        page = clerk.page
        page.locator("[name=channel]").select_option("letter")
        page.locator("[name=files-upload]").set_input_files(scan)
        page.locator("[name=text]").fill(LETTER)
        page.locator("[name=request]").fill("修好机井,恢复浇水")
        page.locator("[name=place]").fill("柳树村三组")
        page.locator("[name=track]").select_option("C")
        page.locator('[name="parties.0.name"]').fill("宁采微")
        page.locator('[name="parties.0.id_number"]').fill("370101198001011234")
        clerk.look("letter-filled")
        page.get_by_role("button", name="登记并打印回执").click()
        page.get_by_text("身份证号有误").first.wait_for()
        assert page.get_by_text("已收到 1 个文件").count(), "the scan is still there"
        clerk.look("letter-wrong")
        page.locator('[name="parties.0.id_number"]').fill("37010119800101123 0")
        page.get_by_role("button", name="登记并打印回执").click()
        page.wait_for_url("**/receipt")
        clerk.look("letter-receipt")
        number = page.locator(".ow-number").inner_text()
        clerk.go(f"/case/{number}")
        clerk.look("letter-case")
        link = page.get_by_role("link", name="来信 第一页.jpg")
        got = page.request.get(township.centre.centre.url + str(link.get_attribute("href")))
        assert got.headers["content-type"] == "image/jpeg"
        assert b"Tell-Tale" not in got.body()
        clerk.operation("/emergency")
        clerk.look("letter-emergency")
        clerk.operation("/join")
        clerk.look("letter-join")
        return number


@on_the_first
@sizes
def test_a_group_of_forty_with_three_representatives(browser: Browser, township: Township, size: str) -> None:
    with screen(browser, township, size) as clerk:
        clerk.log_in(township.town.login("registrar"), "/desk")
        clerk.go("/register")
        page = clerk.page
        page.locator("[name=text]").fill(GROUP)
        page.locator("[name=track]").select_option("C")
        # Two rows stand there; the third representative gets one when the form comes back.
        for place, name in enumerate(NAMES):
            row = page.locator(f'[name="parties.{place}.name"]')
            row.fill(name)
            page.locator(f'[name="parties.{place}.role"]').select_option("applicant")
            page.locator(f'[name="parties.{place}.kind"]').select_option("person")
            fold = page.locator("fieldset.ow-row", has=row).locator("details.ow-fold > summary")
            fold.click()
            page.locator(f'[name="parties.{place}.representative"]').check()
        unfold(clerk, "集体来访")
        page.locator("[name=group_size]").fill("40")
        people = [f"业主{chr(0x4E00 + 31 * n)}，1390000{n:04d}" for n in range(37)]
        page.locator("[name=people]").fill("\n".join(people))
        clerk.look("group-filled")
        page.get_by_role("button", name="登记并打印回执").click()
        page.wait_for_url("**/receipt")
        assert page.locator(".ow-code-text").count() == 40
        clerk.look("group-receipt")
        number = page.locator(".ow-number").inner_text()
        clerk.go(f"/case/{number}")
        page.get_by_text("40 人，已登记 40 人").first.wait_for()
        clerk.look("group-case")


@on_the_first
@sizes
def test_somebody_who_needs_a_safe_way_to_be_contacted(
    browser: Browser, township: Township, size: str, tmp_path: Path
) -> None:
    photo = tmp_path / "墙上的裂缝.jpg"
    photo.write_bytes(pictures.photograph(1200, 900))
    with screen(browser, township, size) as citizen:
        citizen.go("/file")
        citizen.look("file-plain")
        page = citizen.page
        page.locator("[name=text]").fill("隔壁装修砸了承重墙,我家墙裂了,我怕他们找上门。")
        page.locator("[name=township]").select_option(township.code)
        page.locator("[name=track][value=B]").check()
        page.locator("[name=name]").fill("宁采微")
        page.locator("[name=phone]").fill("12012345678")
        page.locator("[name=files-upload]").set_input_files(photo)
        unfold(citizen, "保密和安全的联系方式")
        page.locator("[name=contact_way]").select_option("sms")
        page.locator("[name=contact]").fill("只发短信，晚上八点以后")
        unfold(citizen, "代别人、和大家一起反映")
        unfold(citizen, "需要帮助，或者有别的情况")
        citizen.look("file-unfolded")
        page.get_by_role("button", name="提交登记").click()
        page.wait_for_url("**/receipt")
        code = page.locator(".ow-code-text").inner_text()
        citizen.go("/track")
        page.locator("[name=code]").fill(code)
        page.get_by_role("button", name="查询").last.click()
        page.wait_for_url("**/tracked")
        assert page.get_by_role("link", name="墙上的裂缝.jpg").count() == 1
        citizen.look("tracked-materials")
