"""Tests that share something costly keep to one worker: a parameter whose id is `@name` names their group.

The mark that pytest-xdist has for this writes to a field that pytest 9.2 no longer reads.
"""

import re
from typing import Any

import pytest

GROUP = re.compile(r"\[[^\]]*(@[\w-]+)")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The scheduler for `--dist loadgroup`."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Grouped(LoadScopeScheduling):  # type: ignore[misc]
        """Each group as one piece of work, and each test without a group."""

        def _split_scope(self, nodeid: str) -> str:
            found = GROUP.search(nodeid)
            return found[1] if found else nodeid

    return Grouped(config, log)
