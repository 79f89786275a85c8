"""What Stripe says of a card is kept: its fingerprint, and Radar's outcome of each payment."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OF_HOLD = ("card_fingerprint", "risk_level", "risk_score", "outcome_type", "network_status", "seller_message")


def upgrade() -> None:
    """Add the columns, and the indexes by which the holders of one card are found. Older rows have none of it."""
    for name in OF_HOLD:
        op.add_column("hold", sa.Column(name, sa.Integer() if name == "risk_score" else sa.Text()))
    op.add_column("saved_card", sa.Column("fingerprint", sa.Text()))
    # short: no row has the new column
    op.create_index(
        "hold_card_idx", "hold", ["card_fingerprint"], postgresql_where=sa.text("card_fingerprint IS NOT NULL")
    )
    op.create_index(
        "saved_card_fingerprint_idx",
        "saved_card",
        ["fingerprint"],
        postgresql_where=sa.text("fingerprint IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("saved_card_fingerprint_idx", table_name="saved_card")
    op.drop_index("hold_card_idx", table_name="hold")
    op.drop_column("saved_card", "fingerprint")
    for name in reversed(OF_HOLD):
        op.drop_column("hold", name)
