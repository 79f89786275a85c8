"""What Stripe says of a card is kept: its fingerprint, and Radar's outcome of each payment."""

import sqlalchemy as sa
from alembic import op

from migrations.online import build_index

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OF_HOLD = ("card_fingerprint", "risk_level", "risk_score", "outcome_type", "network_status", "seller_message")


def upgrade() -> None:
    """Add the columns, and the indexes by which the holders of one card are found. Older rows have none of it."""
    for name in OF_HOLD:
        column = sa.Column(name, sa.Integer() if name == "risk_score" else sa.Text())
        op.add_column("hold", column, if_not_exists=True)
    op.add_column("saved_card", sa.Column("fingerprint", sa.Text()), if_not_exists=True)
    build_index("hold_card_idx", "hold", ["card_fingerprint"], where=sa.text("card_fingerprint IS NOT NULL"))
    known = sa.text("fingerprint IS NOT NULL")
    build_index("saved_card_fingerprint_idx", "saved_card", ["fingerprint"], where=known)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("saved_card_fingerprint_idx", table_name="saved_card")
    op.drop_index("hold_card_idx", table_name="hold")
    op.drop_column("saved_card", "fingerprint")
    for name in reversed(OF_HOLD):
        op.drop_column("hold", name)
