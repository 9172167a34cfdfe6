"""A renderer, the templates with their sample data, and a documents' service."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from onewindow.access.vault import Key, Vault
from onewindow.documents.bundle import kernel_bundle, open_bundle
from onewindow.documents.files import FileStore
from onewindow.documents.models import Draft
from onewindow.documents.render import Renderer
from onewindow.documents.service import Documents
from onewindow.office.types import CaseId, TownshipCode, new_id
from onewindow.store import KernelTable, Store

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "tests" / "data" / "documents"
NOW = datetime(2026, 3, 9, 2, 30, tzinfo=UTC)
TOWNSHIP = TownshipCode("370199105")


def sample(name: str) -> dict[str, Any]:
    """The sample data of this name."""
    data: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return data


def office_files() -> dict[str, bytes]:
    """The offices' templates, as they lie in their bundles."""
    places = ROOT.glob("plugins/*/onewindow_*/documents/*.typ")
    return {f"documents/{path.name}": path.read_bytes() for path in places}


def all_templates() -> dict[str, bytes]:
    return {**open_bundle(kernel_bundle().data), **office_files()}


def words_of(pdf: bytes) -> str:
    """A PDF's text without the spaces and line ends that the layout put into it."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


@dataclass
class Desk:
    """A documents' service with what it stands on."""

    documents: Documents
    store: Store
    renderer: Renderer
    files: FileStore
    vault: Vault

    def fresh(self) -> Documents:
        """The service as it would be after a restart."""
        return Documents(self.store, self.vault, self.files, self.renderer, retry_seconds=0.05)

    def draft(self, kind: str = "receipt", data: Mapping[str, Any] | None = None, **more: Any) -> Draft:
        content = dict(data if data is not None else sample(kind))
        document = content.pop("document", {})
        values: dict[str, Any] = {
            "case_id": CaseId(new_id()),
            "township": TOWNSHIP,
            "kind": kind,
            "office": "kernel",
            "organ": document.get("organ", "青石镇人民政府"),
            "bundle": kernel_bundle().hash,
            "data": content,
        }
        return Draft(**{**values, **more})


@pytest.fixture
async def renderer() -> AsyncIterator[Renderer]:
    renderer = Renderer(seconds=20)
    yield renderer
    await renderer.close()


both = pytest.mark.parametrize(
    "desk", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
async def desk(request: pytest.FixtureRequest, tmp_path: Path, renderer: Renderer) -> AsyncIterator[Desk]:
    """On SQLite, or where a test asks for `both`, on PostgreSQL too."""
    postgres = getattr(request, "param", "sqlite") == "postgresql"
    url: str = request.getfixturevalue("postgres_url" if postgres else "sqlite_url")
    store = Store.open(url, metadata=KernelTable.metadata, schema="kernel")
    store.create_tables()
    vault = Vault.of(Key.fresh())
    files = FileStore(tmp_path / "files", vault)
    files.root.mkdir()
    documents = Documents(store, vault, files, renderer, retry_seconds=0.05)
    desk = Desk(documents, store, renderer, files, vault)
    await documents.start(now=NOW)
    yield desk
    await documents.stop()
    await store.close()
