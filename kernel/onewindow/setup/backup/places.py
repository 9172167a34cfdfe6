"""Which stores there are to copy, wherever this centre keeps them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from onewindow.host.run import schema_of
from onewindow.settings import Settings
from onewindow.setup.backup.manifest import KERNEL
from onewindow.setup.stores import KERNEL_SCHEMA
from onewindow.store.dumping import schemas
from onewindow.store.engine import Place


@dataclass(frozen=True, slots=True)
class StorePlace:
    """A store by its name in a backup: `kernel`, or an office's id."""

    name: str
    url: str

    @property
    def schema(self) -> str | None:
        if self.url.startswith("sqlite"):
            return None
        return KERNEL_SCHEMA if self.name == KERNEL else schema_of(self.name, self.url)

    @property
    def file(self) -> Path | None:
        """The SQLite file."""
        return self.place.file

    @property
    def place(self) -> Place:
        return Place.parse(self.url, self.schema)


def of_centre(settings: Settings) -> list[StorePlace]:
    """The offices' stores and then the kernel's: an older office is brought forward by a newer kernel, and what an
    office says about a case that its kernel does not have can only be set aside."""
    return [*_offices(settings), StorePlace(KERNEL, settings.kernel_database)]


def where(settings: Settings, name: str) -> StorePlace:
    """Where this centre keeps the store of that name."""
    url = settings.kernel_database if name == KERNEL else settings.office_database(name)
    return StorePlace(name, url)


def _offices(settings: Settings) -> Iterator[StorePlace]:
    if settings.database:
        prefix = "ow_"
        for schema in schemas(settings.database):
            if schema != KERNEL_SCHEMA:
                yield StorePlace(schema.removeprefix(prefix), settings.database)
        return
    for file in sorted((settings.data / "offices").glob("*.db")):
        yield where(settings, file.stem)
