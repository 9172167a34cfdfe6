"""Alembic's environment, one for the kernel, the hosts and every office; `migrations` hands over what it needs."""

from typing import Any, Literal

import sqlmodel
from alembic import context
from alembic.autogenerate.api import AutogenContext

from onewindow.store.types import Instant

given = context.config.attributes


def own_tables(name: str | None, kind: str, parents: Any) -> bool:
    """Other distributions keep their tables in the same database; only those of this metadata are compared."""
    return kind != "table" or name in given["metadata"].tables


def render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Revisions name our own types and plain SQLAlchemy ones."""
    if kind == "type" and isinstance(item, Instant):
        autogen.imports.add("from onewindow.store.types import Instant")
        return "Instant()"
    if kind == "type" and isinstance(item, sqlmodel.AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


context.configure(
    connection=given["connection"],
    target_metadata=given["metadata"],
    version_table=given["version_table"],
    include_name=own_tables,
    render_item=render,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
