"""What belongs to no campus is shown to no campus: such dead letters are the operator's."""

import sqlalchemy as sa
from alembic import op

from migrations.online import add_check

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a dead letter have no campus; the operator who drops it is no person here."""
    op.alter_column("dead_letter", "campus_id", existing_type=sa.BigInteger(), nullable=True)
    _set_dropped_by("outcome <> 'dropped' OR ((ended_by IS NOT NULL OR campus_id IS NULL) AND reason IS NOT NULL)")


def downgrade() -> None:
    """Show them to the first campus, as the former release did; forget those that the operator dropped."""
    op.execute("DELETE FROM dead_letter WHERE campus_id IS NULL AND outcome = 'dropped'")
    op.execute("UPDATE dead_letter SET campus_id = (SELECT min(id) FROM campus) WHERE campus_id IS NULL")
    _set_dropped_by("outcome <> 'dropped' OR (ended_by IS NOT NULL AND reason IS NOT NULL)")
    op.alter_column("dead_letter", "campus_id", existing_type=sa.BigInteger(), nullable=False)


def _set_dropped_by(condition: str) -> None:
    name = op.f("dead_letter_dropped_by_check")
    op.drop_constraint(name, "dead_letter", type_="check")
    add_check(name, "dead_letter", condition)
