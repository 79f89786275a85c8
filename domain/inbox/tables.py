"""The inbox tables: each Telegram update and each Stripe event is stored once."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from domain.database.metadata import METADATA, id_column, json_column, one_of_check, text_column, timestamp_column
from domain.inbox.dead_letter import DeadLetterKind, DeadLetterOutcome

dead_letter = Table(
    "dead_letter",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id")),  # NULL: of no campus, and so the operator's
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
    CheckConstraint(
        "outcome <> 'dropped' OR ((ended_by IS NOT NULL OR campus_id IS NULL) AND reason IS NOT NULL)",
        name="dropped_by",
    ),
)


Index("dead_letter_open", dead_letter.c.campus_id, postgresql_where=text("ended_at IS NULL"))


telegram_update = Table(
    "telegram_update",
    METADATA,
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("update_id", BigInteger, nullable=False),
    Column("person_id", BigInteger),  # the sender: updates of one person are handled in order
    json_column("payload", default=None),
    timestamp_column("received_at", nullable=False, default_now=True),
    timestamp_column("handled_at"),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    text_column("error", nullable=True),
    Column("dead_lettered", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("campus_id", "update_id"),
)
Index(
    "telegram_update_open",
    telegram_update.c.received_at,
    postgresql_where=text("handled_at IS NULL AND NOT dead_lettered"),
)

stripe_event = Table(
    "stripe_event",
    METADATA,
    text_column("id"),
    text_column("type"),
    text_column("account", nullable=True),
    json_column("payload", default=None),
    timestamp_column("received_at", nullable=False, default_now=True),
    timestamp_column("handled_at"),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    text_column("error", nullable=True),
    PrimaryKeyConstraint("id"),
)
Index("stripe_event_open", stripe_event.c.received_at, postgresql_where=text("handled_at IS NULL"))
