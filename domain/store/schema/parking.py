"""The table of what was tried often enough: one row a thing, open until an admin or success ends it."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from domain.parking import ParkedEnd, ParkedKind
from domain.store.schema.metadata import METADATA, moment, number, one_of, words

parked = Table(
    "parked",
    METADATA,
    number(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    words("kind"),
    words("subject"),  # its key in its own table
    Column("order_id", ForeignKey("orders.id")),
    words("shown"),
    Column("tries", Integer, nullable=False),
    words("error"),
    Column("times", Integer, nullable=False, server_default=text("1")),  # it was parked
    moment("parked_at", nullable=False, default_now=True),
    moment("ended_at"),
    words("outcome", nullable=True),
    Column("ended_by", ForeignKey("person.id")),
    words("reason", nullable=True),
    UniqueConstraint("kind", "subject"),
    one_of("kind", ParkedKind),
    one_of("outcome", ParkedEnd),
    CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended_by_outcome"),
    CheckConstraint("outcome <> 'dropped' OR (ended_by IS NOT NULL AND reason IS NOT NULL)", name="dropped_by"),
)
Index("parked_open", parked.c.campus_id, postgresql_where=text("ended_at IS NULL"))
