"""How often an order message was put off because Telegram was not to be had: it counts apart from faults of ours."""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Count it from now on. The other tables follow apart: no transaction waits for one with the lock of another."""
    op.execute("ALTER TABLE order_message ADD COLUMN postponed integer DEFAULT 0 NOT NULL")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE order_message DROP COLUMN postponed")
