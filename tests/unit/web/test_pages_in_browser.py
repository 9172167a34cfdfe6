"""The pages in a real browser: readable by everybody (axe), on a desktop and a phone, under the content policy.

With ONEWINDOW_PICTURES set to a folder, a picture of each page is left there.
"""

import dataclasses
import mimetypes
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

import onewindow_assets
from onewindow.web import statics
from onewindow.web.templates import CONTENT_SECURITY_POLICY, Pages
from tests.unit.web import sample_pages

pytestmark = pytest.mark.browser

SIZES = {"desktop": (1280, 800), "phone": (390, 800), "small-phone": (360, 640)}
PAGES = sample_pages.pages()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The rendered pages behind a small server, with the headers that they have in the centre."""
    drawn = Pages()
    html = {"/seeded": b'<!doctype html><title>x</title><p style="color: #999">pale<img src="/static/icon.svg">'} | {
        f"/{lang}/{name}": drawn.render(template, dataclasses.replace(frame, lang=lang), **context).encode()
        for name, (template, frame, context) in PAGES.items()
        for lang in ("zh", "en")
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            kind = "text/html; charset=utf-8" if path in html else mimetypes.guess_type(path)[0] or "text/plain"
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
            self.end_headers()
            if path in html:
                self.wfile.write(html[path])
            elif path.startswith("/assets/"):
                self.wfile.write((onewindow_assets.folder() / path.removeprefix("/assets/")).read_bytes())
            else:
                self.wfile.write((statics.folder() / path.removeprefix("/static/")).read_bytes())

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def visit(browser: Browser, site: str, name: str, size: str, lang: str) -> None:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    try:
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.goto(f"{site}/{lang}/{name}", wait_until="load")
        assert page.locator("html.js").count() == 1, "app.js did not run"
        if pictures := os.environ.get("ONEWINDOW_PICTURES"):
            page.screenshot(path=Path(pictures) / f"{name}-{size}-{lang}.png", full_page=True)
        assert not said, "the browser complains, most likely about the content security policy"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
            "the page is wider than the screen"
        )
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    finally:
        context.close()


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_readable_by_everybody(browser: Browser, site: str, name: str, size: str) -> None:
    visit(browser, site, name, size, "zh")


@pytest.mark.parametrize("name", ["file-errors", "desk", "case", "tracked"])
def test_a_page_is_readable_in_english_on_a_small_phone(browser: Browser, site: str, name: str) -> None:
    visit(browser, site, name, "small-phone", "en")


def test_the_guards_themselves_see_a_bad_page(browser: Browser, site: str) -> None:
    context = browser.new_context()
    try:
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{site}/seeded", wait_until="load")
        assert any("Content Security Policy" in text for text in said)
        assert {rule["id"] for rule in Axe().run(page).response["violations"]} >= {"image-alt", "html-has-lang"}
    finally:
        context.close()


def test_a_page_works_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"{site}/zh/case", wait_until="load")
        page.get_by_text("退回异议").first.click()
        assert page.get_by_label("退回理由").is_visible()
        assert page.locator("input[type=file]").first.is_visible()
    finally:
        context.close()


def test_every_control_can_be_reached_by_keyboard_and_shows_it(browser: Browser, site: str) -> None:
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(f"{site}/zh/file", wait_until="load")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "ow-skip"
        outlines = set()
        for _step in range(12):
            page.keyboard.press("Tab")
            outlines.add(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
        assert outlines == {"solid"}
    finally:
        context.close()
