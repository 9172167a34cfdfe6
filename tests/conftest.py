"""What holds for all tests: see tests/support/policy.py for what a skip means."""

from typing import Any

import pytest

from tests.support.policy import (
    browser_path,
    pytest_make_collect_report,
    pytest_runtest_makereport,
    pytest_runtest_setup,
)

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport", "pytest_runtest_setup"]

pytest_plugins = ["tests.support.stores", "tests.support.nats"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's own chromium; as root (containers) its sandbox can't start."""
    return {**browser_type_launch_args, "executable_path": browser_path(), "chromium_sandbox": False}
