"""What the books lack of a balance transaction follows from the ledger, by the keys of the postings that book it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.online import build_index, drop_index

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

# What is of others or was settled by hand is subtracted from now on: older rows have it subtracted already.
SUBTRACTED_LATER = """
UPDATE unbooked_movement SET net = net {sign} explained.amount FROM (
  SELECT ledger_txn.stripe_object, sum(ledger_entry.amount) AS amount FROM ledger_entry
  JOIN ledger_txn ON ledger_txn.id = ledger_entry.txn_id JOIN ledger_account ON ledger_account.id = account_id
  WHERE ledger_txn.kind IN ('settled_by_hand', 'foreign') AND starts_with(code, 'stripe_balance:')
  GROUP BY stripe_object
) AS explained WHERE explained.stripe_object = movement
"""


def upgrade() -> None:
    """Add what is due, and the index by which it is found what a person explained."""
    keys: sa.Column[list[str]] = sa.Column(
        "posting_keys", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
    )
    op.add_column("unbooked_movement", keys)
    op.add_column("unbooked_movement", sa.Column("due", sa.BigInteger(), nullable=True))
    op.execute(SUBTRACTED_LATER.format(sign="+"))
    build_index("ledger_txn_object_idx", "ledger_txn", ["stripe_object"])


def downgrade() -> None:
    """Drop them; rows of what the books have by now stay, and tell of the whole amount until it is compared again."""
    drop_index("ledger_txn_object_idx", "ledger_txn")
    op.execute(SUBTRACTED_LATER.format(sign="-"))
    op.drop_column("unbooked_movement", "due")
    op.drop_column("unbooked_movement", "posting_keys")
