"""Where tables are declared: each distribution has a metadata of its own, with the same naming convention."""

from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from onewindow.store.counters import counter_table

# Named constraints are what lets a migration change or drop them on either database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata() -> MetaData:
    """An empty metadata with the naming convention, for a host or an office."""
    return MetaData(naming_convention=NAMING)


def table_base(metadata: MetaData) -> type[SQLModel]:
    """A base class whose tables stand in `metadata` and in no other."""
    return type("TableBase", (SQLModel,), {"metadata": metadata, "__module__": __name__})


class KernelTable(SQLModel):
    """The base of the kernel's own tables."""

    metadata: ClassVar[Any] = new_metadata()


counter_table(KernelTable.metadata)
