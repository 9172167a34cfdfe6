"""A few kills in every test run; `make faults` does as many as one likes."""

import json
import subprocess
import sys

import pytest


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_what_was_acknowledged_survives_kill_9_of_centre_bus_and_both_offices_once() -> None:
    harness = [sys.executable, "-m", "benchmarks.faults", "--kills", "4"]
    done = subprocess.run(harness, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["kills"] == 4
    assert report["acknowledged"] > 0
    assert report["actions_acknowledged"] > 0
    assert (report["lost"], report["doubled"]) == (0, 0)
    assert report["chains_verified"] == report["cases"]
