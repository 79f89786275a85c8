"""Raised holds: while one takes another's place, an order has two, and one of them counts. What a dear shop wants."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LIVE = "status IN ('requested', 'approval', 'held', 'captured')"


def upgrade() -> None:
    """Every hold says what it is to its order; so far the newest one is what counts."""
    op.add_column("hold", sa.Column("part", sa.Text(), server_default=sa.text("'current'"), nullable=False))
    op.execute(
        "UPDATE hold SET part = 'former' WHERE EXISTS"
        " (SELECT 1 FROM hold AS newer WHERE newer.order_id = hold.order_id AND newer.id > hold.id)"
    )
    op.create_check_constraint(op.f("hold_part_known_check"), "hold", "part IN ('current', 'candidate', 'former')")
    op.create_check_constraint(
        op.f("hold_captured_is_current_check"), "hold", "status <> 'captured' OR part = 'current'"
    )
    op.drop_index("hold_one_current", table_name="hold")
    one_at_most("hold_one_current", "part = 'current'")
    one_at_most("hold_one_candidate", "part = 'candidate'")
    op.add_column("orders", sa.Column("asked_limit", sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f("orders_asked_above_limit_check"), "orders", "asked_limit > shop_limit")


def downgrade() -> None:
    """Take it away; it refuses while a hold is being replaced, as the release before knows one live hold an order."""
    op.drop_constraint(op.f("orders_asked_above_limit_check"), "orders")
    op.drop_column("orders", "asked_limit")
    op.drop_index("hold_one_candidate", table_name="hold")
    op.drop_index("hold_one_current", table_name="hold")
    one_at_most("hold_one_current", LIVE)
    op.drop_constraint(op.f("hold_captured_is_current_check"), "hold")
    op.drop_constraint(op.f("hold_part_known_check"), "hold")
    op.drop_column("hold", "part")


def one_at_most(name: str, where: str) -> None:
    op.create_index(name, "hold", ["order_id"], unique=True, postgresql_where=sa.text(where))
