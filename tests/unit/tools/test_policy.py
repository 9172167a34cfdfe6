"""In CI nothing is skipped: a test that can't run fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CONFTEST = """
from tests.support.policy import pytest_make_collect_report, pytest_runtest_makereport, pytest_runtest_setup
def pytest_configure(config):
    config.addinivalue_line("markers", "browser: x")
    config.addinivalue_line("markers", "postgres: x")
"""
SKIPPED = {
    "body": "import pytest\n@pytest.mark.postgres\ndef test_it():\n    pytest.skip('no server')\n",
    "mark": "import pytest\n@pytest.mark.skipif(True, reason='no server')\ndef test_it(): ...\n",
    "fixture": "import pytest\n@pytest.fixture\ndef db():\n    pytest.skip('no server')\ndef test_it(db): ...\n",
    "module": "import pytest\npytest.skip('no server', allow_module_level=True)\n",
    "browser": "import pytest\n@pytest.mark.browser\ndef test_it(): ...\n",
}
EXPECTED = "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False\n"


def summary(folder: Path, ci: str) -> str:
    """Runs one file of each kind under our policy, in a process of its own and without a browser."""
    (folder / "conftest.py").write_text(CONFTEST)
    for name, text in {**SKIPPED, "expected": EXPECTED}.items():
        (folder / f"test_{name}.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "--continue-on-collection-errors"]
    command += ["-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ONEWINDOW_CHROMIUM": "no-such-browser", "CI": ci}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def in_ci(tmp_path_factory: pytest.TempPathFactory) -> str:
    return summary(tmp_path_factory.mktemp("ci"), "true")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> str:
    return summary(tmp_path_factory.mktemp("local"), "")


@pytest.mark.parametrize("kind", SKIPPED)
def test_a_skip_fails_in_ci(in_ci: str, kind: str) -> None:
    assert any(line.startswith(("FAILED", "ERROR")) and f"test_{kind}.py" in line for line in in_ci.splitlines()), in_ci


def test_a_skip_that_fails_says_why(in_ci: str) -> None:
    assert in_ci.count("skipped in CI: Skipped: no server") >= 4, in_ci
    assert "skipped in CI: Skipped: no chromium on this machine: apt-get install chromium" in in_ci


def test_nothing_is_left_as_skipped_in_ci_and_an_expected_failure_is_not_a_skip(in_ci: str) -> None:
    assert in_ci.splitlines()[-1].startswith("1 failed, 1 xfailed, 4 errors"), in_ci


def test_a_skip_is_a_skip_elsewhere_with_the_remedy(elsewhere: str) -> None:
    assert elsewhere.splitlines()[-1].startswith("5 skipped, 1 xfailed"), elsewhere
    assert "apt-get install chromium" in elsewhere
