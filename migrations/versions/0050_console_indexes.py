"""What the console and the metrics read of a campus is found by indexes: baskets of a day, payables, refunds."""

import sqlalchemy as sa

from migrations.online import build_index, drop_index

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes."""
    build_index("draft_changed_idx", "draft", ["campus_id", "changed_at"])
    build_index("payable_campus_idx", "payable", ["campus_id", "id"])
    pending = sa.text("status IN ('requested', 'pending')")
    build_index("refund_pending", "refund", ["campus_id"], where=pending)


def downgrade() -> None:
    """Drop them."""
    drop_index("refund_pending", "refund")
    drop_index("payable_campus_idx", "payable")
    drop_index("draft_changed_idx", "draft")
