"""Foreign keys that pointed from a lower room to a higher one are dropped; the columns and their values stay.

The event log, the outbox and the sagas know an order by its number only, and a runner's debt knows its refund so. The
rooms above write these rows in the transaction that locks the order or the refund, and no order, campus or refund is
ever deleted. So the keys checked what could not happen, at the cost of a lock on the order's row for each line.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DROPPED_KEYS = (
    ("event_log", "campus_id", "campus"),
    ("event_log", "order_id", "orders"),
    ("order_message", "order_id", "orders"),
    ("notification", "order_id", "orders"),
    ("saga", "order_id", "orders"),
    ("debt", "refund_id", "refund"),
)


def upgrade() -> None:
    """Drop the foreign keys."""
    for table, column, _ in DROPPED_KEYS:
        op.drop_constraint(f"{table}_{column}_fkey", table, type_="foreignkey")


def downgrade() -> None:
    """Add the foreign keys again."""
    for table, column, target in DROPPED_KEYS:
        op.create_foreign_key(f"{table}_{column}_fkey", table, target, [column], ["id"])
