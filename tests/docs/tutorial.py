"""Documents as their reader would follow them: files written out, a package installed, commands typed into a shell."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

DOCS = Path(__file__).parents[2] / "docs"
TUTORIAL = DOCS / "tutorial.md"
INTEGRATORS = DOCS / "integrators.md"
BLOCK = re.compile(r"^```(?P<info>[^\n]+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
# As a reader types it; a password is asked for, so it comes from where the reader would look it up.
COMMAND = """#!/bin/sh
if [ "$1" = login ]; then
  {python} -c 'import json, sys
print(next(a["password"] for a in json.load(open(sys.argv[1])) if a["login"] == sys.argv[2]))' \\
    "$ONEWINDOW_DATA/demo-accounts.json" "$2" | {python} -m onewindow.cli "$@"
else
  exec {python} -m onewindow.cli "$@"
fi
"""


def blocks(document: Path = TUTORIAL) -> list[tuple[str, str]]:
    """Each block of a document that says what it is: what stands behind its fence, and its lines."""
    return [(found["info"].strip(), found["body"]) for found in BLOCK.finditer(document.read_text("utf-8"))]


def files() -> Mapping[str, str]:
    """The files that the tutorial builds, each from its blocks in their order."""
    made: dict[str, str] = {}
    for info, body in blocks():
        _language, marked, path = info.partition(" file=")
        if marked:
            between = "" if path not in made else "\n" if body.startswith(" ") else "\n\n"
            made[path] = made.get(path, "") + between + body
    return made


def commands(document: Path = TUTORIAL) -> str:
    """The script of all the commands that a document has its reader type once the centre runs."""
    return "".join(body for info, body in blocks(document) if info == "sh")


@dataclass
class Reader:
    """Somebody who follows the tutorial in a folder of their own."""

    folder: Path

    @property
    def sources(self) -> Path:
        return self.folder / "onewindow-consumer"

    @property
    def site(self) -> Path:
        """Where the package is installed."""
        return self.folder / "site"

    @property
    def data(self) -> Path:
        return self.folder / "var"

    @property
    def environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ONEWINDOW_", "PYTEST_", "COV_"))}
        given = {"PYTHONPATH": str(self.site), "ONEWINDOW_DATA": str(self.data), "ONEWINDOW_LANGUAGE": "en"}
        path = {"PATH": f"{self.folder / 'bin'}{os.pathsep}{inherited['PATH']}", "XDG_CONFIG_HOME": str(self.folder)}
        return {**inherited, **given, **path, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}

    def write(self) -> None:
        """Write the files out, and put the command on the path."""
        for name, text in files().items():
            (self.sources / name).parent.mkdir(parents=True, exist_ok=True)
            (self.sources / name).write_text(text, "utf-8")
        command = self.folder / "bin" / "onewindow"
        command.parent.mkdir()
        command.write_text(COMMAND.format(python=sys.executable), "utf-8")
        command.chmod(0o755)

    def install(self) -> None:
        """Build the wheel and install it."""
        self.run("-m", "hatchling", "build", "-t", "wheel", "-d", str(self.folder / "dist"), where=self.sources)
        (wheel,) = (self.folder / "dist").glob("*.whl")
        pip = ["-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-deps", "--no-index"]
        self.run(*pip, "--target", str(self.site), str(wheel))

    def run(self, *arguments: str, where: Path | None = None) -> str:
        """Run Python here; what it wrote.

        Raises:
            AssertionError: it failed.
        """
        return self._done([sys.executable, *arguments], where)

    def type(self, script: str, **known: str) -> str:
        """Type commands into a shell that stops at the first that fails; what they printed."""
        return self._done(["sh", "-euc", script], self.folder, known)

    def _done(self, command: list[str], where: Path | None, known: Mapping[str, str] = MappingProxyType({})) -> str:
        environment = {**self.environment, **known}
        done = subprocess.run(
            command, cwd=where or self.folder, capture_output=True, text=True, env=environment, timeout=300
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout
