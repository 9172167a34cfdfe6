"""applicant: what the people of a case do by themselves, and what proves a service."""

import sqlalchemy as sa
from alembic import op

from onewindow.store.types import Instant

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None
# The oldest release, by its newest revision, that still works on these tables; None: every one back to the first.
oldest = None


def upgrade() -> None:
    op.create_table(
        "nudge",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("township", sa.String(length=12), nullable=False),
        sa.Column("party_id", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudge")),
    )
    op.create_index("ix_nudge_case", "nudge", ["case_id", "id"])
    op.create_index("ix_nudge_township", "nudge", ["township", "next_at"])
    op.create_table(
        "withdrawal",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("township", sa.String(length=12), nullable=False),
        sa.Column("party_id", sa.String(length=36), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.String(length=36), nullable=True),
        sa.Column("ripe_at", Instant(), nullable=False),
        sa.Column("verified_at", Instant(), nullable=True),
        sa.Column("verified_by", sa.String(length=36), nullable=True),
        sa.Column("ex_officio", sa.Boolean(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal")),
    )
    op.create_index("ix_withdrawal_case", "withdrawal", ["case_id", "id"])
    op.create_index("ix_withdrawal_township", "withdrawal", ["township", "state", "id"])
    op.create_index("ix_withdrawal_ripe", "withdrawal", ["state", "ripe_at"])
    op.create_table(
        "rating",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("party_id", sa.String(length=36), nullable=False),
        sa.Column("score", sa.String(length=10), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "party_id", name=op.f("pk_rating")),
    )
    op.create_table(
        "service_consent",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("party_id", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("recorded_by", sa.String(length=36), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "party_id", name=op.f("pk_service_consent")),
    )
    op.create_table(
        "reopening",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("township", sa.String(length=12), nullable=False),
        sa.Column("party_id", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopening")),
    )
    op.create_index("ix_reopening_case", "reopening", ["case_id", "id"])
    op.create_index("ix_reopening_township", "reopening", ["township", "state", "id"])
    with op.batch_alter_table("document_service", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sent_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("period_days", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("corrects", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("void_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("void_by", sa.String(length=36), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("document_service", schema=None) as batch_op:
        for name in ("void_by", "void_at", "corrects", "period_days", "sent_on"):
            batch_op.drop_column(name)
    for table, indexes in (
        ("reopening", ("ix_reopening_township", "ix_reopening_case")),
        ("service_consent", ()),
        ("rating", ()),
        ("withdrawal", ("ix_withdrawal_ripe", "ix_withdrawal_township", "ix_withdrawal_case")),
        ("nudge", ("ix_nudge_township", "ix_nudge_case")),
    ):
        for index in indexes:
            op.drop_index(index, table_name=table)
        op.drop_table(table)
