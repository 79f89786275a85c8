"""What customers owe: orders that were delivered, whose hold had lapsed and whose charge was declined."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def upgrade() -> None:
    """One table."""
    op.create_table(
        "customer_debt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("owed_since", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('open', 'paid', 'let_go')", name=op.f("customer_debt_status_known_check")),
        sa.CheckConstraint("amount > 0", name=op.f("customer_debt_amount_positive_check")),
        sa.CheckConstraint("(status = 'open') = (ended_at IS NULL)", name=op.f("customer_debt_ended_by_status_check")),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("customer_debt_campus_id_fkey")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("customer_debt_order_id_fkey")),
        sa.ForeignKeyConstraint(["customer_id"], ["person.id"], name=op.f("customer_debt_customer_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("customer_debt_pkey")),
        sa.UniqueConstraint("order_id", name=op.f("customer_debt_order_id_key")),
    )
    still_open = sa.text("status = 'open'")
    op.create_index("customer_debt_open", "customer_debt", ["campus_id", "customer_id"], postgresql_where=still_open)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("customer_debt")
