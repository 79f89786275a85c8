"""A question that the bot asked is a row: what it is about, and how it was settled."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; what was asked before stays as it is."""
    op.create_table(
        "question",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("notification_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_admin", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("question_campus_id_fkey")),
        sa.ForeignKeyConstraint(["notification_id"], ["notification.id"], name=op.f("question_notification_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("question_pkey")),
        sa.UniqueConstraint("notification_id", name=op.f("question_notification_id_key")),
    )
    op.create_index("question_open", "question", ["about"], postgresql_where=sa.text("event IS NULL"))
    op.create_index("question_due", "question", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))


def downgrade() -> None:
    """Drop it."""
    op.drop_table("question")
