"""Indexes over all rows, not only the open ones: timers, holds and cases by order, holds by charge, sagas by person.

A card asks which deadlines of its order have passed, a basket whether it is being ordered: each read a whole table. And
a statement whose status is a parameter can't use an index of one status in a plan made for all parameters: Postgres
then planned the statement of a card anew each time it was drawn.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEXES = (
    ("timer_order_idx", "timer", ["order_id", "kind"]),
    ("hold_order_idx", "hold", ["order_id"]),
    ("hold_charge_idx", "hold", ["charge"]),
    ("saga_person_idx", "saga", ["person_id", "kind"]),
    ("problem_case_order_idx", "problem_case", ["order_id"]),
)


def upgrade() -> None:
    """Make them."""
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    """Drop them."""
    for name, table, _ in INDEXES:
        op.drop_index(name, table_name=table)
