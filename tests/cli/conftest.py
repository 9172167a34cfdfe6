"""A running centre for the command line's tests, started as a person would start it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from onewindow.cli import logs
from onewindow.cli.app import command

ONEWINDOW = [sys.executable, "-m", "onewindow.cli"]
READY_SECONDS = 90


@dataclass
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Cli:
    """The command on one data folder; in this process, because starting Python takes longer than most commands."""

    data: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, stdin: str | None = None, lang: str = "zh") -> Said:
        words = ["--data", str(self.data), "--lang", lang, *arguments]
        environment = {"XDG_CONFIG_HOME": str(self.home), **self.environment}
        done = CliRunner().invoke(_App(words), words, input=stdin, env=environment)  # type: ignore[arg-type]
        structlog.reset_defaults()
        logs.release()
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)

    def log_in(self, login: str) -> None:
        accounts = json.loads((self.data / "demo-accounts.json").read_text("utf-8"))
        password = next(account["password"] for account in accounts if account["login"] == login)
        assert self("login", login, stdin=password + "\n").code == 0


class _App:
    """What the runner of typer wants: something that it can turn into a command."""

    def __init__(self, words: list[str]):
        self.words = words


@pytest.fixture(autouse=True)
def _built_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.testing._get_command", lambda app: command(app.words))


@dataclass
class Process:
    """A `onewindow` command that goes on until it is stopped."""

    process: "subprocess.Popen[str]"
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text("utf-8")

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while text not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)

    def stop(self, sign: signal.Signals = signal.SIGINT, seconds: float = 10) -> int:
        if self.process.poll() is None:
            self.process.send_signal(sign)
        return self.process.wait(seconds)

    @property
    def children(self) -> list[int]:
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in listed.stdout.split()]


def start(data: Path, log: Path, *arguments: str) -> Process:
    """Start a command that goes on."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "XDG_CONFIG_HOME": str(log.parent)}
    with log.open("w") as stream:
        process = subprocess.Popen(
            [*ONEWINDOW, "--data", str(data), *arguments], stdout=stream, stderr=stream, text=True, env=environment
        )
    return Process(process, log)


@pytest.fixture
def folder(tmp_path: Path) -> Cli:
    """The command on a folder where nothing is."""
    return Cli(tmp_path / "data", tmp_path / "home")


@pytest.fixture(scope="session")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Process]]:
    base = tmp_path_factory.mktemp("demo")
    process = start(base / "data", base / "log", "up", "--port", "0")
    try:
        process.wait_for("Ctrl-C")
        yield base / "data", process
    finally:
        process.stop()


@pytest.fixture
def demo(_demo: tuple[Path, Process], tmp_path: Path) -> Cli:
    """The command beside a running centre with the demo district."""
    return Cli(_demo[0], tmp_path / "home")
