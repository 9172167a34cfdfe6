"""search: the copies that are searched, their index, what waits to be indexed, saved filters, indexes for filters."""

import sqlalchemy as sa
from alembic import op

from onewindow.store import search
from onewindow.store.types import Instant, serial

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
# The oldest release, by its newest revision, that still works on these tables; None: every one back to the first.
oldest = None

FILTERS = {
    "ix_case_phase": (["phase", "id"], None),
    "ix_case_colour": (["colour", "id"], "colour <> 'green'"),
    "ix_case_place": (["place_unit", "id"], "place_unit IS NOT NULL"),
    "ix_case_registered": (["registered_at", "id"], None),
}


def upgrade() -> None:
    op.create_table(
        "search_due",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("mark", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_search_due")),
    )
    op.create_table(
        "search_copy",
        sa.Column("doc", serial(), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("cut", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("doc", name=op.f("pk_search_copy")),
        sa.UniqueConstraint("case_id", name=op.f("uq_search_copy_case_id")),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("owner", sa.String(length=36), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
    )
    op.create_index("ix_saved_filter_owner", "saved_filter", ["owner", "id"])
    search.create(op.get_bind())
    for name, (columns, only) in FILTERS.items():
        where = sa.text(only) if only else None
        op.create_index(name, "case", columns, sqlite_where=where, postgresql_where=where)
    # What was registered before is indexed by the follower like everything else.
    op.execute("INSERT INTO search_due (case_id, mark) SELECT id, 'first' FROM \"case\" WHERE NOT sealed")


def downgrade() -> None:
    for name in FILTERS:
        op.drop_index(name, "case")
    search.drop(op.get_bind())
    op.drop_index("ix_saved_filter_owner", "saved_filter")
    op.drop_table("saved_filter")
    op.drop_table("search_copy")
    op.drop_table("search_due")
