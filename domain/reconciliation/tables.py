"""Tables of reconciliation: how far each Stripe list was read, and the discrepancies."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from domain.database.metadata import METADATA, id_column, one_of_check, text_column, timestamp_column
from domain.reconciliation.discrepancy import DiscrepancyKind, DiscrepancyStatus, TransferMeaning

# A watermark and a lease in one row: one worker at a time reads the list, and continues where the last one stopped.
# The columns seen_until, newest and watermark are times of Stripe's clock, in seconds of the epoch.
list_cursor = Table(
    "list_cursor",
    METADATA,
    Column("task", Text, primary_key=True),
    text_column("account", nullable=True),  # the connected account that the list belongs to; NULL: the platform
    timestamp_column("due_at", nullable=False, default_now=True),
    Column("seen_until", BigInteger),  # all older objects were checked
    Column("newest", BigInteger),  # the newest object of the list that is being read, newest first
    Column("watermark", BigInteger),  # the oldest object of that list, or of the last one, that has to be checked again
    text_column("cursor", nullable=True),  # the last object of that list that was checked
    text_column("worker", nullable=True),
    timestamp_column("leased_until"),
    Column("fence", Integer, nullable=False, server_default=text("0")),
    Column("failures", Integer, nullable=False, server_default=text("0")),  # since the last success
    text_column("error", nullable=True),
    timestamp_column("ended_at"),  # when the list was last read to its end
    timestamp_column("missed_at"),  # when it last showed an event that no webhook brought
)
Index("list_cursor_due", list_cursor.c.due_at)

discrepancy = Table(
    "discrepancy",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    text_column("kind"),
    text_column("subject"),
    Column("order_id", BigInteger),  # no foreign key: a restored backup may lack the order
    Column("local_value", BigInteger),
    Column("remote_value", BigInteger),
    text_column("currency", nullable=True),
    text_column("note", default=""),
    text_column("status", default=DiscrepancyStatus.OPEN),
    Column("told", Integer, nullable=False, server_default=text("0")),
    timestamp_column("first_seen", nullable=False, default_now=True),
    timestamp_column("last_seen", nullable=False, default_now=True),
    timestamp_column("recheck_requested_at"),  # when an admin asked for a recheck
    Column("recheck_chat_id", BigInteger),  # the chat that gets the answer
    timestamp_column("ended_at"),
    Column("ended_by", ForeignKey("person.id")),
    text_column("reason", nullable=True),
    text_column("meaning", nullable=True),  # of an unknown transfer that was settled
    UniqueConstraint("kind", "subject"),
    one_of_check("kind", DiscrepancyKind),
    one_of_check("status", DiscrepancyStatus),
    one_of_check("meaning", TransferMeaning),
    CheckConstraint("(status = 'open') = (ended_at IS NULL)", name="ended_by_status"),
    CheckConstraint("status <> 'settled' OR (ended_by IS NOT NULL AND reason IS NOT NULL)", name="settled_by"),
)
# A balance transaction that the books lacked, and the discrepancy that tells of it. What they lack now follows from the
# ledger, by the keys of the postings that book it.
unbooked_movement = Table(
    "unbooked_movement",
    METADATA,
    Column("movement", Text, primary_key=True),  # the balance transaction
    Column("discrepancy_id", ForeignKey("discrepancy.id"), nullable=False),
    Column("net", BigInteger, nullable=False),  # minor units
    text_column("currency"),
    Column("posting_keys", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("due", BigInteger),  # what these postings come to, once one is booked; null: other movements decide that
    Index("unbooked_movement_discrepancy", "discrepancy_id"),
)
# What others made on the same Stripe account, such as another shop of its owner: counted, and told as one line a day.
foreign_object = Table(
    "foreign_object",
    METADATA,
    Column("stripe_object", Text, primary_key=True),
    text_column("kind"),  # payment, transfer, refund, dispute
    text_column("currency"),
    timestamp_column("seen_at", nullable=False, default_now=True),
    timestamp_column("told_at"),
)
Index("foreign_object_untold", foreign_object.c.seen_at, postgresql_where=text("told_at IS NULL"))
Index("foreign_object_told", foreign_object.c.told_at)
Index("discrepancy_open", discrepancy.c.campus_id, postgresql_where=text("status = 'open'"))
Index(
    "discrepancy_recheck_requested",
    discrepancy.c.recheck_requested_at,
    postgresql_where=text("recheck_requested_at IS NOT NULL"),
)
