"""The same way by hand, in a real browser: from the form that a citizen fills in to the reply that they read.

With ONEWINDOW_PICTURES set to a folder, a picture of each page is left there.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

from tests.journeys.marks import on_both_diagonals, on_the_first
from tests.journeys.steps import REVIEW, words
from tests.support.arrangements import Township
from tests.support.towns import PASSWORD

pytestmark = pytest.mark.browser

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
TEXT = "去年十月村里修路占了我家承包地八分,说好年底给补偿,到现在没有给。多次去村委会问,都说等镇里。"
REQUEST = "按标准支付补偿款,并说明计算办法"


class Screen:
    """One person's browser: every page that it shows is looked at before anything is done on it."""

    def __init__(self, page: Page, url: str, size: str) -> None:
        self.page = page
        self.url = url
        self.size = size
        self.said: list[str] = []
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        # A form that is refused comes back with 4xx, which chromium notes for developers.
        if message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text:
            self.said.append(message.text)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path, wait_until="load")

    def press(self, what: Locator) -> None:
        """Press what leads to another page, and go on once that page is there: a click alone may come back while the
        page that one leaves still stands."""
        with self.page.expect_navigation(wait_until="load"):
            what.click()

    def look(self, name: str) -> None:
        """A picture, and what a picture does not show: width, complaints of the browser, readable by everybody."""
        self.page.wait_for_load_state("load")
        self.page.locator("body").wait_for()
        if pictures := os.environ.get("ONEWINDOW_PICTURES"):
            Path(pictures).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(pictures) / f"{name}-{self.size}.png", full_page=True)
        assert not self.said, f"the browser complains about {name}"
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is too wide"
        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"

    def log_in(self, login: str, then: str) -> None:
        self.go("/login")
        self.page.locator("[name=login]").fill(login)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.press(self.page.get_by_role("button", name="登录"))
        self.page.wait_for_url("**" + then)

    def operation(self, ending: str) -> Locator:
        """The form whose address ends so, opened if it is folded."""
        form = self.page.locator(f'form[action$="{ending}"]').first
        folded = self.page.locator("details").filter(has=self.page.locator(f'form[action$="{ending}"]')).first
        if folded.count() and folded.get_attribute("open") is None:
            folded.locator("summary").first.click()
        return form

    def send(self, form: Locator, says: str) -> None:
        self.press(form.locator("button[type=submit]"))
        self.page.get_by_text(says).first.wait_for()

    def pdf(self, link: Locator) -> str:
        """The words of the document behind a link."""
        answer = self.page.request.get(self.url + str(link.get_attribute("href")))
        assert answer.headers["content-type"] == "application/pdf"
        return words(answer.body())


@contextmanager
def screen(browser: Browser, township: Township, size: str) -> Iterator[Screen]:
    width, height = SIZES[size]
    # A button that is changing its colour looks pale for a moment, to a picture and to axe.
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", reduced_motion="reduce")
    try:
        yield Screen(context.new_page(), township.centre.centre.url, size)
    finally:
        context.close()


def files(citizen: Screen, township: Township) -> tuple[str, str]:
    """A citizen brings a matter; its number and code."""
    page = citizen.page
    citizen.go("/")
    citizen.look("home")
    citizen.press(page.get_by_role("link", name="我要反映").first)
    citizen.look("file")
    page.locator("[name=text]").fill("短")
    citizen.press(page.get_by_role("button", name="提交登记"))
    page.get_by_text("至少填写 5 个字").first.wait_for()
    citizen.look("file-again")
    page.locator("[name=text]").fill(TEXT)
    page.locator("[name=request]").fill(REQUEST)
    page.locator("[name=place]").fill("柳树村三组")
    page.locator("[name=township]").select_option(township.code)
    page.locator("[name=track][value=C]").check()
    page.locator("[name=category]").select_option("0401")
    page.locator("[name=name]").fill("宁采微")
    page.locator("[name=phone]").fill("12012345678")
    page.locator("[name=address]").fill("柳树村三组12号")
    citizen.press(page.get_by_role("button", name="提交登记"))
    page.wait_for_url("**/receipt")
    citizen.look("receipt")
    assert "信访工作条例 第二十三条" in page.content()
    number = page.locator(".ow-number").inner_text()
    code = page.locator(".ow-code-text").inner_text()
    assert code not in page.url
    assert number in citizen.pdf(page.get_by_role("link", name="下载回执"))
    return number, code


def accepts(handler: Screen, number: str) -> None:
    """The handler signs, accepts and serves the notice."""
    page = handler.page
    handler.look("queue")
    handler.press(page.get_by_role("link", name=number))
    handler.look("case-sent")
    handler.send(handler.operation("/sign"), "已签收")
    form = handler.operation("/accept")
    handler.look("case-accept")
    form.locator('[name="phone"]').fill("0530-1234567")
    handler.send(form, "请先逐项判断是否属于其他法定途径")
    handler.look("case-refused")
    form = handler.operation("/accept")
    assert form.locator('[name="phone"]').input_value() == "0530-1234567", "what was typed stays"
    form.locator('[name="no_other_way"]').check()
    handler.send(form, "已办理：受理")
    handler.look("case-accepted")
    assert "受理" in handler.pdf(page.get_by_role("link", name="受理告知书").first)
    serve(handler)
    handler.look("case-served")
    reveal(handler)


