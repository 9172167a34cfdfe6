"""The tutorial does what it says, to the last of its commands; so do the requests for those who connect a program."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from onewindow.boundary import Codes, check_manifest
from onewindow.office.types import Track
from onewindow.plugins.discovery import discover
from onewindow.registry.catalogue import categories
from tests.docs.tutorial import INTEGRATORS, Reader, blocks, commands, files

READY_SECONDS = 120.0
# A reader starts Python anew for each command.
COMMANDS_SECONDS = 400
CODES = Codes(frozenset(map(str, Track)), {code: str(known.track) for code, known in categories().items()})


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Somebody who has written the files and installed the package."""
    somebody = Reader(tmp_path_factory.mktemp("tutorial"))
    somebody.write()
    somebody.install()
    return somebody


@pytest.fixture(scope="module")
def centre(reader: Reader) -> Iterator[Reader]:
    """The demo centre with the reader's office beside it."""
    log = reader.folder / "up.log"
    with log.open("w") as stream:
        command = [sys.executable, "-m", "onewindow.cli", "up", "--port", "0"]
        process = subprocess.Popen(command, stdout=stream, stderr=stream, env=reader.environment, cwd=reader.folder)
    try:
        deadline = time.monotonic() + READY_SECONDS
        while "Ctrl-C" not in log.read_text("utf-8"):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.05)
        yield reader
    finally:
        process.terminate()
        process.wait(30)


def test_every_block_is_a_file_a_command_or_what_the_reader_starts() -> None:
    kinds = {"file" if " file=" in info else info for info, _body in blocks()}
    assert kinds == {"file", "sh", "console"}, "whatever stands in another block is tested by nobody"


def test_the_office_is_found_and_stays_within_the_boundary(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(reader.site))
    try:
        (found,) = discover(path=[str(reader.site)])
        assert found.reason is None and found.manifest is not None
        assert check_manifest(found.manifest, CODES) == []
        assert [d.key for d in found.manifest.documents] == ["acceptance_notice", "agreement", "termination_notice"]
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "onewindow_consumer"]:
            del sys.modules[name]


def test_the_code_is_written_as_ours_is(reader: Reader) -> None:
    style = ["--config", str(reader.folder / "ruff.toml"), "onewindow_consumer"]
    sorting = '[lint.isort]\nknown-first-party = ["onewindow", "onewindow_consumer"]\n'
    (reader.folder / "ruff.toml").write_text(f'line-length = 120\ntarget-version = "py311"\n{sorting}', "utf-8")
    reader.run("-m", "ruff", "check", *style, where=reader.sources)
    reader.run("-m", "ruff", "format", "--check", *style, where=reader.sources)


def test_its_own_test_passes(reader: Reader) -> None:
    written = files()["tests/test_dispute.py"].count("def test_")
    said = reader.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", where=reader.sources)
    assert f"{written} passed" in said


@pytest.mark.timeout(COMMANDS_SECONDS)
def test_its_commands_take_a_matter_through_a_real_centre(centre: Reader) -> None:
    said = centre.type(commands() + 'echo "NUMBER=$NUMBER"\n')
    number = said.rsplit("NUMBER=", 1)[1].strip()
    assert "stateDiagram" in said
    case = json.loads(centre.type(f"onewindow case show {number} --json"))
    (assignment,) = case["assignments"]
    assert (assignment["office"], assignment["state"], assignment["proceeding_title"]) == ("consumer", "done", "已履行")
    clocks = {clock["key"]: clock["status"] for clock in case["clocks"]}
    assert clocks == {"accept_by": "stopped", "settle_by": "stopped", "perform_by": "stopped"}
    assert {document["kind"] for document in case["documents"]} >= {"acceptance_notice", "agreement"}


@pytest.mark.timeout(COMMANDS_SECONDS)
def test_another_program_brings_a_matter_once_and_reads_where_it_stands(centre: Reader) -> None:
    accounts = json.loads((centre.data / "demo-accounts.json").read_text("utf-8"))
    password = next(each["password"] for each in accounts if each["login"] == "registrar1")
    url = json.loads((centre.data / "running.json").read_text("utf-8"))["url"]
    said = centre.type(commands(INTEGRATORS), CENTRE=url, PASSWORD=password, no_proxy="*")
    receipt = json.loads((centre.folder / "answer.json").read_text("utf-8"))
    case, listed, theirs = json.loads(f"[{said.replace('}{', '},{')}]")
    assert case["number"] == theirs["number"] == receipt["number"]
    assert [each["number"] for each in listed["items"]].count(receipt["number"]) == 1, "registered once"
    assert "13800000000" not in json.dumps([case, listed]), "masked for whoever works here"
    assert receipt["code"] not in said
