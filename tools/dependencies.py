"""What a distribution imports it also declares, and what it declares the lock file satisfies."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.lock import OWN, ROOT, distributions

# Halves of one package that are installed and versioned together: importing the one needs the other declared.
COMPANIONS = {"markupsafe": "jinja2", "pydantic-core": "pydantic"}
# An office ships revision files only; the kernel that it declares runs them, with the Alembic that it brings.
OF_THE_HOST = {"alembic", "sqlalchemy"}


def imported(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each top-level module named by an import, wherever in a file it stands."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name.split(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                yield path, node.module.split(".")[0]


def declared(folder: Path) -> dict[str, Requirement]:
    """The requirements of a distribution by canonical name."""
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    lines = list(project.get("dependencies", []))
    for extra in project.get("optional-dependencies", {}).values():
        lines += extra
    return {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, lines)}


def locked(lock: Path) -> dict[str, str]:
    """Name and version of each pin."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock.read_text("utf-8"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


def undeclared(folder: Path, root: Path, owners: Mapping[str, list[str]]) -> list[str]:
    """Imports that work here only by luck."""
    wanted = set(declared(folder))
    wrong = set()
    for package in folder.glob("onewindow*"):
        for path, module in imported(package):
            makers: set[str] = {canonicalize_name(name) for name in owners.get(module, [module])}
            makers |= {COMPANIONS[name] for name in makers if name in COMPANIONS}
            known = module == package.name or module in sys.stdlib_module_names
            known |= path.parent.name == "versions" and "onewindow" in wanted and module in OF_THE_HOST
            if not known and not makers & wanted:
                wrong.add(f"{path.relative_to(root)} imports {module}, which {folder.name} does not declare")
    return sorted(wrong)


def unsatisfied(folder: Path, pins: Mapping[str, str]) -> list[str]:
    """Declared ranges that the lock file does not meet."""
    third = {name: requirement for name, requirement in declared(folder).items() if not OWN.match(requirement.name)}
    return [
        f"{folder.name} wants {requirement}, the lock has {pins.get(name, 'nothing')}"
        for name, requirement in third.items()
        if name not in pins or not requirement.specifier.contains(pins[name], prereleases=True)
    ]


def main() -> int:
    owners = packages_distributions()
    pins = locked(ROOT / "requirements.lock")
    wrong = [line for folder in distributions(ROOT) for line in undeclared(folder, ROOT, owners)]
    wrong += [line for folder in distributions(ROOT) for line in unsatisfied(folder, pins)]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
