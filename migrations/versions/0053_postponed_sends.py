"""How often a send was put off because Telegram was not to be had: it counts apart from faults of ours."""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

TABLES = ("order_message", "notification", "question")


def upgrade() -> None:
    """Count them from now on."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ADD COLUMN postponed integer DEFAULT 0 NOT NULL")


def downgrade() -> None:
    """Forget them."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN postponed")
