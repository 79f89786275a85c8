"""A saga that stands stuck may be ended by a person who settled it elsewhere."""

from alembic import op

revision = "0007"
down_revision = "0004"
branch_labels = None
depends_on = None

BEFORE = ("'running', 'turning', 'done', 'undone', 'stuck'", "'done', 'undone'")
AFTER = ("'running', 'turning', 'done', 'undone', 'stuck', 'resolved'", "'done', 'undone', 'resolved'")


def upgrade() -> None:
    """One more status, which is an end."""
    allow(*AFTER)


def downgrade() -> None:
    """What was resolved counts as undone: neither runs again."""
    op.drop_constraint("saga_ended_by_status_check", "saga")
    op.execute("UPDATE saga SET status = 'undone' WHERE status = 'resolved'")
    allow(*BEFORE, there=False)


def allow(known: str, ended: str, *, there: bool = True) -> None:
    if there:
        op.drop_constraint("saga_ended_by_status_check", "saga")
    op.drop_constraint("saga_status_known_check", "saga")
    op.create_check_constraint(op.f("saga_status_known_check"), "saga", f"status IN ({known})")
    op.create_check_constraint(
        op.f("saga_ended_by_status_check"), "saga", f"(status IN ({ended})) = (ended_at IS NOT NULL)"
    )
