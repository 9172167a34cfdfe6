"""What holds for all tests: see tests/support/policy.py for what a skip means."""

from tests.support.browsers import browser, browser_context_args, playwright
from tests.support.policy import (
    pytest_make_collect_report,
    pytest_runtest_makereport,
    pytest_runtest_setup,
)

__all__ = [
    "browser",
    "browser_context_args",
    "playwright",
    "pytest_make_collect_report",
    "pytest_runtest_makereport",
    "pytest_runtest_setup",
]

pytest_plugins = ["tests.support.groups", "tests.support.stores", "tests.support.nats"]
