"""The payables of one runner are found by an index: /me and the charts sum them."""

from migrations.online import build_index, drop_index

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the index."""
    build_index("payable_runner_idx", "payable", ["runner_id", "campus_id"])


def downgrade() -> None:
    """Drop it."""
    drop_index("payable_runner_idx", "payable")
