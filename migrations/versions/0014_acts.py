"""The acts of admins on their own orders are found in the event log by an index of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "event_log_own_act",
        "event_log",
        ["campus_id", "actor_id", "id"],
        postgresql_where=sa.text("subject = 'own_act'"),
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("event_log_own_act", "event_log")
