"""What Stripe converted lacks in two currencies: in its own, and, the other way round, in that of the books."""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

CONVERTED = """
FROM discrepancy, orders WHERE discrepancy.id = unbooked_movement.discrepancy_id AND discrepancy.kind = 'other_currency'
AND orders.id = discrepancy.order_id AND orders.currency <> unbooked_movement.currency
"""
NEVER_CAME = f"""
INSERT INTO unbooked_movement (movement, discrepancy_id, net, currency, posting_keys, due)
SELECT movement || ':' || orders.currency, discrepancy_id, 0, orders.currency, posting_keys, 0
{CONVERTED.replace("FROM", "FROM unbooked_movement,", 1)}
"""
CAME = f"UPDATE unbooked_movement SET posting_keys = '{{}}', due = NULL {CONVERTED}"
# What was settled before was not booked: it is asked again.
REOPEN = """
UPDATE discrepancy SET status = 'open', ended_at = NULL, ended_by = NULL, reason = NULL, told = 0
WHERE kind = 'other_currency' AND status = 'settled'
"""


def upgrade() -> None:
    """Keep both."""
    op.execute(NEVER_CAME)
    op.execute(CAME)
    op.execute(REOPEN)


def downgrade() -> None:
    """Keep what came alone, and the keys by which the release before found what is booked of it."""
    op.execute(
        "UPDATE unbooked_movement SET posting_keys = part.posting_keys FROM unbooked_movement AS part"
        " WHERE part.movement LIKE unbooked_movement.movement || ':%'"
    )
    op.execute("DELETE FROM unbooked_movement WHERE movement LIKE '%:%'")
