"""A campus knows that Telegram refuses its bot, or does not reach us: in Telegram's words, and since when."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

COLUMNS = (
    ("token_refused", sa.Text),
    ("token_refused_at", sa.DateTime(timezone=True)),
    ("webhook_fails", sa.Text),
    ("webhook_fails_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Add the columns; no trouble is known."""
    for name, kind in COLUMNS:
        op.add_column("campus", sa.Column(name, kind))


def downgrade() -> None:
    """Drop them: the former release retries in silence."""
    for name, _ in reversed(COLUMNS):
        op.drop_column("campus", name)
