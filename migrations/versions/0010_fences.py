"""Fences of order messages and notifications: a number that only rises, beside the count of attempts.

The count was the fence before, and it is reset and lowered: a worker frozen for longer than its lease could match a
later claim. That can still happen to a worker of the former release, until the last one of them is gone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("live_card", "push")


def upgrade() -> None:
    """Add them."""
    for table in TABLES:
        op.add_column(table, sa.Column("fence", sa.Integer(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    """Drop them."""
    for table in TABLES:
        op.drop_column(table, "fence")
