"""A few kills in every test run; `make faults` does as many as one likes."""

import pytest

from benchmarks import faults


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_what_was_acknowledged_survives_kill_9_of_centre_bus_and_office_once() -> None:
    report, wrong = faults.run(3, "sqlite")
    assert not wrong, wrong[:10]
    assert report.acknowledged > 0
    assert report.chains_verified == report.cases
