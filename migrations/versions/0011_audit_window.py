"""Indexes for the audit of a window: rows made or ended in it, rows that are open, and postings by order.

Without them this audit reads each of these tables whole. Indexes of times that are written late are partial, so that a
row enters them once. The index of open orders uses times that change only when an order ends.
"""

import sqlalchemy as sa

from migrations.online import build_index, drop_index

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEXES = (
    ("orders_placed_idx", "orders", "placed_at", None),
    ("orders_completed_idx", "orders", "completed_at", "completed_at IS NOT NULL"),
    ("orders_ended_idx", "orders", "ended_at", "ended_at IS NOT NULL"),
    ("orders_open", "orders", "id", "completed_at IS NULL AND ended_at IS NULL"),
    ("saga_started_idx", "saga", "started_at", None),
    ("saga_ended_idx", "saga", "ended_at", "ended_at IS NOT NULL"),
    ("hold_made_idx", "hold", "made_at", "made_at IS NOT NULL"),
    ("hold_live", "hold", "order_id", "status IN ('requested', 'approval', 'held')"),
    ("payable_booked_idx", "payable", "booked_at", None),
    ("payable_paid_idx", "payable", "paid_at", "paid_at IS NOT NULL"),
    ("payable_sending", "payable", "order_id", "status = 'sending'"),
    ("ledger_txn_created_idx", "ledger_txn", "created_at", None),
    ("ledger_txn_order_idx", "ledger_txn", "order_id", None),
)


def upgrade() -> None:
    """Create the indexes."""
    for name, table, column, where in INDEXES:
        build_index(name, table, [column], where=None if where is None else sa.text(where))


def downgrade() -> None:
    """Drop the indexes."""
    for name, table, _, _ in INDEXES:
        drop_index(name, table)
