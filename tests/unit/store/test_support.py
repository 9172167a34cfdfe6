"""The tests' own PostgreSQL ends with the run that started it, whichever way that ends."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

RUN = """
import time
from tests.support.postgres import shared_server
print(shared_server().pid, shared_server().pid, flush=True)
time.sleep(60)
"""


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.postgres
@pytest.mark.faults
def test_the_server_is_shared_and_dies_with_its_run() -> None:
    root = Path(__file__).parents[3]
    # Its own run: not a worker of this one.
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_XDIST_WORKER"}
    with subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, text=True, cwd=root, env=env) as run:
        assert run.stdout is not None
        first, second = map(int, run.stdout.readline().split())
        assert first == second and alive(first)
        run.kill()
    deadline = time.monotonic() + 15
    while alive(first):
        assert time.monotonic() < deadline
        time.sleep(0.05)
