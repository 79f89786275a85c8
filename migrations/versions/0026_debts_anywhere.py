"""What a person owes is looked for on all campuses: an index by the person."""

import sqlalchemy as sa

from migrations.online import build_index, drop_index

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    still_open = sa.text("status = 'open'")
    build_index("customer_debt_open_anywhere", "customer_debt", ["customer_id"], where=still_open)


def downgrade() -> None:
    """Drop it."""
    drop_index("customer_debt_open_anywhere", "customer_debt")
