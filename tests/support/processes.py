"""Real centres and office hosts as child processes: started, waited for, stopped, their output kept for who failed."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx

from tests.support.environments import Environment

READY_SECONDS = 120.0
STOP_SECONDS = 15.0
TAIL = 6000
T = TypeVar("T")


class Died(RuntimeError):
    """A child ended or never came up; says what it wrote."""


def fetch(url: str) -> httpx.Response:
    """What is at a plain address; without the certificates that httpx would read anew for each request."""
    return httpx.get(url, trust_env=False, verify=False, timeout=10)


def until(look: Callable[[], T | None], *, seconds: float = 20.0, of: str = "it", pause: float = 0.03) -> T:
    """Look again and again until there is something.

    Raises:
        TimeoutError: there never was.
    """
    deadline = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {of}")
        time.sleep(pause)


@dataclass
class Child:
    """A process that ends with the test run, whichever way that ends."""

    name: str
    command: list[str]
    log: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ONEWINDOW_", "PYTEST_", "PYTHON"))}
        given = {f"ONEWINDOW_{name.upper()}": value for name, value in self.settings.items()}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self.command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.log.parent, env={**inherited, **given},
            )  # fmt: skip

    def check(self) -> None:
        """Raise unless it runs.

        Raises:
            Died: with the end of its log.
        """
        if self.process is None or self.process.poll() is not None:
            code = self.process.returncode if self.process else None
            raise Died(f"{self.name} ended with {code}:\n{self.tail()}")

    def stop(self) -> int | None:
        """SIGTERM, and wait; its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, sign: signal.Signals) -> int | None:
        process, self.process = self.process, None
        if process is None:
            return None
        process.send_signal(sign)
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Died(f"{self.name} did not stop within {STOP_SECONDS:.0f} s:\n{self.tail()}") from None

    def tail(self) -> str:
        """The end of what it wrote."""
        return self.log.read_text("utf-8", "replace")[-TAIL:] if self.log.exists() else ""


@dataclass
class CentreProcess:
    """A centre on a data folder, run by the command of an environment."""

    environment: Environment
    data: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    operator: str = ""

    def __post_init__(self) -> None:
        settings = {"port": "0", **self.settings, "data": str(self.data)}
        self.child = Child(
            "centre", [str(self.environment.onewindow), "serve"], self.data.parent / "centre.log", settings
        )

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self.child.start()
        until(self._ready, seconds=READY_SECONDS, of="the centre to be ready", pause=0.1)

    def _ready(self) -> bool:
        self.child.check()
        assert self.child.process is not None
        try:
            running = json.loads((self.data / "running.json").read_text("utf-8"))
            if running["pid"] != self.child.process.pid:
                return False
            self.url = running["url"]
            self.operator = (self.data / "operator.token").read_text("utf-8").strip()
            return fetch(f"{self.url}/readyz").status_code == 200
        except (OSError, ValueError, httpx.TransportError):
            return False

    def stop(self) -> None:
        self.child.stop()

    def answers_for(self, office: str) -> bool:
        """Whether an office's host answered the centre when it was last asked."""
        offices: dict[str, bool] = fetch(f"{self.url}/readyz").json()["offices"]
        return offices.get(office, False)

    def let_in(self, office: str, file: Path) -> Path:
        """Write the credentials file of an office's host, as its administrator would."""
        answer = httpx.post(
            f"{self.url}/api/v1/offices/{office}/credentials",
            headers={"Authorization": f"Bearer {self.operator}"},
            trust_env=False,
            verify=False,
        )
        assert answer.status_code == 200, answer.text
        file.touch(0o600)
        file.write_text(answer.text, "utf-8")
        return file


@dataclass
class OfficeProcess:
    """An office's host on a machine of its own, as it were: its environment, its folder, its credentials."""

    environment: Environment
    office: str
    credentials: Path
    folder: Path
    database: str

    def __post_init__(self) -> None:
        command = [str(self.environment.onewindow), "office", "run", self.office]
        command += ["--credentials", str(self.credentials), "--database", self.database]
        settings = {"data": str(self.folder)}
        self.child = Child(f"office {self.office}", command, self.folder / "office.log", settings)

    def migrate(self) -> None:
        """Make its tables where the database is not its own."""
        command = [str(self.environment.onewindow), "migrate", "--office", self.office, "--database", self.database]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder)
        if done.returncode != 0:
            raise Died(f"migrate: {done.stdout}{done.stderr}")

    def start(self, centre: CentreProcess) -> None:
        """Start it and wait until the centre hears it."""
        self.child.start()

        def ready() -> bool:
            self.child.check()
            return centre.answers_for(self.office)

        until(ready, seconds=READY_SECONDS, of=f"the office {self.office} to answer", pause=0.1)

    def stop(self) -> None:
        self.child.stop()
