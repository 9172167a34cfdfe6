"""One centre for each worker, its offices inside; tests that stop or move something build another."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.path import Running, Town, running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def path(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """The centre that most tests share; each takes a township of its own."""
    async with running(tmp_path_factory.mktemp("path") / "data") as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def town(path: Running) -> Town:
    """A township of this test's own."""
    return await path.township()
