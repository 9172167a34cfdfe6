"""Numbers are exactly 1 to n: with failures inside groups, kills in the middle of a commit, and two kernels."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from onewindow.registry.timeline import CASE
from tests.support.path import Running, Time, Town, kernel_alone, make, settings_of
from tests.support.registering import FAILING, register_many, registering

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """An empty PostgreSQL database, or SQLite files in the folder."""
    url: str = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    return url


async def numbers(path: Running, town: Town) -> list[int]:
    rows = await path.read(select(CASE.c.number).where(CASE.c.township == town.code))
    return sorted(int(row["number"].rpartition("-")[2]) for row in rows)


def gapless(found: list[int]) -> bool:
    return found == list(range(1, len(found) + 1))


async def test_one_failing_in_twenty_leaves_no_gap(town: Town, path: Running) -> None:
    said: list[str] = []
    failed = await register_many(path, town.code, 300, said)
    found = await numbers(path, town)
    assert failed in (300 // FAILING - 1, 300 // FAILING)
    assert gapless(found) and len(found) == 300 - failed == len(set(said))


async def test_killed_in_the_middle_of_commits_it_has_what_it_answered_and_no_gap(
    tmp_path: Path, database: str
) -> None:
    settings, time = settings_of(tmp_path / "data", database=database), Time()
    make(settings, time)
    async with kernel_alone(settings, time) as path:
        await path.found_district()
        town = await path.township()
    said: list[str] = []
    async with registering(settings.data, database, town.code) as process:
        assert process.stdout is not None
        for _line in range(120):
            said.append((await process.stdout.readline()).decode().strip())
        process.kill()
        said += (await process.stdout.read()).decode().split("\n")
    said = [line for line in said if line.startswith(f"{town.code}-")]
    async with kernel_alone(settings, time) as path:
        found = await numbers(path, town)
        assert gapless(found)
        assert {int(number.rpartition("-")[2]) for number in said} <= set(found)
        assert len(set(said)) == len(said)
        town.path = path
        assert (await town.register()).number.endswith(f"-{len(found) + 1:06d}")


@pytest.mark.postgres
async def test_two_kernels_on_one_database_draw_from_one_series(tmp_path: Path, postgres_url: str) -> None:
    settings, time = settings_of(tmp_path / "data", database=postgres_url), Time()
    make(settings, time)
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(kernel_alone(settings, time))
        await one.found_district()
        first, second = await one.township(), await one.township()
        two = await stack.enter_async_context(kernel_alone(settings, time))
        said: list[list[str]] = [[], [], [], []]
        failed = await asyncio.gather(
            register_many(one, first.code, 80, said[0]),
            register_many(two, first.code, 80, said[1]),
            register_many(one, second.code, 60, said[2]),
            register_many(two, second.code, 60, said[3]),
        )
        found = [await numbers(one, first), await numbers(two, second)]
        assert all(map(gapless, found))
        assert sum(map(len, found)) == 280 - sum(failed) == len(set().union(*said))
        assert min(map(len, said)) > 40
