"""Tables of refunds and disputes."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from domain.database.metadata import METADATA, id_column, one_of_check, text_column, timestamp_column
from domain.refunds.model import DisputeStage, DisputeStatus, RefundOrigin, RefundStatus

refund = Table(
    "refund",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("runner_id", ForeignKey("person.id")),  # NULL: the order had none
    Column("asked_by", ForeignKey("person.id")),  # NULL: no admin of ours
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
    text_column("origin", default=RefundOrigin.ADMIN),
    Column("from_advance", BigInteger, nullable=False, server_default=text("0")),  # of the platform's part
    UniqueConstraint("refund"),
    UniqueConstraint("reversal"),
    one_of_check("status", RefundStatus),
    one_of_check("origin", RefundOrigin),
    CheckConstraint("amount > 0 AND runner_amount >= 0 AND runner_amount <= amount", name="parts"),
    CheckConstraint(
        "withheld >= 0 AND taken_back >= 0 AND withheld + taken_back <= runner_amount", name="runner_amount_divided"
    ),
    CheckConstraint("from_advance >= 0 AND from_advance <= amount - runner_amount", name="advance_within"),
    CheckConstraint("(asked_by IS NOT NULL) = (origin = 'admin')", name="asked_by_admin"),
    CheckConstraint("runner_amount = 0 OR runner_id IS NOT NULL", name="runner_of_part"),
    CheckConstraint("status NOT IN ('pending', 'succeeded') OR refund IS NOT NULL", name="known"),
)
Index("refund_order_idx", refund.c.order_id)
Index("refund_asked_idx", refund.c.asked_at)
Index("refund_pending", refund.c.campus_id, postgresql_where=text("status IN ('requested', 'pending')"))

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
    timestamp_column("answer_by"),  # as long as the bank takes an answer; null until Stripe said it
    timestamp_column("answered_at"),  # null: nobody sent evidence yet, neither here nor in Stripe's dashboard
    Column("answers_refused", Integer, nullable=False, server_default=text("0")),  # how often Stripe took none
    text_column("stage", default=DisputeStage.DISPUTE),
    UniqueConstraint("dispute"),
    one_of_check("status", DisputeStatus),
    one_of_check("stage", DisputeStage),
    CheckConstraint("amount > 0 AND withdrawn >= 0 AND fee >= 0", name="amounts"),
)
Index("dispute_order_idx", dispute.c.order_id)
Index("dispute_open", dispute.c.campus_id, postgresql_where=text("status = 'open'"))
