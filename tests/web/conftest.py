"""A running centre with its pages, and people with browsers."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from onewindow.access.guard import COOKIE
from tests.support.centre import Arranged, make_centre
from tests.web.browsing import Visitor

Enter = Callable[[str | None], Awaitable[Visitor]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def arranged(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Arranged]:
    """One for each module: every test brings matters of its own."""
    async with make_centre(tmp_path_factory.mktemp("centre")) as made:
        yield made


@pytest.fixture
def enter(arranged: Arranged) -> Enter:
    """A browser; with a role, one that is logged in."""

    async def open_browser(role: str | None = None) -> Visitor:
        client = await arranged.client()
        if role is not None:
            client.cookies.set(COOKIE, await arranged.token(role), domain="centre.local")
        return Visitor(client)

    return open_browser
