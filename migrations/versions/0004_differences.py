"""Reconciliation: how far Stripe's lists were read, and what differed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ZERO = sa.text("0")
NOW = sa.text("now()")
KINDS = (
    "'unknown_intent', 'unknown_transfer', 'unknown_refund', 'late_intent', 'late_transfer', 'hold_elsewhere',"
    " 'payout_alone', 'not_booked', 'amount_differs', 'balance_differs'"
)


def upgrade() -> None:
    """Two tables."""
    create_reading()
    create_difference()


def downgrade() -> None:
    """Take them away."""
    op.drop_table("difference")
    op.drop_table("reading")


def create_reading() -> None:
    op.create_table(
        "reading",
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("seen_until", sa.BigInteger(), nullable=True),
        sa.Column("newest", sa.BigInteger(), nullable=True),
        sa.Column("held_back", sa.BigInteger(), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), server_default=ZERO, nullable=False),
        sa.Column("failures", sa.Integer(), server_default=ZERO, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("task", name=op.f("reading_pkey")),
    )
    op.create_index("reading_due", "reading", ["due_at"])


def create_difference() -> None:
    settled = "status <> 'settled' OR (ended_by IS NOT NULL AND reason IS NOT NULL)"
    op.create_table(
        "difference",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("ours", sa.BigInteger(), nullable=True),
        sa.Column("theirs", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("told", sa.Integer(), server_default=ZERO, nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("look_wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_for", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("difference_kind_known_check")),
        sa.CheckConstraint(
            "status IN ('open', 'gone', 'mended', 'settled')", name=op.f("difference_status_known_check")
        ),
        sa.CheckConstraint("(status = 'open') = (ended_at IS NULL)", name=op.f("difference_ended_by_status_check")),
        sa.CheckConstraint(settled, name=op.f("difference_settled_by_check")),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("difference_campus_id_fkey")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("difference_ended_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("difference_pkey")),
        sa.UniqueConstraint("kind", "subject", name=op.f("difference_kind_subject_key")),
    )
    still_open = sa.text("status = 'open'")
    op.create_index("difference_open", "difference", ["campus_id"], postgresql_where=still_open)
    wanted = sa.text("look_wanted_at IS NOT NULL")
    op.create_index("difference_wanted", "difference", ["look_wanted_at"], postgresql_where=wanted)
