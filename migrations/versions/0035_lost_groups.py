"""A campus knows that its bot may not write in one of its groups, why and since when, and the topic it was bound to."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

COLUMNS = (
    ("runner_group_lost", sa.Text),
    ("runner_group_lost_at", sa.DateTime(timezone=True)),
    ("admin_chat_lost", sa.Text),
    ("admin_chat_lost_at", sa.DateTime(timezone=True)),
    ("runner_topic", sa.BigInteger),
    ("admin_topic", sa.BigInteger),
)


def upgrade() -> None:
    """Add the columns; no group is known to be lost, and none is bound to a topic."""
    for name, kind in COLUMNS:
        op.add_column("campus", sa.Column(name, kind))


def downgrade() -> None:
    """Drop them: the former release writes into the groups as such."""
    for name, _ in reversed(COLUMNS):
        op.drop_column("campus", name)
