"""How often the edit of a settled question waited for Telegram: it counts apart from faults of ours."""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Count it from now on. The other tables follow apart: no transaction waits for one with the lock of another."""
    op.execute("ALTER TABLE question ADD COLUMN postponed integer DEFAULT 0 NOT NULL")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE question DROP COLUMN postponed")
