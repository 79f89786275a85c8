"""A saga row carries the trace of what started it."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: a worker of the former release neither reads nor writes it."""
    default = sa.text("NULLIF(current_setting('campusg.traceparent'::text, true), ''::text)")
    op.add_column("saga", sa.Column("traceparent", sa.Text(), server_default=default, nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("saga", "traceparent")
