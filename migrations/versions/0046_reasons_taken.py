"""A question for the reason of an admin's act is answered once."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; a question that was answered before has no buttons any more."""
    op.create_table(
        "reason_taken",
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("reason_taken_campus_id_fkey")),
        sa.PrimaryKeyConstraint("campus_id", "chat_id", "message_id", name=op.f("reason_taken_pkey")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("reason_taken")
