"""Tables of holds and of customers' debts. A hold has no ledger entry, because no money has moved."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from domain.database.metadata import METADATA, id_column, one_of_check, text_column, timestamp_column
from domain.payments.model import CustomerDebtStatus, HoldPart, HoldStatus

customer_debt = Table(  # of a customer: delivered, the hold had lapsed, and the bank declined the charge
    "customer_debt",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("customer_id", ForeignKey("person.id"), nullable=False),
    text_column("status", default=CustomerDebtStatus.OPEN),
    Column("amount", BigInteger, nullable=False),
    text_column("currency"),
    text_column("refusal"),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    timestamp_column("owed_since", nullable=False, default_now=True),
    timestamp_column("ended_at"),
    UniqueConstraint("order_id"),
    one_of_check("status", CustomerDebtStatus),
    CheckConstraint("amount > 0", name="amount_positive"),
    CheckConstraint("(status = 'open') = (ended_at IS NULL)", name="ended_by_status"),
)


Index(
    "customer_debt_open",
    customer_debt.c.campus_id,
    customer_debt.c.customer_id,
    postgresql_where=text("status = 'open'"),
)
Index("customer_debt_open_anywhere", customer_debt.c.customer_id, postgresql_where=text("status = 'open'"))


hold = Table(
    "hold",
    METADATA,
    id_column(),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("saga_id", Uuid, nullable=False),  # the saga that called Stripe for it
    text_column("status"),
    Column("amount", BigInteger, nullable=False),
    text_column("currency"),
    text_column("payment_intent", nullable=True),
    text_column("charge", nullable=True),
    Column("captured", BigInteger, nullable=False, server_default=text("0")),
    timestamp_column("capture_before"),
    text_column("approval_url", nullable=True),
    text_column("refusal", nullable=True),
    timestamp_column("made_at"),
    text_column("part", default=HoldPart.CURRENT),
    text_column("card_fingerprint", nullable=True),  # Stripe's, the same for one card number whoever has it
    text_column("risk_level", nullable=True),  # Radar's words from here on
    Column("risk_score", Integer),
    text_column("outcome_type", nullable=True),
    text_column("network_status", nullable=True),
    text_column("seller_message", nullable=True),
    Column("is_advance", Boolean, nullable=False, server_default=text("false")),  # captured by a person at Stripe
    UniqueConstraint("payment_intent"),
    UniqueConstraint("saga_id"),
    one_of_check("status", HoldStatus),
    one_of_check("part", HoldPart),
    CheckConstraint("captured >= 0 AND captured <= amount", name="captured_within"),
    CheckConstraint("(captured > 0) = (status = 'captured')", name="captured_by_status"),
    CheckConstraint("status NOT IN ('held', 'captured', 'approval') OR payment_intent IS NOT NULL", name="known"),
    CheckConstraint("status <> 'captured' OR part = 'current' OR is_advance", name="captured_is_current"),
)
Index("hold_one_current", hold.c.order_id, unique=True, postgresql_where=text("part = 'current'"))
Index("hold_one_replacement", hold.c.order_id, unique=True, postgresql_where=text("part = 'replacement'"))
Index("hold_order_idx", hold.c.order_id)
Index("hold_charge_idx", hold.c.charge)
Index("hold_made_idx", hold.c.made_at, postgresql_where=text("made_at IS NOT NULL"))
Index("hold_live", hold.c.order_id, postgresql_where=text("status IN ('requested', 'approval', 'held')"))
Index("hold_advance_idx", hold.c.order_id, postgresql_where=text("is_advance"))
Index("hold_card_idx", hold.c.card_fingerprint, postgresql_where=text("card_fingerprint IS NOT NULL"))


stripe_platform = Table(  # one row: whose ids at Stripe the other rows hold
    "stripe_platform",
    METADATA,
    Column("id", Integer, primary_key=True, server_default=text("1")),
    Column("is_live", Boolean, nullable=False),
    text_column("account", nullable=True),  # null until Stripe said it
    text_column("country", nullable=True),
    timestamp_column("noted_at", nullable=False, default_now=True),
    CheckConstraint("id = 1", name="one_row"),
)
