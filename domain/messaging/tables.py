"""The outbox tables: one live order message for each chat and order, notifications sent at most once, questions."""

from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from domain.database.metadata import METADATA, id_column, json_column, one_of_check, text_column, timestamp_column
from domain.messaging.lane import Lane
from domain.messaging.notification.model import NotificationStatus
from domain.messaging.order_message import OrderMessageKind


def set_postponed(table: Table, error: str | None) -> dict[str, Any]:
    """Return what to set when Telegram was not to be had, in these words; without an error it waited for its turn.

    It is counted apart from the tries, which count our own faults alone: no outage brings a message nearer to its end.
    """
    return {} if error is None else {"postponed": table.c.postponed + 1, "error": error}


order_message = Table(
    "order_message",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", BigInteger, nullable=False),
    text_column("kind"),
    Column("chat_id", BigInteger, nullable=False),
    Column("message_id", BigInteger),
    text_column("sent_hash", nullable=True),
    Column("requested_revision", Integer, nullable=False, server_default=text("1")),
    Column("sent_revision", Integer, nullable=False, server_default=text("0")),
    timestamp_column("due_at"),
    Column("tries", Integer, nullable=False, server_default=text("0")),  # since the last success
    text_column("error", nullable=True),
    timestamp_column("first_sent_at"),
    Column("fence", Integer, nullable=False, server_default=text("0")),  # increases with every lease and every write
    Column("unknown_sends", Integer, nullable=False, server_default=text("0")),  # so many copies may be in the chat
    # older messages of the order in the chat that have their buttons yet
    Column("former", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    Column("postponed", Integer, nullable=False, server_default=text("0")),  # so often Telegram was not to be had
    UniqueConstraint("order_id", "kind", "chat_id"),
    one_of_check("kind", OrderMessageKind),
)
Index("order_message_message", order_message.c.chat_id, order_message.c.message_id)
Index("order_message_due", order_message.c.due_at, postgresql_where=text("due_at IS NOT NULL"))

notification = Table(
    "notification",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", BigInteger),
    text_column("name"),  # unique for each order, event and person
    Column("chat_id", BigInteger, nullable=False),
    text_column("key"),  # of the sentence
    json_column("args"),
    json_column("buttons", default="[]"),
    text_column("status", default=NotificationStatus.DUE),
    timestamp_column("due_at"),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    text_column("error", nullable=True),
    timestamp_column("written_at", nullable=False, default_now=True),
    text_column("photo", nullable=True),  # Telegram's file id; the sentence is its caption
    Column("silent", Boolean, nullable=False, server_default=text("false")),
    Column("message_id", BigInteger),  # set once sent: a reply to it is about the same order
    Column("fence", Integer, nullable=False, server_default=text("0")),  # as above
    text_column("lane", default=Lane.ORDER),  # of the key; the default is for bots of the former release
    Column("written_by", BigInteger),  # the person whose words or photo it carries
    json_column("about", default="[]"),  # the people whom a reply to it means; none: the sides of its order
    Column("postponed", Integer, nullable=False, server_default=text("0")),  # as above
    UniqueConstraint("name"),
    one_of_check("status", NotificationStatus),
    one_of_check("lane", Lane),
)
Index(
    "notification_message",
    notification.c.chat_id,
    notification.c.message_id,
    postgresql_where=text("message_id IS NOT NULL"),
)
Index("notification_order_idx", notification.c.order_id, notification.c.chat_id)
Index("notification_due", notification.c.due_at, postgresql_where=text("due_at IS NOT NULL"))
Index(
    "notification_written",
    notification.c.written_by,
    notification.c.written_at,
    postgresql_where=text("written_by IS NOT NULL"),
)
Index("notification_lane_due", notification.c.lane, notification.c.due_at, postgresql_where=text("due_at IS NOT NULL"))
Index(
    "notification_waiting",
    notification.c.chat_id,
    notification.c.lane,
    notification.c.id,
    postgresql_where=text("due_at IS NOT NULL"),
)

question = Table(  # a notification that asks for a decision
    "question",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("notification_id", ForeignKey("notification.id"), nullable=False, unique=True),
    Column("chat_id", BigInteger, nullable=False),
    text_column("key"),  # of the sentence
    text_column("topic"),
    text_column("about"),  # kind:id
    text_column("event", nullable=True),  # what settled it
    timestamp_column("settled_at"),
    Column("by_admin", Boolean, nullable=False, server_default=text("false")),
    Column("settled_by", BigInteger),
    timestamp_column("due_at"),  # while its message does not say how it was settled
    Column("tries", Integer, nullable=False, server_default=text("0")),
    text_column("error", nullable=True),
    Column("postponed", Integer, nullable=False, server_default=text("0")),  # as above
)
Index("question_open", question.c.about, postgresql_where=text("event IS NULL"))
Index("question_due", question.c.due_at, postgresql_where=text("due_at IS NOT NULL"))
