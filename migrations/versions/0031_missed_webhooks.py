"""Reads of Stripe are counted: its events are listed often only while webhooks miss some."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the time of the last event that no webhook brought."""
    op.add_column("list_cursor", sa.Column("missed_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("list_cursor", "missed_at")
