"""The tables of the event log, and of the worker that reads the metrics."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    text,
)

from domain.database.actors import ACTOR_ROLES
from domain.database.metadata import METADATA, id_column, one_of_check, text_column, timestamp_column

event_log = Table(  # append-only; written in the same transaction as the transition
    "event_log",
    METADATA,
    id_column(),
    Column("campus_id", BigInteger),
    Column("order_id", BigInteger),
    text_column("subject"),  # such as order, hold, payout, timer, saga, membership or case
    text_column("subject_id"),
    text_column("event"),
    text_column("before", nullable=True),
    text_column("after", nullable=True),
    text_column("actor_role"),
    Column("actor_id", BigInteger),
    text_column("reason", nullable=True),
    timestamp_column("at", nullable=False, default_now=True),
    one_of_check("actor_role", ACTOR_ROLES),
)


Index("event_log_order_idx", event_log.c.order_id, event_log.c.id)
Index(
    "event_log_own_act",
    event_log.c.campus_id,
    event_log.c.actor_id,
    event_log.c.id,
    postgresql_where=text("subject = 'own_act'"),
)

metrics_reader = Table(  # one row: the worker that reads what the database knows, and until when no other one does
    "metrics_reader",
    METADATA,
    Column("id", Integer, primary_key=True, server_default=text("1")),
    text_column("worker"),
    timestamp_column("held_until", nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
