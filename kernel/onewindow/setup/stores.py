"""The kernel's store as settings describe it, and its migrations."""

from onewindow.settings import Settings
from onewindow.store import Store
from onewindow.store.base import KernelTable
from onewindow.store.migrations import KERNEL_VERSION_TABLE, KERNEL_VERSIONS, Migrations

KERNEL_SCHEMA = "ow_kernel"


def _schema(settings: Settings) -> str | None:
    return KERNEL_SCHEMA if settings.database else None


def kernel_migrations(settings: Settings) -> Migrations:
    """The migrations of the kernel's store."""
    metadata = KernelTable.metadata
    return Migrations(settings.kernel_database, _schema(settings), [KERNEL_VERSIONS], KERNEL_VERSION_TABLE, metadata)


def open_kernel_store(settings: Settings) -> Store:
    """Open the kernel's store; an embedded one is brought forward by itself, any other only by `onewindow migrate`.

    Raises:
        Misconfigured: the tables are behind; says how to migrate.
    """
    if settings.database:
        kernel_migrations(settings).check()
    else:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        kernel_migrations(settings).upgrade()
    return Store.open(settings.kernel_database, metadata=KernelTable.metadata, schema=_schema(settings))
