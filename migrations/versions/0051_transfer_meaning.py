"""An admin who settles an unknown transfer says whether it paid the runner: until then it keeps the pay back."""

import sqlalchemy as sa
from alembic import op

from migrations.online import add_check

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

KNOWN = "discrepancy_meaning_known_check"
# What was settled before said nothing: it is asked again where it keeps pay back, or may.
REOPEN = """
UPDATE discrepancy SET status = 'open', ended_at = NULL, ended_by = NULL, reason = NULL, told = 0
WHERE kind = 'unknown_transfer' AND status = 'settled' AND EXISTS (
  SELECT FROM orders LEFT JOIN payable ON payable.order_id = orders.id
  WHERE orders.id = discrepancy.order_id AND orders.placed_at <= discrepancy.first_seen
  AND (payable.status IN ('open', 'sending')
       OR payable.id IS NULL AND orders.status NOT IN ('COMPLETED', 'CANCELLED', 'EXPIRED'))
)
"""
OTHER = "UPDATE discrepancy SET meaning = 'other' WHERE kind = 'unknown_transfer' AND status = 'settled'"


def upgrade() -> None:
    """Add what they say."""
    op.add_column("discrepancy", sa.Column("meaning", sa.Text(), nullable=True))
    add_check(KNOWN, "discrepancy", "meaning IN ('pay', 'other')")
    op.execute(REOPEN)
    op.execute(OTHER)


def downgrade() -> None:
    """Forget it: a settled transfer keeps the pay back once more."""
    op.drop_constraint(op.f(KNOWN), "discrepancy", type_="check")
    op.drop_column("discrepancy", "meaning")
