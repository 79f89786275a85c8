"""An order message knows the older ones that it replaced in its chat, until their buttons are gone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was sent before is closed by a tap on it."""
    ids = ARRAY(sa.BigInteger())
    op.add_column("order_message", sa.Column("former", ids, server_default=sa.text("'{}'"), nullable=False))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("order_message", "former")
