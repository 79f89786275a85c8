"""The last answer of each person: a change of its message, or the rest of its album, belongs to it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "last_answer",
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False, server_default=""),
        sa.Column("pending_input", sa.Text(), nullable=True),
        sa.Column("subject", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("album", sa.Text(), nullable=True),
        sa.Column("photos", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("refused", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("draft_version", sa.Integer(), nullable=True),
        sa.Column("draft_before", JSONB(), nullable=False, server_default="{}"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("last_answer_campus_id_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("last_answer_person_id_fkey")),
        sa.PrimaryKeyConstraint("campus_id", "person_id", name=op.f("last_answer_pkey")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("last_answer")
