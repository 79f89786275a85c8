"""Tables of the double-entry ledger: append-only, balanced by the triggers beside them."""

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

from domain.ledger import AccountKind
from domain.store.schema.metadata import METADATA, moment, number, one_of, words

ledger_account = Table(
    "ledger_account",
    METADATA,
    number(),
    words("code"),
    words("kind"),
    words("currency"),
    Column("owner", ForeignKey("person.id")),
    UniqueConstraint("code"),
    UniqueConstraint("id", "currency"),
    one_of("kind", AccountKind),
)

ledger_txn = Table(
    "ledger_txn",
    METADATA,
    number(),
    words("posting_key"),
    words("kind"),
    Column("order_id", ForeignKey("orders.id")),
    words("stripe_object"),
    moment("created_at", nullable=False, default_now=True),
    UniqueConstraint("posting_key"),
)
Index("ledger_txn_created_idx", ledger_txn.c.created_at)
Index("ledger_txn_order_idx", ledger_txn.c.order_id)

ledger_entry = Table(  # amount: + debit, - credit, minor units
    "ledger_entry",
    METADATA,
    Column("txn_id", ForeignKey("ledger_txn.id"), nullable=False),
    Column("line", SmallInteger, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    words("currency"),
    Column("amount", BigInteger, nullable=False),
    PrimaryKeyConstraint("txn_id", "line"),
    ForeignKeyConstraint(["account_id", "currency"], ["ledger_account.id", "ledger_account.currency"]),
    CheckConstraint("amount <> 0", name="amount_moves"),
)
