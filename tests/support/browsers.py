"""The browser of the tests: one for each module that asks for it.

pytest-playwright keeps one for the whole run, whose event loop counts as running in every test after it, so that no
asyncio test could follow a browser test in the same worker.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.support.policy import browser_path


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright, for as long as a module's tests run."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The system's own chromium; as root (containers) its sandbox can't start."""
    launched = playwright.chromium.launch(executable_path=browser_path(), chromium_sandbox=False)
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def browser_context_args() -> dict[str, Any]:
    """How pytest-playwright's own `page` and `context` see the pages."""
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
