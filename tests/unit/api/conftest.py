"""Running centres for the tests of the API: one for a module, and one of its own for a test that would spoil it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.centre import Arranged, make_centre


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Arranged]:
    """A centre that the tests of a module share."""
    async with make_centre(tmp_path_factory.mktemp("centre"), pages=False) as arranged:
        yield arranged


@pytest_asyncio.fixture(loop_scope="module")
async def alone(tmp_path: Path) -> AsyncIterator[Arranged]:
    """A centre of one's own."""
    async with make_centre(tmp_path, pages=False) as arranged:
        yield arranged
