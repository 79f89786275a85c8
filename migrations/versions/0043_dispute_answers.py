"""Until when a bank takes an answer to a dispute, whether it has one, and how often Stripe refused to take it."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of a dispute that is open now, Stripe is asked again."""
    op.add_column("dispute", sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dispute", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dispute", sa.Column("answers_refused", sa.Integer(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    """Drop them."""
    for name in ("answers_refused", "answered_at", "answer_by"):
        op.drop_column("dispute", name)