def serve(handler: Screen) -> None:
    form = handler.operation("/serve")
    form.locator('[name="method"]').select_option("in_person")
    handler.send(form, "已登记送达")


def reveal(handler: Screen) -> None:
    """Look at a telephone number, with a reason."""
    field = handler.page.locator(".ow-masked").filter(has_text="电话").first
    assert "120****5678" in field.inner_text()
    field.locator("summary").click()
    field.locator("[name=reason]").fill("电话核实占地位置")
    field.get_by_role("button", name="查看").click()
    handler.page.get_by_text("12012345678").wait_for()
    handler.look("case-revealed")


def drafts(handler: Screen) -> None:
    form = handler.operation("/draft")
    form.locator('[name="findings"]').fill("经实地测量,道路占用承包地0.8亩。")
    form.locator('[name="evidence.0"]').fill("测量图")
    form.locator('[name="points.0.opinion"]').select_option("support")
    form.locator('[name="points.0.reason"]').fill("占地属实,应当补偿")
    form.locator('[name="points.0.law"]').fill("土地管理法")
    form.locator('[name="points.0.article"]').fill("第四十八条")
    for name, value in REVIEW.items():
        form.locator(f'[name="review_place.{name}"]').fill(value)
    handler.look("case-draft")
    handler.send(form, "已办理：拟写答复")
    handler.send(handler.operation("/submit"), "已办理：送审")
    handler.look("case-submitted")


def approves(mayor: Screen, number: str) -> None:
    mayor.go(f"/case/{number}")
    form = mayor.operation("/approve")
    form.locator('[name="legal_note"]').fill("合法性审查通过")
    mayor.look("case-approve")
    mayor.send(form, "已办理：签发")


def tracks(citizen: Screen, number: str, code: str) -> None:
    page = citizen.page
    citizen.go("/track")
    page.locator("[name=code]").fill("0000-0000-0000-0001")
    citizen.press(page.get_by_role("button", name="查询"))
    page.get_by_text("请对照回执逐位核对").wait_for()
    citizen.look("track")
    page.locator("[name=code]").fill(code.lower().replace("-", " "))
    citizen.press(page.get_by_role("button", name="查询"))
    page.wait_for_url("**/tracked")
    citizen.look("tracked")
    assert number in page.content()
    assert page.locator(".ow-badge", has_text="已答复").count()
    assert "电话核实占地位置" in page.content(), "who looked, and why"
    assert REVIEW["organ"] in citizen.pdf(page.get_by_role("link", name="处理意见书").first)
    assert "登记复查申请" in page.content()
    citizen.press(page.get_by_role("button", name="看完了，退出"))
    page.wait_for_url("**/track")
    citizen.go("/tracked")
    assert page.url.endswith("/track")


@pytest.mark.slow
@pytest.mark.timeout(300)
@on_both_diagonals
def test_a_citizen_gets_a_reply_in_the_browser(browser: Browser, township: Township) -> None:
    gets_a_reply(browser, township, "desktop")


@pytest.mark.slow
@pytest.mark.timeout(300)
@on_the_first
def test_a_citizen_gets_a_reply_on_a_phone(browser: Browser, township: Township) -> None:
    gets_a_reply(browser, township, "phone")


def gets_a_reply(browser: Browser, township: Township, size: str) -> None:
    """The whole way, each person with a browser of their own."""
    with (
        screen(browser, township, size) as citizen,
        screen(browser, township, size) as clerk,
        screen(browser, township, size) as handler,
        screen(browser, township, size) as mayor,
    ):
        number, code = files(citizen, township)
        clerk.log_in(township.town.login("registrar"), "/desk")
        clerk.look("desk-window")
        clerk.go("/register")
        clerk.look("register")
        handler.log_in(township.town.login("handler"), "/queue")
        accepts(handler, number)
        drafts(handler)
        mayor.log_in(township.town.login("mayor"), "")
        approves(mayor, number)
        handler.go(f"/case/{number}")
        serve(handler)
        handler.look("case-replied")
        tracks(citizen, number, code)


@on_the_first
def test_a_scanned_code_fills_itself_in_and_leaves_the_address(browser: Browser, township: Township) -> None:
    with screen(browser, township, "phone") as citizen:
        citizen.go("/track#JP2R-9Z29-RAHV-7WT3")
        assert citizen.page.locator("[name=code]").input_value() == "JP2R-9Z29-RAHV-7WT3"
        assert citizen.page.url.endswith("/track")


@on_the_first
def test_the_whole_of_a_case_can_be_done_without_javascript(browser: Browser, township: Township) -> None:
    citizen = township.bring(TEXT)
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    try:
        handler = Screen(context.new_page(), township.centre.centre.url, "desktop")
        handler.log_in(township.town.login("handler"), "/queue")
        handler.press(handler.page.get_by_role("link", name=citizen.number))
        handler.send(handler.operation("/sign"), "已签收")
        form = handler.operation("/accept")
        form.locator('[name="requests.0"]').fill(REQUEST)
        form.locator('[name="no_other_way"]').check()
        form.locator('[name="phone"]').fill("0530-1234567")
        handler.send(form, "已办理：受理")
        form = handler.operation("field=phone")
        form.locator("[name=reason]").fill("电话核实占地位置")
        handler.send(form, "12012345678")
    finally:
        context.close()
