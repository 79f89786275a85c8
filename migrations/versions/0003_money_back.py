"""Money that goes back: refunds, what runners owe for them, disputes; payables withheld, sent in part, or frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ZERO = sa.text("0")
NOW = sa.text("now()")


def upgrade() -> None:
    """Add; what was paid before was sent in full."""
    op.add_column("payable", sa.Column("withheld", sa.BigInteger(), server_default=ZERO, nullable=False))
    op.add_column("payable", sa.Column("sent", sa.BigInteger(), server_default=ZERO, nullable=False))
    op.add_column("payable", sa.Column("frozen", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute("UPDATE payable SET sent = amount WHERE status = 'paid'")
    op.create_check_constraint(
        op.f("payable_divided_check"), "payable", "withheld >= 0 AND sent >= 0 AND withheld + sent <= amount"
    )
    change_payout_statuses("'open', 'sending', 'paid', 'annulled'")
    create_refund()
    create_debt()
    create_dispute()


def downgrade() -> None:
    """Take it away again; IntegrityError while a pay-out is annulled."""
    op.drop_table("dispute")
    op.drop_table("debt")
    op.drop_table("refund")
    change_payout_statuses("'open', 'sending', 'paid'")
    op.drop_constraint("payable_divided_check", "payable")
    for column in ("frozen", "sent", "withheld"):
        op.drop_column("payable", column)


def change_payout_statuses(known: str) -> None:
    op.drop_constraint("payable_status_known_check", "payable")
    op.create_check_constraint(op.f("payable_status_known_check"), "payable", f"status IN ({known})")


def create_refund() -> None:
    whole = "amount > 0 AND hers >= 0 AND hers <= amount"
    hers = "withheld >= 0 AND taken_back >= 0 AND withheld + taken_back <= hers"
    known = "status NOT IN ('pending', 'succeeded') OR refund IS NOT NULL"
    statuses = "status IN ('requested', 'pending', 'succeeded', 'failed')"
    op.create_table(
        "refund",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("runner_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'requested'"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("hers", sa.BigInteger(), nullable=False),
        sa.Column("withheld", sa.BigInteger(), server_default=ZERO, nullable=False),
        sa.Column("taken_back", sa.BigInteger(), server_default=ZERO, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("payment_intent", sa.Text(), nullable=False),
        sa.Column("refund", sa.Text(), nullable=True),
        sa.Column("transfer", sa.Text(), nullable=True),
        sa.Column("reversal", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(statuses, name=op.f("refund_status_known_check")),
        sa.CheckConstraint(whole, name=op.f("refund_parts_check")),
        sa.CheckConstraint(hers, name=op.f("refund_hers_divided_check")),
        sa.CheckConstraint(known, name=op.f("refund_known_check")),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("refund_campus_id_fkey")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("refund_order_id_fkey")),
        sa.ForeignKeyConstraint(["runner_id"], ["person.id"], name=op.f("refund_runner_id_fkey")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("refund_asked_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("refund_pkey")),
        sa.UniqueConstraint("refund", name=op.f("refund_refund_key")),
        sa.UniqueConstraint("reversal", name=op.f("refund_reversal_key")),
    )
    op.create_index("refund_order_idx", "refund", ["order_id"])


def create_debt() -> None:
    op.create_table(
        "debt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=False),
        sa.Column("runner_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("owed_since", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('open', 'let_go', 'void')", name=op.f("debt_status_known_check")),
        sa.CheckConstraint("amount > 0", name=op.f("debt_amount_positive_check")),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("debt_campus_id_fkey")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("debt_order_id_fkey")),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("debt_refund_id_fkey")),
        sa.ForeignKeyConstraint(["runner_id"], ["person.id"], name=op.f("debt_runner_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("debt_pkey")),
        sa.UniqueConstraint("refund_id", name=op.f("debt_refund_id_key")),
    )
    op.create_index("debt_open", "debt", ["campus_id"], postgresql_where=sa.text("status = 'open'"))


def create_dispute() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("dispute", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), server_default=ZERO, nullable=False),
        sa.Column("fee", sa.BigInteger(), server_default=ZERO, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('open', 'won', 'lost')", name=op.f("dispute_status_known_check")),
        sa.CheckConstraint("amount > 0 AND withdrawn >= 0 AND fee >= 0", name=op.f("dispute_amounts_check")),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("dispute_campus_id_fkey")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("dispute_order_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("dispute_pkey")),
        sa.UniqueConstraint("dispute", name=op.f("dispute_dispute_key")),
    )
    op.create_index("dispute_order_idx", "dispute", ["order_id"])
