"""Tables of refunds, debts, nettings and disputes."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from domain.payment import CustomerDebtStatus, DisputeStatus, RefundStatus, RunnerDebtStatus
from domain.store.schema.metadata import METADATA, id_column, one_of_check, text_column, timestamp_column

refund = Table(
    "refund",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("runner_id", ForeignKey("person.id"), nullable=False),
    Column("asked_by", ForeignKey("person.id"), nullable=False),
    text_column("status", default=RefundStatus.REQUESTED),
    Column("amount", BigInteger, nullable=False),
    Column("runner_amount", BigInteger, nullable=False),  # the part of the amount that the runner bears
    Column("withheld", BigInteger, nullable=False, server_default=text("0")),
    Column("taken_back", BigInteger, nullable=False, server_default=text("0")),
    text_column("currency"),
    text_column("payment_intent"),
    text_column("refund", nullable=True),
    text_column("transfer", nullable=True),  # the transfer to reverse for the runner's part
    text_column("reversal", nullable=True),
    text_column("reason"),
    text_column("refusal", nullable=True),
    timestamp_column("asked_at", nullable=False, default_now=True),
    timestamp_column("settled_at"),
    UniqueConstraint("refund"),
    UniqueConstraint("reversal"),
    one_of_check("status", RefundStatus),
    CheckConstraint("amount > 0 AND runner_amount >= 0 AND runner_amount <= amount", name="parts"),
    CheckConstraint(
        "withheld >= 0 AND taken_back >= 0 AND withheld + taken_back <= runner_amount", name="runner_amount_divided"
    ),
    CheckConstraint("status NOT IN ('pending', 'succeeded') OR refund IS NOT NULL", name="known"),
)
Index("refund_order_idx", refund.c.order_id)

debt = Table(  # of a runner: their part of a refund that could not be reversed
    "debt",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("refund_id", ForeignKey("refund.id"), nullable=False),
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

dispute = Table(  # amounts in minor units; `withdrawn` and `fee` are what Stripe took from our balance
    "dispute",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    text_column("dispute"),
    text_column("status", default=DisputeStatus.OPEN),
    Column("amount", BigInteger, nullable=False),
    Column("withdrawn", BigInteger, nullable=False, server_default=text("0")),
    Column("fee", BigInteger, nullable=False, server_default=text("0")),
    text_column("currency"),
    text_column("reason"),
    timestamp_column("opened_at", nullable=False, default_now=True),
    timestamp_column("closed_at"),
    UniqueConstraint("dispute"),
    one_of_check("status", DisputeStatus),
    CheckConstraint("amount > 0 AND withdrawn >= 0 AND fee >= 0", name="amounts"),
)
Index("dispute_order_idx", dispute.c.order_id)
