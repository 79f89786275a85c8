"""Tables of the engine: the saga row, which is lease, retry and timer in one, and the signals that reach it."""

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
    UniqueConstraint,
    Uuid,
    text,
)

from domain.saga import SagaStatus
from domain.store.schema.metadata import METADATA, document, moment, one_of, words

saga = Table(
    "saga",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False),  # short enough for a button
    words("name"),  # what it is for; starting twice is starting once
    words("kind"),
    Column("version", Integer, nullable=False),
    Column("campus_id", ForeignKey("campus.id")),
    Column("order_id", ForeignKey("orders.id")),
    Column("person_id", ForeignKey("person.id")),
    words("status"),
    Column("turning", Boolean, nullable=False, server_default=text("false")),
    Column("position", Integer, nullable=False),
    document("data"),
    document("call", nullable=True, default=None),  # the frozen outside call: name, key, params, first_sent_at
    Column("attempt", Integer, nullable=False, server_default=text("1")),  # rises only after a definite no
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("fence", Integer, nullable=False, server_default=text("0")),
    words("worker", nullable=True),
    moment("wake_at"),
    moment("waiting_until"),
    moment("failing_since"),
    Column("alerted", Boolean, nullable=False, server_default=text("false")),
    words("reason", nullable=True),
    words("error", nullable=True),
    moment("started_at", nullable=False, default_now=True),
    moment("ended_at"),
    UniqueConstraint("name"),
    UniqueConstraint("number"),
    one_of("status", SagaStatus),
    CheckConstraint("(status IN ('done', 'undone', 'resolved')) = (ended_at IS NOT NULL)", name="ended_by_status"),
    CheckConstraint("(status IN ('running', 'turning')) = (wake_at IS NOT NULL)", name="awake_by_status"),
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
    words("name"),
    document("data"),
    Column("seen", Boolean, nullable=False, server_default=text("false")),
    moment("at", nullable=False, default_now=True),
    PrimaryKeyConstraint("saga_id", "name"),
)
Index("saga_signal_new", saga_signal.c.saga_id, postgresql_where=text("NOT seen"))
