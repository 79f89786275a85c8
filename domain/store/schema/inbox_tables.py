"""The inbox tables: each Telegram update and each Stripe event is stored once."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, text

from domain.store.schema.metadata import METADATA, json_column, text_column, timestamp_column

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
