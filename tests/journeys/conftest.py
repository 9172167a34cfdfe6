"""Centres for the journeys: one of each arrangement for a worker, a township of it for each test."""

from collections.abc import Generator, Iterator

import pytest

from tests.support.arrangements import Arranged, Arrangement, Arrangements, Township
from tests.support.postgres import PostgresServer

STASH = pytest.StashKey[Arrangements]()


@pytest.fixture(scope="session")
def arrangements(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arrangements]:
    """Every centre that this worker runs."""

    def database() -> str:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        return server.url(server.make_database())

    made = Arrangements(tmp_path_factory.mktemp, database)
    request.session.stash[STASH] = made
    yield made
    made.close()


@pytest.fixture
def arranged(request: pytest.FixtureRequest, arrangements: Arrangements) -> Arranged:
    """The running centre of the arrangement that a test names."""
    arrangement: Arrangement = request.param
    return arrangements.get(arrangement)


@pytest.fixture
def township(arranged: Arranged) -> Township:
    """A township of that centre that no other test has, with petition enabled."""
    return arranged.township()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the centres and offices wrote goes with a failure."""
    report = yield
    made = item.session.stash.get(STASH, None)
    if report.failed and made is not None:
        report.sections += [(f"the end of the log of {child.name}", child.tail()) for child in made.children()]
    return report
