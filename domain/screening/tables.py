"""The table of reviews: pay that waits until an admin has looked at it."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, UniqueConstraint, text

from domain.database.metadata import METADATA, id_column, one_of_check, text_column, timestamp_column
from domain.risk.verdicts import PayReason

review = Table(  # the payable of the order is kept while nobody has decided
    "review",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    text_column("reason"),
    timestamp_column("opened_at", nullable=False, default_now=True),
    timestamp_column("decided_at"),
    Column("decided_by", BigInteger),  # the admin who let it go
    UniqueConstraint("order_id"),
    one_of_check("reason", PayReason),
    CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_admin"),
)
Index("review_open", review.c.campus_id, postgresql_where=text("decided_at IS NULL"))
