"""The same commands where the stores are PostgreSQL schemas."""

import pytest

from tests.cli.conftest import Cli

pytestmark = pytest.mark.postgres


@pytest.fixture
def on_postgres(folder: Cli, postgres_url: str) -> Cli:
    folder.environment["ONEWINDOW_DATABASE"] = postgres_url
    return folder


def test_a_centre_is_set_up_migrated_and_checked(on_postgres: Cli) -> None:
    assert on_postgres("init").code == 0
    assert on_postgres("migrate", "--check").code == 0
    assert on_postgres("township", "add", "371700001", "甲镇", "--token", "jia").code == 0
    assert len(on_postgres("township", "list", "--json").json) == 2
    said = on_postgres("doctor", "--json")
    wrong = {one["message"].split("=")[0].strip() for one in said.json if one["level"] == "wrong"}
    # The server of the tests does not sync, for speed: the seeded problem.
    assert (said.code, wrong) == (1, {"PostgreSQL fsync", "PostgreSQL full_page_writes"})


def test_what_init_was_told_about_the_database_stays_in_a_private_file(on_postgres: Cli) -> None:
    assert on_postgres("init").code == 0
    assert (on_postgres.data / "config.json").stat().st_mode & 0o077 == 0
    on_postgres.environment.clear()
    assert [row["code"] for row in on_postgres("township", "list", "--json").json] == ["371700"]
    assert not (on_postgres.data / "kernel.db").exists()


def test_a_database_that_is_away_is_a_finding_and_not_a_crash(on_postgres: Cli) -> None:
    assert on_postgres("init").code == 0
    on_postgres.environment["ONEWINDOW_DATABASE"] = "postgresql://nobody:x@127.0.0.1:9/nothing"
    for words in (("township", "list"), ("migrate",), ("up", "--port", "0")):
        said = on_postgres(*words)
        assert (said.code, "数据库" in said.err) == (5, True), words
    said = on_postgres("doctor", "--json")
    assert said.code == 1
    assert "store" in {one["check"] for one in said.json if one["level"] == "wrong"}
