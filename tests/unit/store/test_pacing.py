"""A copy keeps to its rate, so that whoever works on the same disk is not held up."""

import time

from onewindow.store.pacing import Pace


def test_a_copy_takes_as_long_as_its_rate_says() -> None:
    pace = Pace(1_000_000)
    began = time.monotonic()
    for _block in range(10):
        pace(20_000)
    assert time.monotonic() - began >= 0.19


def test_without_a_rate_nobody_waits() -> None:
    pace = Pace(0)
    began = time.monotonic()
    pace(1 << 40)
    assert time.monotonic() - began < 0.1
