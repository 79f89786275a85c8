"""What is read for the metrics every quarter of a minute is found by indexes: refunds of a day, open disputes."""

import sqlalchemy as sa

from migrations.online import build_index, drop_index

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes."""
    build_index("refund_asked_idx", "refund", ["asked_at"])
    build_index("dispute_open", "dispute", ["campus_id"], where=sa.text("status = 'open'"))


def downgrade() -> None:
    """Drop them."""
    drop_index("dispute_open", "dispute")
    drop_index("refund_asked_idx", "refund")
