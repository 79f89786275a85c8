"""Tables of the double-entry ledger. Triggers keep them append-only and balanced."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    UniqueConstraint,
)

from domain.database.metadata import METADATA, id_column, one_of_check, text_column, timestamp_column
from domain.ledger.accounts import LedgerAccountKind

ledger_account = Table(
    "ledger_account",
    METADATA,
    id_column(),
    text_column("code"),
    text_column("kind"),
    text_column("currency"),
    Column("owner", ForeignKey("person.id")),
    UniqueConstraint("code"),
    UniqueConstraint("id", "currency"),
    one_of_check("kind", LedgerAccountKind),
)

ledger_txn = Table(
    "ledger_txn",
    METADATA,
    id_column(),
    text_column("posting_key"),
    text_column("kind"),
    Column("order_id", ForeignKey("orders.id")),
    text_column("stripe_object"),
    timestamp_column("created_at", nullable=False, default_now=True),
    UniqueConstraint("posting_key"),
)
Index("ledger_txn_created_idx", ledger_txn.c.created_at)
Index("ledger_txn_order_idx", ledger_txn.c.order_id)
Index("ledger_txn_object_idx", ledger_txn.c.stripe_object)

ledger_entry = Table(  # amount in minor units: positive is debit, negative is credit
    "ledger_entry",
    METADATA,
    Column("txn_id", ForeignKey("ledger_txn.id"), nullable=False),
    Column("line", SmallInteger, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    text_column("currency"),
    Column("amount", BigInteger, nullable=False),
    PrimaryKeyConstraint("txn_id", "line"),
    ForeignKeyConstraint(["account_id", "currency"], ["ledger_account.id", "ledger_account.currency"]),
    CheckConstraint("amount <> 0", name="amount_moves"),
)
