"""The generated parts of the documents: each function reads the program or its settings and returns Markdown."""

import ast
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.dependencies import declared
from tools.lock import distributions


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in lines
    )


def settings_of(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


def layers(root: Path) -> str:
    """The kernel's layers, the upper first, as the contract says."""
    contracts = settings_of(root)["tool"]["importlinter"]["contracts"]
    rows = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    names = [row.replace("(", "").replace(")", "").split(" : ") for row in rows]
    return "\n".join(f"{number}. " + ", ".join(f"`{name}`" for name in row) for number, row in enumerate(names, 1))


def contracts(root: Path) -> str:
    """What `make check` holds the architecture to."""
    found = settings_of(root)["tool"]["importlinter"]["contracts"]
    return table(["Contract", "What it says"], [[f"`{contract['id']}`", contract["name"]] for contract in found])


def packages(root: Path) -> str:
    """Our distributions and what each asks for."""
    rows = []
    for folder in distributions(root):
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
        wanted = ", ".join(f"`{name}`" for name in sorted(declared(folder))) or "nothing"
        rows.append([f"`{project['name']}`", project["description"], wanted])
    return table(["Distribution", "What it is", "Asks for"], rows)


def modules(root: Path) -> str:
    """The kernel's packages with the sentence that each opens with."""
    rows = []
    for path in sorted((root / "kernel" / "onewindow").glob("*/__init__.py")):
        said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        rows.append([f"`{path.parent.name}`", said.splitlines()[0] if said else ""])
    return table(["Package", "What it is for"], rows)


def decisions(root: Path) -> str:
    """The decision records, each with its number and title.

    Raises:
        ValueError: a record's heading does not begin with the number of its file.
    """
    rows = []
    for path in sorted((root / "docs" / "decisions").glob("[0-9]*.md")):
        heading = path.read_text("utf-8").splitlines()[0].removeprefix("# ")
        number, _dot, title = heading.partition(". ")
        if number != str(int(path.name[:4])):
            raise ValueError(f"{path.name} begins with {heading!r}")
        rows.append([f"[{number}]({path.name})", title])
    return table(["", "What was decided"], rows)


PARTS: Mapping[str, Callable[[Path], str]] = {
    "layers": layers,
    "contracts": contracts,
    "packages": packages,
    "modules": modules,
    "decisions": decisions,
}
