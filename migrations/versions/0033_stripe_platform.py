"""The mode and the account of the platform at Stripe are kept, and the wallet of a saved card."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them. The first start after this keeps the account that the key belongs to."""
    op.create_table(
        "stripe_platform",
        sa.Column("id", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("account", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("noted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="stripe_platform_pkey"),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.add_column("saved_card", sa.Column("wallet", sa.Text()))
    op.add_column("person", sa.Column("account_trouble", sa.Text()))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("person", "account_trouble")
    op.drop_column("saved_card", "wallet")
    op.drop_table("stripe_platform")
