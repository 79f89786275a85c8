"""What the books lack is told by a discrepancy; what others made on the same Stripe account is counted."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; of older discrepancies the next comparison fills them."""
    op.create_table(
        "unbooked_movement",
        sa.Column("movement", sa.Text(), nullable=False),
        sa.Column("discrepancy_id", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["discrepancy_id"], ["discrepancy.id"], name=op.f("unbooked_movement_discrepancy_id_fkey")
        ),
        sa.PrimaryKeyConstraint("movement", name=op.f("unbooked_movement_pkey")),
    )
    op.create_index("unbooked_movement_discrepancy", "unbooked_movement", ["discrepancy_id"])
    op.create_table(
        "foreign_object",
        sa.Column("stripe_object", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("stripe_object", name=op.f("foreign_object_pkey")),
    )
    op.create_index("foreign_object_untold", "foreign_object", ["seen_at"], postgresql_where=sa.text("told_at IS NULL"))
    op.create_index("foreign_object_told", "foreign_object", ["told_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("foreign_object")
    op.drop_table("unbooked_movement")
