"""A campus has limits of its own for the risk rules; what it does not state has a default in the code."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("campus", sa.Column("risk", JSONB, nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("campus", "risk")
