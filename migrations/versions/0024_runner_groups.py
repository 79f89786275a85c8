"""Runners who may take no jobs leave the runner group; one who is suspended for money is so on every campus."""

import sqlalchemy as sa
from alembic import op

from migrations.online import add_check

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NOW = sa.text("now()")
DUE = sa.text("status = 'due'")


def upgrade() -> None:
    """Create the table of removals, and let a restriction be a suspension."""
    op.create_table(
        "group_removal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'due'"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="group_removal_pkey"),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name="group_removal_campus_id_fkey"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="group_removal_person_id_fkey"),
        sa.CheckConstraint(
            "status IN ('due', 'done', 'refused', 'void')", name=op.f("group_removal_status_known_check")
        ),
        sa.CheckConstraint("(status = 'due') = (ended_at IS NULL)", name=op.f("group_removal_ended_by_status_check")),
    )
    op.create_index("group_removal_due", "group_removal", ["campus_id", "person_id"], unique=True, postgresql_where=DUE)
    _set_kinds("'bar', 'limit', 'suspension'")


def downgrade() -> None:
    """Drop the table. The former release knows no suspension of this kind: a runner's status stays as it is."""
    op.drop_table("group_removal")
    op.execute("DELETE FROM restriction WHERE kind = 'suspension'")
    _set_kinds("'bar', 'limit'")


def _set_kinds(kinds: str) -> None:
    name = op.f("restriction_kind_known_check")
    op.drop_constraint(name, "restriction", type_="check")
    add_check(name, "restriction", f"kind IN ({kinds})")
