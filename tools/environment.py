"""Fills .venv from the lock files with Python alone; uv is used where it is on PATH, because it is faster.

First everybody else's packages, pinned and with their hashes; then our own distributions, editable and without looking
at their dependencies, built with what the lock brought. Needs nothing but the standard library.
"""

import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
SETS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}


def say(text: str) -> None:
    print(f"==> {text}", flush=True)


def create() -> None:
    if PYTHON.exists():
        return
    say(f"creating .venv with Python {sys.version_info.major}.{sys.version_info.minor}")
    try:
        venv.create(VENV, with_pip=True, symlinks=os.name != "nt")
    except (subprocess.CalledProcessError, OSError) as error:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(f"could not create .venv ({error}); on Debian and Ubuntu: apt-get install python3-venv")


def installer() -> tuple[str, list[str]]:
    if uv := shutil.which("uv"):
        return "uv", [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    return "pip", [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]


def pins(lock: Path) -> int:
    return sum("==" in line for line in lock.read_text("utf-8").splitlines())


def install_locked(lock: Path) -> None:
    tool, command = installer()
    total = pins(lock)
    say(f"installing {total} locked packages with {tool}")
    run([*command, "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(lock)], total)


def install_node() -> None:
    """Only a machine without npm, and only for building the assets."""
    if shutil.which("npm") is None and not (ROOT / "kernel/assets/onewindow_assets/static/manifest.json").exists():
        say("npm is missing: fetching Node.js as a wheel (60 MB) to build the assets")
        install_locked(ROOT / "requirements-node.lock")


def install_own() -> None:
    folders = [ROOT / "kernel/assets", ROOT / "kernel"]
    folders += sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))
    say("building the assets and linking " + ", ".join(str(folder.relative_to(ROOT)) for folder in folders))
    editable = [part for folder in folders for part in ("-e", str(folder))]
    run([*installer()[1], "--no-deps", "--no-build-isolation", *editable], 0)


def run(command: Sequence[str], total: int) -> None:
    """Runs an installer, shows how far it is, and its whole output only when it fails."""
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}", "VIRTUAL_ENV": str(VENV)}
    lines: list[str] = []
    done = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env) as process:
        for line in process.stdout or ():
            lines.append(line)
            if line.startswith(("Collecting ", "Processing ", "Requirement already satisfied")):
                done += 1
                if done % 20 == 0:
                    print(f"    {done} of {total}", flush=True)
    if process.returncode != 0:
        sys.exit("".join(lines[-40:]) + f"\nfailed: {' '.join(command)}")


def main(arguments: Sequence[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - this is the one file that an older Python may start
        sys.exit("OneWindow needs Python 3.11 or newer: make up PYTHON=python3.12")
    began = time.monotonic()
    create()
    install_locked(ROOT / SETS[arguments[0]])
    install_node()
    install_own()
    say(f"the environment is ready ({time.monotonic() - began:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
