"""organisation: a code for units, and the log of what was done to the organisation."""

import sqlalchemy as sa
from alembic import op

from onewindow.store.types import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
# The oldest release, by its newest revision, that still works on these tables; None: every one back to the first.
oldest = None


def upgrade() -> None:
    op.add_column("unit", sa.Column("code", sa.String(length=24), nullable=True))
    op.create_index("ix_unit_code", "unit", ["code"], unique=True)
    op.create_table(
        "organisation_log",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(length=36), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_log")),
    )
    op.create_index("ix_organisation_log_subject", "organisation_log", ["subject", "id"])


def downgrade() -> None:
    op.drop_index("ix_organisation_log_subject", table_name="organisation_log")
    op.drop_table("organisation_log")
    op.drop_index("ix_unit_code", table_name="unit")
    op.drop_column("unit", "code")
