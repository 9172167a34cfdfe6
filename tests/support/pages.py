"""People at their screens: what they fill in, press and read in a real browser, by the words that the pages show."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

SIZES = {"desktop": (1280, 900), "phone": (390, 800)}
PATIENCE_MS = 15_000


class Screen:
    """One person's browser window."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.url)

    def text(self) -> str:
        return self.page.inner_text("main")

    def fill(self, values: dict[str, str | bool], within: Locator | None = None) -> None:
        """Fill in fields by what stands beside them: text, a choice by its words, a box by True."""
        place = within or self.page.locator("main")
        for label, value in values.items():
            field = place.get_by_label(re.compile(f"^{re.escape(label)}")).first
            if value is True:
                field.check()
            elif field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(label=str(value))
            else:
                field.fill(str(value))

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press the button with exactly these words."""
        (within or self.page).get_by_role("button", name=name, exact=True).first.click()

    def open(self, name: str) -> None:
        """Follow the first link with these words."""
        self.page.get_by_role("link", name=name).first.click()

    def act(self, title: str, within: Locator | None = None, **values: str | bool) -> None:
        """Take an operation that has a form: open it, fill it in, confirm it."""
        place = within or self.page.locator("main")
        summary = place.locator("summary").filter(has_text=re.compile(rf"^\s*{re.escape(title)}\s*$")).first
        operation = summary.locator("xpath=..")
        if operation.get_attribute("open") is None:
            summary.click()
        self.fill(values, operation)
        self.press(f"确认：{title}", operation)

    def log_in(self, login: str, password: str) -> None:
        self.go("/login")
        self.fill({"账号": login, "密码": password})
        self.press("登录")

    def download(self, link: Locator) -> bytes:
        """What is behind a link, fetched with this window's cookies."""
        answer = self.page.request.get(self.url + (link.get_attribute("href") or ""))
        assert answer.ok, f"{answer.status} {answer.url}"
        return answer.body()


@contextmanager
def screen(browser: Browser, url: str, size: str = "desktop", *, pictures: Path | None = None) -> Iterator[Screen]:
    """A window of its own; with a folder for pictures, its last view is left there."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    try:
        yield Screen(page, url)
        assert not troubles, troubles
    finally:
        if pictures is not None:
            page.screenshot(path=pictures / f"{size}.png", full_page=True)
        context.close()
