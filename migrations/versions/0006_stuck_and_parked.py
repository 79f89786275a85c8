"""A stuck saga may be ended by a person who settled it elsewhere; what always fails is parked in a table of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEFORE = ("'running', 'turning', 'done', 'undone', 'stuck'", "'done', 'undone'")
AFTER = ("'running', 'turning', 'done', 'undone', 'stuck', 'resolved'", "'done', 'undone', 'resolved'")

PARKED_UPDATES = """
INSERT INTO parked (campus_id, kind, subject, shown, tries, error, parked_at)
SELECT campus_id, 'update', campus_id || ':' || update_id, 'update', tries, coalesce(error, ''), received_at
  FROM telegram_update WHERE parked
"""
GIVEN_UP_EVENTS = """
INSERT INTO parked (campus_id, kind, subject, shown, tries, error, parked_at)
SELECT first.id, 'event', event.id, event.type || ' ' || event.id, event.tries, coalesce(event.error, ''), received_at
  FROM stripe_event AS event, (SELECT min(id) AS id FROM campus) AS first
 WHERE event.tries >= 5 AND event.handled_at IS NOT NULL AND first.id IS NOT NULL
"""


def upgrade() -> None:
    """One more status, which is an end; a table, and what was given up before it was there."""
    allow(*AFTER)
    op.add_column("timer", sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False))
    create_parked()
    op.execute(PARKED_UPDATES)
    op.execute(GIVEN_UP_EVENTS)


def downgrade() -> None:
    """What was resolved counts as undone: neither runs again. What was parked stays given up."""
    op.drop_table("parked")
    op.drop_column("timer", "tries")
    op.drop_constraint("saga_ended_by_status_check", "saga")
    op.execute("UPDATE saga SET status = 'undone' WHERE status = 'resolved'")
    allow(*BEFORE, there=False)


def allow(known: str, ended: str, *, there: bool = True) -> None:
    if there:
        op.drop_constraint("saga_ended_by_status_check", "saga")
    op.drop_constraint("saga_status_known_check", "saga")
    op.create_check_constraint(op.f("saga_status_known_check"), "saga", f"status IN ({known})")
    op.create_check_constraint(
        op.f("saga_ended_by_status_check"), "saga", f"(status IN ({ended})) = (ended_at IS NOT NULL)"
    )


def create_parked() -> None:
    dropped = "outcome <> 'dropped' OR (ended_by IS NOT NULL AND reason IS NOT NULL)"
    kinds = "'update', 'event', 'push', 'card', 'timer'"
    op.create_table(
        "parked",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f("parked_kind_known_check")),
        sa.CheckConstraint("outcome IN ('tried', 'dropped', 'gone')", name=op.f("parked_outcome_known_check")),
        sa.CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name=op.f("parked_ended_by_outcome_check")),
        sa.CheckConstraint(dropped, name=op.f("parked_dropped_by_check")),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("parked_campus_id_fkey")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("parked_order_id_fkey")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("parked_ended_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("parked_pkey")),
        sa.UniqueConstraint("kind", "subject", name=op.f("parked_kind_subject_key")),
    )
    op.create_index("parked_open", "parked", ["campus_id"], postgresql_where=sa.text("ended_at IS NULL"))
