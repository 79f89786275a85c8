"""A runner who writes commands in the runner group is told once in a while where they belong."""

from alembic import op

from migrations.online import add_check

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CHECK = "stranger_reply_kind_known_check"


def upgrade() -> None:
    """Let the table hold when a runner was told so."""
    op.drop_constraint(op.f(CHECK), "stranger_reply")
    add_check(CHECK, "stranger_reply", "kind IN ('admission', 'wrong_link', 'runner_group')")


def downgrade() -> None:
    """Forget it: the former release answers each of these commands."""
    op.execute("DELETE FROM stranger_reply WHERE kind = 'runner_group'")
    op.drop_constraint(op.f(CHECK), "stranger_reply")
    op.create_check_constraint(op.f(CHECK), "stranger_reply", "kind IN ('admission', 'wrong_link')")
