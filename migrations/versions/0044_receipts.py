"""The address that a customer gave on Stripe's page, for Stripe's receipts, and whether a campus has them sent."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of the cards that are saved already no address is known."""
    op.add_column("saved_card", sa.Column("receipt_email", sa.Text(), nullable=True))
    op.add_column("campus", sa.Column("receipts", sa.Boolean(), server_default=sa.text("true"), nullable=False))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("campus", "receipts")
    op.drop_column("saved_card", "receipt_email")
