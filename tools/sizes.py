"""No file of ours that a person has to read grows past four hundred lines."""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 400
FOLDERS = ("kernel", "plugins", "tests", "tools", "benchmarks")
KINDS = {".py", ".html", ".js", ".css", ".typ"}
# Migrations are written by Alembic once and never read from top to bottom.
SKIPPED = {"node_modules", "static.new", "__pycache__", "dist", "build", "versions"}


def files(root: Path) -> Iterator[Path]:
    """What we wrote ourselves."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            parts = set(path.relative_to(root).parts)
            built = "onewindow_assets" in parts and "static" in parts
            if path.suffix in KINDS and path.is_file() and not parts & SKIPPED and not built:
                yield path


def faults(root: Path) -> list[str]:
    """Each file that is too long, with its length."""
    lengths = ((path, path.read_text("utf-8").count("\n")) for path in files(root))
    return [f"{path.relative_to(root)}: {lines} lines (limit {LIMIT})" for path, lines in lengths if lines >= LIMIT]


def main() -> int:
    wrong = faults(ROOT)
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
