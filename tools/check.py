"""`make check`: every check with its time, and the whole output of those that fail."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


class Check(NamedTuple):
    """One command that must end with 0."""

    name: str
    command: Sequence[str]


class Outcome(NamedTuple):
    """What became of a check."""

    check: Check
    code: int
    output: str
    seconds: float


def checks(root: Path) -> list[Check]:
    """The slowest first, so that two at a time end early."""
    offices = sorted(str(path.parent.relative_to(root)) for path in root.glob("plugins/*/onewindow_*/__init__.py"))
    python = str(BIN / "python")
    typed = ["kernel/onewindow", "kernel/assets/onewindow_assets", *offices, "tools"]
    return [
        Check("types (mypy --strict)", [str(BIN / "mypy"), "--no-error-summary", *typed]),
        Check("architecture (import-linter)", [str(BIN / "lint-imports"), "--no-cache"]),
        Check("lint (ruff)", [str(BIN / "ruff"), "check", "--quiet", "."]),
        Check("format (ruff)", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
        Check("translations", [python, "-m", "tools.locale", "--check"]),
        Check("documents", [python, "-m", "tools.docs", "--check"]),
        Check("file sizes", [python, "-m", "tools.sizes"]),
        Check("lock files", [python, "-m", "tools.lock", "--check"]),
        Check("dependencies", [python, "-m", "tools.dependencies"]),
    ]


def run(check: Check) -> Outcome:
    began = time.monotonic()
    done = subprocess.run(check.command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "COLUMNS": "120"})
    return Outcome(check, done.returncode, done.stdout + done.stderr, time.monotonic() - began)


def main(arguments: Sequence[str]) -> int:
    """Runs all, or those whose name begins with an argument."""
    chosen = [check for check in checks(ROOT) if not arguments or check.name.startswith(tuple(arguments))]
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for outcome in pool.map(run, chosen):
            mark = "ok  " if outcome.code == 0 else "FAIL"
            print(f"{mark} {outcome.check.name:32} {outcome.seconds:5.1f} s", flush=True)
            if outcome.code != 0:
                failed.append(outcome)
    for outcome in failed:
        print(f"\n--- {outcome.check.name}: {' '.join(outcome.check.command)}\n{outcome.output.rstrip()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
