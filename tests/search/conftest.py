"""A centre on each of the two databases, whose search is brought up to date by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.path import Running, Time, Town, kernel_alone, make, settings_of
from tests.support.postgres import PostgresServer


@pytest_asyncio.fixture(
    scope="module", loop_scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
async def centre(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """A kernel alone: nothing indexes behind a test's back. Each test takes townships of its own."""
    folder = tmp_path_factory.mktemp("search")
    if request.param == "sqlite":
        async with started(folder) as path:
            yield path
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database() as url:
        async with started(folder, url) as path:
            yield path


@asynccontextmanager
async def started(folder: Path, database: str = "", *, fresh: bool = True) -> AsyncIterator[Running]:
    """A kernel alone on this folder; a fresh one has its district."""
    settings = settings_of(folder / "data", database=database)
    time = Time()
    if fresh:
        make(settings, time)
    async with kernel_alone(settings, time) as path:
        if fresh:
            await path.found_district()
        yield path


@pytest_asyncio.fixture(loop_scope="module")
async def town(centre: Running) -> Town:
    return await centre.township()
