"""What a person does at Stripe itself is adopted: payments captured in advance, refunds that no admin asked for."""

import sqlalchemy as sa
from alembic import op

from migrations.online import add_check, build_index

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

PAY_REASONS = (
    "first_payouts",
    "too_fast",
    "new_customers",
    "pair_week",
    "runner_day",
    "unproven",
    "radar",
    "disputes",
)
REFUSE_WHAT_CANNOT_BE_KEPT = """
DO $$ BEGIN
IF EXISTS (SELECT FROM hold WHERE is_advance) OR EXISTS (SELECT FROM refund WHERE origin <> 'admin') THEN
RAISE EXCEPTION 'payments or refunds made at Stripe are recorded, and the schema before 0032 cannot keep them';
END IF; END $$
"""


def upgrade() -> None:
    """Add the columns, and allow what a person at Stripe may do."""
    is_advance = sa.Column("is_advance", sa.Boolean, nullable=False, server_default=sa.text("false"))
    op.add_column("hold", is_advance, if_not_exists=True)
    build_index("hold_advance_idx", "hold", ["order_id"], where=sa.text("is_advance"))
    op.drop_constraint(op.f("hold_captured_is_current_check"), "hold", type_="check")
    add_check("hold_captured_is_current_check", "hold", "status <> 'captured' OR part = 'current' OR is_advance")
    op.add_column("refund", sa.Column("origin", sa.Text, nullable=False, server_default=sa.text("'admin'")))
    op.add_column("refund", sa.Column("from_advance", sa.BigInteger, nullable=False, server_default=sa.text("0")))
    op.alter_column("refund", "runner_id", nullable=True)
    op.alter_column("refund", "asked_by", nullable=True)
    add_check("refund_origin_known_check", "refund", "origin IN ('admin', 'stripe', 'return')")
    add_check("refund_advance_within_check", "refund", "from_advance >= 0 AND from_advance <= amount - runner_amount")
    add_check("refund_asked_by_admin_check", "refund", "(asked_by IS NOT NULL) = (origin = 'admin')")
    add_check("refund_runner_of_part_check", "refund", "runner_amount = 0 OR runner_id IS NOT NULL")
    op.drop_constraint(op.f("review_reason_known_check"), "review", type_="check")
    _allow_reasons((*PAY_REASONS, "reversed"))


def downgrade() -> None:
    """Drop them again. A review of a reversal stays one for want of proof; what no admin did cannot be kept."""
    op.execute(REFUSE_WHAT_CANNOT_BE_KEPT)
    op.drop_constraint(op.f("review_reason_known_check"), "review", type_="check")
    op.execute("UPDATE review SET reason = 'unproven' WHERE reason = 'reversed'")
    _allow_reasons(PAY_REASONS)
    for name in ("runner_of_part", "asked_by_admin", "advance_within", "origin_known"):
        op.drop_constraint(op.f(f"refund_{name}_check"), "refund", type_="check")
    op.alter_column("refund", "asked_by", nullable=False)
    op.alter_column("refund", "runner_id", nullable=False)
    op.drop_column("refund", "from_advance")
    op.drop_column("refund", "origin")
    op.drop_index("hold_advance_idx", table_name="hold")
    op.drop_constraint(op.f("hold_captured_is_current_check"), "hold", type_="check")
    op.create_check_constraint(
        op.f("hold_captured_is_current_check"), "hold", "status <> 'captured' OR part = 'current'"
    )
    op.drop_column("hold", "is_advance")


def _allow_reasons(reasons: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{reason}'" for reason in reasons)
    add_check("review_reason_known_check", "review", f"reason IN ({listed})")
