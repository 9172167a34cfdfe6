"""A centre's life from the command line: it starts, stops with all its children, and starts again with its data."""

import contextlib
import json
import os
import signal
import time
from pathlib import Path

import httpx

from tests.cli.conftest import Cli, start


def alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_ctrl_c_ends_everything_and_a_second_start_has_the_data(tmp_path: Path, folder: Cli) -> None:
    centre = start(folder.data, tmp_path / "first.log", "up", "--no-demo", "--port", "0")
    try:
        centre.wait_for("Ctrl-C")
        children = centre.children
        assert children
        url = json.loads((folder.data / "running.json").read_text())["url"]
        assert httpx.get(url + "/healthz", trust_env=False).json() == {"status": "ok"}
        assert folder("township", "add", f"{371700001}", "甲镇", "--token", "jia").code == 0
        began = time.monotonic()
        assert centre.stop(signal.SIGINT, 5) == 0
        assert time.monotonic() - began < 5
        assert not [pid for pid in children if alive(pid)]
        assert not (folder.data / "running.json").exists()
        assert not (folder.data / "operator.token").exists()
    finally:
        centre.stop(signal.SIGKILL)
    assert "demo-accounts.json" not in {path.name for path in folder.data.iterdir()}
    again = start(folder.data, tmp_path / "second.log", "serve", "--port", "0")
    try:
        again.wait_for("127.0.0.1")
        assert "甲镇" in folder("township", "list").out
        assert again.stop(signal.SIGTERM, 5) == 0
    finally:
        again.stop(signal.SIGKILL)


def test_the_bus_ends_with_a_centre_that_was_killed(tmp_path: Path, folder: Cli) -> None:
    centre = start(folder.data, tmp_path / "log", "up", "--no-demo", "--port", "0")
    try:
        centre.wait_for("Ctrl-C")
        children = centre.children
    finally:
        centre.stop(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while [pid for pid in children if alive(pid)] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in children if alive(pid)]
    # What the killed centre left behind keeps nobody from starting.
    said = folder("township", "list", "--json")
    assert said.code == 0


def where(folder: Cli) -> str:
    """Where the centre says that petition runs."""
    said = next(row for row in folder("office", "list", "--json").json if row["id"] == "petition")
    assert said["answering"] is (said["where"] != "away")
    return str(said["where"])


def test_an_office_in_a_process_of_its_own(tmp_path: Path, folder: Cli) -> None:
    assert folder("init").code == 0
    assert folder("office", "remote", "petition").code == 0
    centre = start(folder.data, tmp_path / "centre.log", "up", "--no-demo", "--port", "0")
    office = None
    try:
        centre.wait_for("Ctrl-C")
        assert folder("office", "credentials", "petition").code == 0
        office = start(folder.data, tmp_path / "office.log", "office", "run", "petition")
        office.wait_for("已上线")
        assert where(folder) == "apart"
        assert "本机，单独的进程" in folder("office", "list").out
        assert office.stop(signal.SIGINT, 5) == 0
        assert where(folder) == "away", "at once, not at the next look"
        assert "没有运行" in folder("office", "show", "petition").out
    finally:
        if office is not None:
            office.stop(signal.SIGKILL)
        centre.stop(signal.SIGINT)


def test_a_stop_while_starting_leaves_nothing_running(tmp_path: Path, folder: Cli) -> None:
    centre = start(folder.data, tmp_path / "log", "up", "--port", "0")
    try:
        centre.wait_for("==> ")
        time.sleep(1.0)
        children = centre.children
        assert centre.stop(signal.SIGTERM, 10) in (0, -signal.SIGTERM)
        assert not [pid for pid in children if alive(pid)]
    finally:
        centre.stop(signal.SIGKILL)


def test_a_demo_that_was_interrupted_is_made_anew(tmp_path: Path, folder: Cli) -> None:
    centre = start(folder.data, tmp_path / "log", "up", "--port", "0")
    try:
        centre.wait_for("三个镇街")
        time.sleep(3.0)
    finally:
        centre.stop(signal.SIGINT)
    assert not (folder.data / "demo-accounts.json").exists(), "nobody takes half of it for the whole"
    again = start(folder.data, tmp_path / "again.log", "up", "--port", "0")
    try:
        again.wait_for("没有装完，重新装入")
        again.wait_for("按 Ctrl-C 停止")
        assert "demo-unfinished" not in {path.name for path in folder.data.iterdir()}
        assert folder("township", "list").out.count("岚岭镇") == 1
    finally:
        again.stop(signal.SIGINT)
