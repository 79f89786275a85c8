"""What the books lack of a balance transaction follows from the ledger, by the keys of the postings that book it."""

from alembic import op

from migrations.online import build_index, drop_index

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

# What is of others or was settled by hand is subtracted from now on: older rows have it subtracted already.
# An upgrade may have been interrupted behind this, in a release that built the index after it: it is not done twice.
SUBTRACTED_LATER = """
DO $$ BEGIN
IF NOT EXISTS (
  SELECT FROM pg_attribute WHERE attrelid = 'unbooked_movement'::regclass AND attname = 'due' AND NOT attisdropped
) THEN
  ALTER TABLE unbooked_movement ADD COLUMN posting_keys TEXT[] DEFAULT '{}' NOT NULL, ADD COLUMN due BIGINT;
  UPDATE unbooked_movement SET net = net + explained.amount FROM (
    SELECT ledger_txn.stripe_object, sum(ledger_entry.amount) AS amount FROM ledger_entry
    JOIN ledger_txn ON ledger_txn.id = ledger_entry.txn_id JOIN ledger_account ON ledger_account.id = account_id
    WHERE ledger_txn.kind IN ('settled_by_hand', 'foreign') AND starts_with(code, 'stripe_balance:')
    GROUP BY stripe_object
  ) AS explained WHERE explained.stripe_object = movement;
END IF;
END $$
"""
# The release before this one reads `net` as what the books lack.
SUBTRACTED_AGAIN = """
UPDATE unbooked_movement SET net = lacking.amount FROM (
  SELECT movement, CASE WHEN booked IS NULL THEN net WHEN due IS NULL THEN 0 ELSE due - booked END
    - coalesce(explained, 0) AS amount
  FROM (
    SELECT movement, net, due, (
      SELECT sum(ledger_entry.amount) FROM ledger_entry
      JOIN ledger_txn ON ledger_txn.id = ledger_entry.txn_id JOIN ledger_account ON ledger_account.id = account_id
      WHERE posting_key = ANY (posting_keys) AND starts_with(code, 'stripe_balance:')
    ) AS booked, (
      SELECT sum(ledger_entry.amount) FROM ledger_entry
      JOIN ledger_txn ON ledger_txn.id = ledger_entry.txn_id JOIN ledger_account ON ledger_account.id = account_id
      WHERE stripe_object = movement AND ledger_txn.kind IN ('settled_by_hand', 'foreign')
      AND starts_with(code, 'stripe_balance:')
    ) AS explained FROM unbooked_movement
  ) AS sums
) AS lacking WHERE lacking.movement = unbooked_movement.movement
"""


def upgrade() -> None:
    """Add the index by which it is found what a person explained, then what is due."""
    build_index("ledger_txn_object_idx", "ledger_txn", ["stripe_object"])
    op.execute(SUBTRACTED_LATER)


def downgrade() -> None:
    """Drop them; each row keeps what the books lack now."""
    drop_index("ledger_txn_object_idx", "ledger_txn")
    op.execute(SUBTRACTED_AGAIN)
    op.drop_column("unbooked_movement", "due")
    op.drop_column("unbooked_movement", "posting_keys")
