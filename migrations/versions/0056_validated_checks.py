"""The rows that were there before a check was added are read for it, beside the work that goes on."""

from migrations.online import validate_checks

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Validate the checks that former migrations added for new rows alone."""
    validate_checks()


def downgrade() -> None:
    """Change nothing: a check that holds may stay validated."""
