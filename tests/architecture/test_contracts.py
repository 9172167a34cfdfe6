"""Each architecture contract holds, and refuses the import that it is there to refuse."""

import ast
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OFFICE = "plugins/petition/onewindow_petition"
Refuses = Callable[[str, str], None]
# Declaring tables needs SQLAlchemy's names; opening a database does not belong into a declaration.
ENGINES = {"create_engine", "create_async_engine", "engine_from_config", "Session", "AsyncSession", "sessionmaker"}


def settings() -> dict[str, list[dict[str, list[str]]]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]


def test_the_tree_as_it_stands_keeps_every_contract(tree) -> None:
    result = tree.lint()
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_lower_layer_may_not_import_an_upper_one(tree, refuses: Refuses) -> None:
    tree.plant("kernel/onewindow/store/stray.py", "import onewindow.api")
    refuses("layers", "onewindow.store.stray -> onewindow.api")


def test_a_module_outside_the_layers_is_refused(tree) -> None:
    tree.plant("kernel/onewindow/stray.py", "")
    result = tree.lint("layers")
    assert result.returncode == 1
    assert "stray" in result.stdout


def test_the_kernel_may_not_import_an_office(tree, refuses: Refuses) -> None:
    tree.plant("kernel/onewindow/routing/stray.py", "import onewindow_petition")
    refuses("kernel-knows-no-office", "onewindow.routing.stray -> onewindow_petition")


@pytest.mark.parametrize("inside", ["registry", "store", "errors"])
def test_an_office_may_not_import_the_kernels_insides(tree, refuses: Refuses, inside: str) -> None:
    tree.plant(f"{OFFICE}/stray.py", f"import onewindow.{inside}")
    refuses("offices-see-the-public-api", f"onewindow_petition.stray -> onewindow.{inside}")


def test_an_office_may_import_the_public_api_and_the_test_kit(tree) -> None:
    tree.plant(f"{OFFICE}/stray.py", "import onewindow.office\nimport onewindow.testing")
    assert tree.lint("offices-see-the-public-api").returncode == 0


def test_an_office_may_not_import_another(tree, refuses: Refuses) -> None:
    tree.plant(f"{OFFICE}/stray.py", "import onewindow_mediation")
    refuses("offices-are-independent", "onewindow_petition.stray -> onewindow_mediation")


@pytest.mark.parametrize("module", ["nats", "fastapi", "socket", "subprocess"])
def test_the_public_api_may_not_do_io(tree, refuses: Refuses, module: str) -> None:
    tree.plant("kernel/onewindow/office/stray.py", f"import {module}")
    refuses("the-public-api-is-pure", f"onewindow.office.stray -> {module}")


def test_the_public_api_may_not_import_the_kernel(tree, refuses: Refuses) -> None:
    tree.plant("kernel/onewindow/office/stray.py", "import onewindow.store")
    refuses("layers", "onewindow.office.stray -> onewindow.store")


def engines(source: str) -> Iterator[str]:
    """Names from SQLAlchemy or SQLModel that open a database."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom | ast.Import):
            module = getattr(node, "module", None) or ""
            names = [alias.name for alias in node.names]
            if any(name.startswith(("sqlalchemy.engine", "sqlalchemy.ext")) for name in [module, *names]):
                yield module or names[0]
            yield from (name for name in names if name in ENGINES)


def test_the_public_api_opens_no_database() -> None:
    assert list(engines("from sqlmodel import Session")), "the check itself must see a seeded violation"
    assert list(engines("import sqlalchemy.ext.asyncio"))
    for path in (ROOT / "kernel" / "onewindow" / "office").rglob("*.py"):
        assert not list(engines(path.read_text("utf-8"))), path


def test_every_office_stands_under_the_contracts() -> None:
    """A new office must be named in them, or nothing would hold it."""
    offices = {path.parent.name for path in ROOT.glob("plugins/*/onewindow_*/__init__.py")}
    contracts = {contract["id"]: contract for contract in settings()["contracts"]}
    assert offices <= set(settings()["root_packages"])
    assert offices == set(contracts["kernel-knows-no-office"]["forbidden_modules"])
    assert offices == set(contracts["offices-see-the-public-api"]["source_modules"])
    assert offices == set(contracts["offices-are-independent"]["modules"])
