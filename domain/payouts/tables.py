"""Tables of payables, and of runners' debts and their netting."""

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
    text,
)

from domain.database.metadata import METADATA, id_column, one_of_check, text_column, timestamp_column
from domain.orders.sagas.pay_delay import PayDelay
from domain.payouts.model import PayoutStatus, RunnerDebtStatus

payable = Table(
    "payable",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("runner_id", ForeignKey("person.id"), nullable=False),
    text_column("status", default=PayoutStatus.OPEN),
    Column("amount", BigInteger, nullable=False),
    text_column("currency"),
    text_column("charge", nullable=True),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    text_column("transfer", nullable=True),
    text_column("refusal", nullable=True),
    timestamp_column("booked_at", nullable=False, default_now=True),
    timestamp_column("paid_at"),
    Column("withheld", BigInteger, nullable=False, server_default=text("0")),
    Column("sent", BigInteger, nullable=False, server_default=text("0")),
    Column("frozen", Boolean, nullable=False, server_default=text("false")),
    Column("netted", BigInteger, nullable=False, server_default=text("0")),
    timestamp_column("held_until"),
    text_column("held_for", nullable=True),
    UniqueConstraint("order_id"),
    UniqueConstraint("transfer"),
    one_of_check("status", PayoutStatus),
    one_of_check("held_for", PayDelay),
    CheckConstraint("(held_until IS NULL) = (held_for IS NULL)", name="held_for_a_reason"),
    CheckConstraint("amount > 0", name="amount_positive"),
    CheckConstraint("(status = 'paid') = (transfer IS NOT NULL)", name="paid_by_transfer"),
    CheckConstraint(
        "withheld >= 0 AND sent >= 0 AND netted >= 0 AND withheld + sent + netted <= amount", name="divided"
    ),
)


Index("payable_open", payable.c.runner_id, postgresql_where=text("status = 'open'"))


Index("payable_sending", payable.c.order_id, postgresql_where=text("status = 'sending'"))


Index(
    "payable_held",
    payable.c.held_until,
    postgresql_where=text("held_until IS NOT NULL AND status = 'open'"),
)


Index("payable_booked_idx", payable.c.booked_at)
Index("payable_campus_idx", payable.c.campus_id, payable.c.id)
Index("payable_runner_idx", payable.c.runner_id, payable.c.campus_id)


Index("payable_paid_idx", payable.c.paid_at, postgresql_where=text("paid_at IS NOT NULL"))


debt = Table(  # of a runner: their part of a refund that could not be reversed
    "debt",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("refund_id", BigInteger, nullable=False),
    Column("runner_id", ForeignKey("person.id"), nullable=False),
    text_column("status", default=RunnerDebtStatus.OPEN),
    Column("amount", BigInteger, nullable=False),
    text_column("currency"),
    text_column("refusal"),
    timestamp_column("owed_since", nullable=False, default_now=True),
    timestamp_column("ended_at"),
    Column("netted", BigInteger, nullable=False, server_default=text("0")),
    UniqueConstraint("refund_id"),
    one_of_check("status", RunnerDebtStatus),
    CheckConstraint("amount > 0", name="amount_positive"),
    CheckConstraint("netted >= 0 AND netted <= amount", name="netted_within"),
    CheckConstraint("status <> 'netted' OR netted = amount", name="netted_in_full"),
)


Index("debt_open", debt.c.campus_id, postgresql_where=text("status = 'open'"))


netting = Table(  # the part of a payout that paid a debt; it is owed again when the debt becomes void
    "netting",
    METADATA,
    id_column(),
    Column("debt_id", ForeignKey("debt.id"), nullable=False),
    Column("payable_id", ForeignKey("payable.id"), nullable=False),
    Column("amount", BigInteger, nullable=False),
    timestamp_column("netted_at", nullable=False, default_now=True),
    CheckConstraint("amount > 0", name="amount_positive"),
)


Index("netting_debt_idx", netting.c.debt_id)


Index("netting_payable_idx", netting.c.payable_id)
