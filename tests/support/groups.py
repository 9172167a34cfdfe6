"""Tests that share something costly keep to one worker.

A parameter whose id is `@name` names their group; else tests that need a running centre keep together by their file,
whose fixtures make it, and unit tests go wherever a worker is free.
The mark that pytest-xdist has for this writes to a field that pytest 9.2 no longer reads.
"""

import re
from typing import Any

import pytest

GROUP = re.compile(r"\[[^\]]*(@[\w-]+)")
ALONE = re.compile(r"tests/unit/(?!setup/)")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The scheduler for `--dist loadgroup`."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Grouped(LoadScopeScheduling):  # type: ignore[misc]
        """Each group, each file of tests with a centre, and each unit test is one piece of work."""

        def _split_scope(self, nodeid: str) -> str:
            found = GROUP.search(nodeid)
            if found:
                return found[1]
            return nodeid if ALONE.match(nodeid) else nodeid.partition("::")[0]

    return Grouped(config, log)
