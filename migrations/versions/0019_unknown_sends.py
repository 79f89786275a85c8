"""Order messages count their sends with unknown outcome: each of them may have left a copy in the chat."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. What was sent before counts as sent once."""
    op.add_column("order_message", sa.Column("unknown_sends", sa.Integer, nullable=False, server_default=sa.text("0")))


def downgrade() -> None:
    """Drop it. The former release sends again after a second or less."""
    op.drop_column("order_message", "unknown_sends")
