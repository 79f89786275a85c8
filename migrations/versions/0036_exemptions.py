"""A campus may lift for itself alone what another one decided because of money."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table: on these campuses a restriction does not hold."""
    op.create_table(
        "exemption",
        sa.Column("restriction_id", sa.BigInteger(), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("restriction_id", "campus_id", name="exemption_pkey"),
        sa.ForeignKeyConstraint(["restriction_id"], ["restriction.id"], name="exemption_restriction_id_fkey"),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name="exemption_campus_id_fkey"),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="exemption_made_by_fkey"),
    )


def downgrade() -> None:
    """Drop it: the former release lets what was decided hold everywhere."""
    op.drop_table("exemption")
