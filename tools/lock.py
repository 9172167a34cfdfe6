"""Writes the lock files from what the distributions and the groups of the root pyproject.toml ask for.

Two sets with the same versions: `requirements.lock` runs and builds the centre, `requirements-dev.lock` adds the tests'
and checks' tools. `requirements-node.lock` is one package, for machines without npm. A lock file holds versions and
hashes and names no host, so that any mirror serves it.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Written by `make lock`. Versions and hashes only: any mirror will do."
HOST = re.compile(r"://|^\s*--(?:extra-)?index-url|^\s*--find-links", re.MULTILINE)
OWN = re.compile(r"^onewindow(?:-[a-z]+)?\b")


def distributions(root: Path) -> list[Path]:
    """The folders of our own distributions, in the order in which they are installed."""
    offices = sorted(path.parent for path in root.glob("plugins/*/pyproject.toml"))
    return [root / "kernel" / "assets", root / "kernel", *offices]


def wanted(root: Path, groups: Iterable[str]) -> list[str]:
    """Every requirement on somebody else's package."""
    found: set[str] = set()
    for folder in distributions(root):
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
        found.update(line for line in project.get("dependencies", []) if not OWN.match(line))
    listed = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    for group in groups:
        found.update(listed[group])
    return sorted(found)


def faults(text: str) -> list[str]:
    """What must not stand in a lock file."""
    wrong = [f"names a host: {line.strip()}" for line in text.splitlines() if HOST.search(line) and line != HEADER]
    pins = re.findall(r"^[a-z0-9][^\s#]*.*$", text, re.MULTILINE)
    wrong += [f"not pinned by a version: {line.strip()}" for line in pins if "==" not in line]
    wrong += [f"has no hash: {line.strip()}" for line in pins if not line.rstrip().endswith("\\")]
    return wrong


def compile_lock(uv: str, lines: Sequence[str], target: Path, constraint: Path | None, upgrade: bool) -> None:
    """Resolves for every Python from 3.11 and every platform at once."""
    command = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-annotate", "--no-header"]
    command += ["--python-version", "3.11", "--output-file", str(target), "-"]
    command += ["--constraints", str(constraint)] if constraint else []
    command += ["--upgrade"] if upgrade else []
    subprocess.run(command, input="\n".join(lines), text=True, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    body = target.read_text("utf-8").removeprefix(HEADER).lstrip("\n")
    target.write_text(f"{HEADER}\n{body}", "utf-8")


def main(arguments: Sequence[str]) -> int:
    """`--check` only reads; without it everything is resolved anew, `--upgrade` to the newest versions."""
    runtime, dev, node = (ROOT / f"requirements{part}.lock" for part in ("", "-dev", "-node"))
    if "--check" not in arguments:
        uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        if uv is None:
            print("make lock needs uv: .venv/bin/pip install uv", file=sys.stderr)
            return 2
        upgrade = "--upgrade" in arguments
        compile_lock(uv, wanted(ROOT, ["build"]), runtime, None, upgrade)
        compile_lock(uv, wanted(ROOT, ["build", "dev"]), dev, runtime, upgrade)
        groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
        compile_lock(uv, groups["node"], node, None, upgrade)
    wrong = [f"{path.name} {fault}" for path in (runtime, dev, node) for fault in faults(path.read_text("utf-8"))]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
