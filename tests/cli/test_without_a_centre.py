"""What the command does while no centre runs: set up, check, and answer from a centre in its own process."""

import json
import stat
from pathlib import Path

import pytest

from onewindow.settings import Settings
from tests.cli.conftest import Cli


@pytest.fixture
def initialised(folder: Cli) -> Cli:
    assert folder("init", "--district", "990100", "--name", "试验区", "--json").code == 0
    return folder


def test_without_a_data_folder_every_command_says_what_to_do(folder: Cli) -> None:
    said = folder("township", "list")
    assert said.code == 1
    assert "onewindow init" in said.err
    assert folder("doctor").code == 1


def test_init_makes_a_private_folder_and_shows_three_passwords_once(folder: Cli) -> None:
    said = folder("init", "--district", "990100", "--name", "试验区", "--json")
    assert [account["login"] for account in said.json] == ["sysadmin", "secadmin", "auditor"]
    assert len({account["password"] for account in said.json}) == 3
    assert stat.S_IMODE((folder.data / "keys.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.data.stat().st_mode) == 0o700


def test_what_init_was_told_about_the_district_stays(initialised: Cli) -> None:
    settings = Settings(data=initialised.data)
    assert (settings.district, settings.district_name) == ("990100", "试验区")


def test_init_never_overwrites(initialised: Cli) -> None:
    before = (initialised.data / "keys.json").read_bytes()
    said = initialised("init")
    assert said.code == 1
    assert "已经初始化" in said.err
    assert (initialised.data / "keys.json").read_bytes() == before


def test_migrate_checks_and_migrates(initialised: Cli) -> None:
    assert initialised("migrate", "--check").code == 0
    (initialised.data / "offices" / "petition.db").unlink()
    assert initialised("migrate", "--check").code == 1
    rows = initialised("migrate", "--json").json
    # Of each office the host's own tables and the office's records.
    assert [row["part"] for row in rows] == ["kernel", "mediation", "mediation", "petition", "petition"]
    assert initialised("migrate", "--check").code == 0


def test_the_api_answers_in_process(initialised: Cli) -> None:
    rows = initialised("township", "list", "--json").json
    assert [(row["code"], row["name"]) for row in rows] == [("990100", "试验区")]
    made = initialised("township", "add", "990100001", "甲镇", "--token", "jia", "--json")
    assert made.json == {"id": "990100001"}
    refused = initialised("township", "live", "990100001")
    assert (refused.code, "任命" in refused.err) == (1, True)
    assert not (initialised.data / "running.json").exists()
    assert not (initialised.data / "operator.token").exists()


def test_doctor_finds_a_key_file_that_others_can_read(initialised: Cli) -> None:
    assert initialised("doctor").code == 0
    (initialised.data / "keys.json").chmod(0o644)
    said = initialised("doctor", "--json")
    assert said.code == 1
    wrong = [one for one in said.json if one["level"] == "wrong"]
    assert {"files", "keys"} <= {one["check"] for one in wrong}
    assert any("chmod 600" in one["remedy"] for one in wrong)


def test_doctor_finds_a_store_that_was_not_migrated(initialised: Cli) -> None:
    (initialised.data / "offices" / "petition.db").unlink()
    said = initialised("doctor", "--json")
    assert said.code == 1
    assert [one["check"] for one in said.json if one["level"] == "wrong"] == ["store", "store"]


def test_an_office_that_the_centre_runs_itself_is_not_run_twice(initialised: Cli) -> None:
    said = initialised("office", "run", "petition")
    assert said.code == 1
    assert "onewindow office remote petition" in said.err
    assert initialised("office", "remote", "petition").code == 0
    assert Settings(data=initialised.data).remote == {"petition"}
    said = initialised("office", "run", "petition")
    assert (said.code, "凭证文件" in said.err) == (1, True)
    assert initialised("office", "embedded", "petition").code == 0
    assert Settings(data=initialised.data).remote == frozenset()


def test_the_bus_is_described_without_any_centre(folder: Cli) -> None:
    assert "ow.<district>" in folder("bus", "describe").out
    assert folder("bus", "describe", "--json").json["asyncapi"]


def test_a_broken_configuration_file_is_named(folder: Cli) -> None:
    folder.data.mkdir()
    (folder.data / "config.json").write_text("[]")
    said = folder("doctor")
    assert said.code == 1
    assert "config.json" in said.err


def test_a_wrong_setting_is_named(folder: Cli) -> None:
    folder.environment["ONEWINDOW_PORT"] = "many"
    said = folder("doctor", lang="en")
    assert said.code == 1
    assert "ONEWINDOW_PORT" in said.err


def test_an_address_where_nobody_listens_ends_with_5(folder: Cli) -> None:
    said = folder("--url", "http://127.0.0.1:9", "township", "list")
    assert said.code == 5


def test_sessions_that_others_can_read_are_refused(initialised: Cli) -> None:
    path: Path = initialised.home / "onewindow" / "session.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({}))
    path.chmod(0o644)
    said = initialised("whoami")
    assert said.code == 1
    assert "0600" in said.err


def test_the_configuration_of_a_bus_of_ones_own_is_written_for_its_owner_alone(initialised: Cli) -> None:
    path = initialised.home / "nats-server.conf"
    said = initialised("bus", "config", "-o", str(path), "--office", "mediation", "--port", "4333")
    assert (said.code, "ONEWINDOW_NATS=nats://127.0.0.1:4333" in said.out) == (0, True)
    assert path.stat().st_mode & 0o077 == 0
    text = path.read_text()
    assert "sync_interval: always" in text
    for office in ("petition", "mediation"):
        assert f'"ow.990100.*.from.{office}.>"' in text
    assert initialised("bus", "config", "-o", str(path), "--host", "10.0.0.8").code == 1
    assert path.read_text() == text
