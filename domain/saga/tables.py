"""Tables of saga runs and their signals. The row of a run is its lease, its retry state and its timer."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from domain.database.metadata import METADATA, json_column, one_of_check, text_column, timestamp_column
from domain.saga.definition import SagaStatus

TRACEPARENT_SETTING = "campusg.traceparent"  # of a transaction under a span; nobody sets it while tracing is off

saga = Table(
    "saga",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False),  # short enough for callback data
    text_column("name"),  # its purpose: a second start with the same name has no effect
    text_column("kind"),
    Column("version", Integer, nullable=False),
    Column("campus_id", ForeignKey("campus.id")),
    Column("order_id", BigInteger),
    Column("person_id", ForeignKey("person.id")),
    text_column("status"),
    Column("compensating", Boolean, nullable=False, server_default=text("false")),
    Column("position", Integer, nullable=False),
    json_column("data"),
    json_column("call", nullable=True, default=None),  # the prepared call: name, key, params, first_sent_at
    Column(
        "attempt", Integer, nullable=False, server_default=text("1")
    ),  # part of the key; only a definite refusal increases it
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("fence", Integer, nullable=False, server_default=text("0")),
    text_column("worker", nullable=True),
    timestamp_column("wake_at"),
    timestamp_column("waiting_until"),
    timestamp_column("failing_since"),
    Column("alerted", Boolean, nullable=False, server_default=text("false")),
    text_column("reason", nullable=True),
    text_column("error", nullable=True),
    timestamp_column("started_at", nullable=False, default_now=True),
    timestamp_column("ended_at"),
    Column(  # W3C; of the span that started it
        "traceparent",
        Text,
        server_default=text(f"NULLIF(current_setting('{TRACEPARENT_SETTING}'::text, true), ''::text)"),
    ),
    UniqueConstraint("name"),
    UniqueConstraint("number"),
    one_of_check("status", SagaStatus),
    CheckConstraint("(status IN ('done', 'compensated', 'resolved')) = (ended_at IS NOT NULL)", name="ended_by_status"),
    CheckConstraint("(status IN ('running', 'compensating')) = (wake_at IS NOT NULL)", name="awake_by_status"),
    CheckConstraint("status <> 'stuck' OR error IS NOT NULL", name="stuck_with_reason"),
)
Index("saga_due", saga.c.wake_at, postgresql_where=text("wake_at IS NOT NULL"))
Index("saga_stuck", saga.c.campus_id, postgresql_where=text("status = 'stuck'"))
Index("saga_order_idx", saga.c.order_id)
Index("saga_person_idx", saga.c.person_id, saga.c.kind)
Index("saga_started_idx", saga.c.started_at)
Index("saga_ended_idx", saga.c.ended_at, postgresql_where=text("ended_at IS NOT NULL"))

saga_signal = Table(
    "saga_signal",
    METADATA,
    Column("saga_id", ForeignKey("saga.id"), nullable=False),
    text_column("name"),
    json_column("data"),
    Column("seen", Boolean, nullable=False, server_default=text("false")),
    timestamp_column("at", nullable=False, default_now=True),
    PrimaryKeyConstraint("saga_id", "name"),
)
Index("saga_signal_new", saga_signal.c.saga_id, postgresql_where=text("NOT seen"))
