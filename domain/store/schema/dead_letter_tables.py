"""The table of dead letters: one row for each failed item, open until an admin or a success ends it."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from domain.dead_letter import DeadLetterKind, DeadLetterOutcome
from domain.store.schema.metadata import METADATA, id_column, one_of_check, text_column, timestamp_column

dead_letter = Table(
    "dead_letter",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    text_column("kind"),
    text_column("subject"),  # the item's key in its own table
    Column("order_id", ForeignKey("orders.id")),
    text_column("shown"),
    Column("tries", Integer, nullable=False),
    text_column("error"),
    Column("times", Integer, nullable=False, server_default=text("1")),  # how often it became a dead letter
    timestamp_column("dead_since", nullable=False, default_now=True),
    timestamp_column("ended_at"),
    text_column("outcome", nullable=True),
    Column("ended_by", ForeignKey("person.id")),
    text_column("reason", nullable=True),
    UniqueConstraint("kind", "subject"),
    one_of_check("kind", DeadLetterKind),
    one_of_check("outcome", DeadLetterOutcome),
    CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended_by_outcome"),
    CheckConstraint("outcome <> 'dropped' OR (ended_by IS NOT NULL AND reason IS NOT NULL)", name="dropped_by"),
)
Index("dead_letter_open", dead_letter.c.campus_id, postgresql_where=text("ended_at IS NULL"))
