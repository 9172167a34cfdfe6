"""the roster of mediators."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
# The oldest release, by its newest revision, that still works on these tables; None: every one back to the first.
oldest = None


def upgrade() -> None:
    op.create_table(
        "mediation_rosterentry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("shown_name", sa.String(length=60), nullable=False),
        sa.Column("committee", sa.String(length=100), nullable=False),
        sa.Column("good_at", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("mediation_rosterentry")
