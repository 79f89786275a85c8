"""Pay may wait because it is one of a runner's first, or until an admin has looked at it: a review says why."""

import sqlalchemy as sa
from alembic import op

from migrations.online import add_check

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KNOWN = "payable_held_for_known_check"
REASONS = "'first_payouts', 'too_fast', 'new_customers', 'pair_week', 'runner_day', 'unproven', 'radar', 'disputes'"


def upgrade() -> None:
    """Know two more reasons of held pay, and add the table of reviews."""
    op.drop_constraint(op.f(KNOWN), "payable")
    add_check(KNOWN, "payable", "held_for IN ('left', 'finished', 'no_receipt', 'first', 'review')")
    op.create_table(
        "review",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("review_pkey")),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("review_campus_id_fkey")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("review_order_id_fkey")),
        sa.UniqueConstraint("order_id", name=op.f("review_order_id_key")),
        sa.CheckConstraint(f"reason IN ({REASONS})", name=op.f("review_reason_known_check")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("review_decided_by_admin_check")),
    )
    op.create_index("review_open", "review", ["campus_id"], postgresql_where=sa.text("decided_at IS NULL"))


def downgrade() -> None:
    """Drop the table. What waits for an admin, or as a first pay, is held like food that was left, until its time."""
    op.drop_table("review")
    op.drop_constraint(op.f(KNOWN), "payable")
    op.execute("UPDATE payable SET held_for = 'left' WHERE held_for IN ('first', 'review')")
    op.create_check_constraint(op.f(KNOWN), "payable", "held_for IN ('left', 'finished', 'no_receipt')")
