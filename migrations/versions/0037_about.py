"""A message to the admins says which people it is about, so that a reply to it means them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; older messages are about both sides of their order."""
    op.add_column("notification", sa.Column("about", JSONB(), server_default=sa.text("'[]'"), nullable=False))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("notification", "about")
