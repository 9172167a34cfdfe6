"""A copy of the program's modules in which a test may plant a forbidden import."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Tree:
    """The copy, with the contracts that hold it."""

    root: Path

    def plant(self, path: str, line: str) -> None:
        """Appends a line to a module, which may be new."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("a", encoding="utf-8") as stream:
            stream.write(f"\n{line}\n")

    def replace(self, old: str, new: str) -> None:
        """Changes the contracts themselves."""
        file = self.root / "pyproject.toml"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    def lint(self, contract: str | None = None) -> subprocess.CompletedProcess[str]:
        """Runs import-linter on the copy."""
        command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
        command += ["--contract", contract] if contract else []
        places = ["kernel", *(f"plugins/{path.name}" for path in (self.root / "plugins").iterdir())]
        path = os.pathsep.join(str(self.root / place) for place in places)
        env = {**os.environ, "PYTHONPATH": path, "COLUMNS": "200"}
        return subprocess.run(command, cwd=self.root, env=env, capture_output=True, text=True)


def copy(target: Path) -> None:
    """Modules only: no documents, catalogues or assets."""
    for source in [*ROOT.glob("kernel/onewindow/**/*.py"), *ROOT.glob("plugins/*/onewindow_*/**/*.py")]:
        place = target / source.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place)
    shutil.copy(ROOT / "pyproject.toml", target)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    copy(tmp_path)
    return Tree(tmp_path)


@pytest.fixture
def refuses(tree: Tree) -> Callable[[str, str], None]:
    """Asserts that a contract is broken, and that it says by what."""

    def check(contract: str, said: str) -> None:
        result = tree.lint(contract)
        assert result.returncode == 1, result.stdout + result.stderr
        assert "BROKEN" in result.stdout, result.stdout + result.stderr
        assert said in result.stdout

    return check
