"""The groups that a bot is in without working there, and what strangers were told last.

A group that the bot was in before this release gets its row when somebody writes a command there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "unbound_group",
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.BigInteger()),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("leave_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name="unbound_group_campus_id_fkey"),
        sa.PrimaryKeyConstraint("campus_id", "chat_id", name="unbound_group_pkey"),
    )
    op.create_index("unbound_group_due", "unbound_group", ["leave_at"])
    op.create_table(
        "stranger_reply",
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name="stranger_reply_campus_id_fkey"),
        sa.PrimaryKeyConstraint("campus_id", "person_id", "kind", name="stranger_reply_pkey"),
        sa.CheckConstraint("kind IN ('admission', 'wrong_link')", name=op.f("stranger_reply_kind_known_check")),
    )


def downgrade() -> None:
    """Drop the two tables."""
    op.drop_table("stranger_reply")
    op.drop_table("unbound_group")
