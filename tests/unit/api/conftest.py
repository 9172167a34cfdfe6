"""A running centre for the tests of the API."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.centre import Arranged, make_centre


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Arranged]:
    """A centre of one's own."""
    async with make_centre(tmp_path, pages=False) as arranged:
        yield arranged
