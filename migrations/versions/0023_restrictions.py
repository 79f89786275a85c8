"""People may be barred or limited, with an end: by a campus, and for money on every campus of the deployment."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NOW = sa.text("now()")
ACTIVE = sa.text("status = 'active'")
ENDING = sa.text("status = 'active' AND until IS NOT NULL AND end_told_at IS NULL")


def upgrade() -> None:
    """Create the table, and the indexes by which the restrictions of a person and those that ended are found."""
    op.create_table(
        "restriction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'proposed'"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("daily_sum", sa.BigInteger()),
        sa.Column("currency", sa.Text()),
        sa.Column("open_orders", sa.Integer()),
        sa.Column("decided_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("lifted_by", sa.BigInteger()),
        sa.Column("lifted_at", sa.DateTime(timezone=True)),
        sa.Column("end_told_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="restriction_pkey"),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name="restriction_campus_id_fkey"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="restriction_person_id_fkey"),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name="restriction_decided_by_fkey"),
        sa.ForeignKeyConstraint(["lifted_by"], ["person.id"], name="restriction_lifted_by_fkey"),
        *(sa.CheckConstraint(rule, name=op.f(f"restriction_{name}_check")) for name, rule in CHECKS),
    )
    op.create_index("restriction_active", "restriction", ["person_id"], postgresql_where=ACTIVE)
    op.create_index("restriction_ending", "restriction", ["until"], postgresql_where=ENDING)


CHECKS = (
    ("kind_known", "kind IN ('bar', 'limit')"),
    ("reason_known", "reason IN ('money', 'conduct')"),
    ("status_known", "status IN ('proposed', 'active', 'lifted')"),
    ("limits_by_kind", "(kind = 'limit') = (daily_sum IS NOT NULL OR open_orders IS NOT NULL)"),
    ("limits_positive", "daily_sum >= 0 AND open_orders >= 0"),
    ("sum_with_currency", "(daily_sum IS NULL) = (currency IS NULL)"),
    ("lifted_by_status", "(status = 'lifted') = (lifted_at IS NOT NULL)"),
    ("lifted_by_someone", "(lifted_by IS NULL) = (lifted_at IS NULL)"),
)


def downgrade() -> None:
    """Drop the table: the former release restricts nobody."""
    op.drop_table("restriction")
