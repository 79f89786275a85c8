"""What a runner owes is kept of what she earns later."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ZERO = sa.text("0")
DIVIDED = "withheld >= 0 AND sent >= 0 AND withheld + sent <= amount"
DIVIDED_IN_FOUR = "withheld >= 0 AND sent >= 0 AND netted >= 0 AND withheld + sent + netted <= amount"


def upgrade() -> None:
    """Two sums, and a table of what was kept of which pay-out for which debt."""
    op.add_column("payable", sa.Column("netted", sa.BigInteger(), server_default=ZERO, nullable=False))
    op.add_column("debt", sa.Column("netted", sa.BigInteger(), server_default=ZERO, nullable=False))
    check("payable", "divided", DIVIDED_IN_FOUR, again=True)
    check("debt", "status_known", "status IN ('open', 'let_go', 'void', 'netted')", again=True)
    check("debt", "netted_within", "netted >= 0 AND netted <= amount")
    check("debt", "netted_in_full", "status <> 'netted' OR netted = amount")
    op.create_table(
        "netting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("debt_id", sa.BigInteger(), nullable=False),
        sa.Column("payable_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("netted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("netting_amount_positive_check")),
        sa.ForeignKeyConstraint(["debt_id"], ["debt.id"], name=op.f("netting_debt_id_fkey")),
        sa.ForeignKeyConstraint(["payable_id"], ["payable.id"], name=op.f("netting_payable_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("netting_pkey")),
    )
    op.create_index("netting_debt_idx", "netting", ["debt_id"])
    op.create_index("netting_payable_idx", "netting", ["payable_id"])


def downgrade() -> None:
    """What was kept counts as withheld, and a debt that was paid so as let go: nobody is asked for it again."""
    op.drop_table("netting")
    for name in ("netted_in_full", "netted_within"):
        op.drop_constraint(f"debt_{name}_check", "debt")
    op.drop_constraint("payable_divided_check", "payable")
    op.execute("UPDATE payable SET withheld = withheld + netted")
    op.execute("UPDATE debt SET status = 'let_go' WHERE status = 'netted'")
    op.drop_column("debt", "netted")
    op.drop_column("payable", "netted")
    check("payable", "divided", DIVIDED)
    check("debt", "status_known", "status IN ('open', 'let_go', 'void')", again=True)


def check(table: str, name: str, condition: str, *, again: bool = False) -> None:
    full = f"{table}_{name}_check"
    if again:
        op.drop_constraint(full, table)
    op.create_check_constraint(op.f(full), table, condition)
