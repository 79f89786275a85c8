"""Photos that proved something: one photo proves one thing about one order."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table. The unique ids of earlier photos were not kept."""
    op.create_table(
        "sent_photo",
        sa.Column("unique_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("unique_id", name="sent_photo_pkey"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="sent_photo_order_id_fkey"),
        sa.CheckConstraint("use IN ('receipt', 'left_food', 'problem')", name=op.f("sent_photo_use_known_check")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("sent_photo")
