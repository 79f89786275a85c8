"""One worker at a time reads the metrics that the database knows."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, without a row: the first worker writes it."""
    op.create_table(
        "metrics_reader",
        sa.Column("id", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="metrics_reader_pkey"),
        sa.CheckConstraint("id = 1", name="one_row"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("metrics_reader")
