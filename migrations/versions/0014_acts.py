"""The acts of admins on their own orders are found in the event log by an index of their own."""

import sqlalchemy as sa

from migrations.online import build_index, drop_index

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    own_acts = sa.text("subject = 'own_act'")
    build_index("event_log_own_act", "event_log", ["campus_id", "actor_id", "id"], where=own_acts)


def downgrade() -> None:
    """Drop the index."""
    drop_index("event_log_own_act", "event_log")
