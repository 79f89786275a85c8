"""What a person owes is looked for on all campuses: an index by the person."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    still_open = sa.text("status = 'open'")
    op.create_index("customer_debt_open_anywhere", "customer_debt", ["customer_id"], postgresql_where=still_open)


def downgrade() -> None:
    """Drop it."""
    op.drop_index("customer_debt_open_anywhere", table_name="customer_debt")
