"""Tables of what people are told: one live card per chat and order, and pushes sent at most once by themselves."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from domain.store.schema.metadata import METADATA, document, moment, number, one_of, words

CARD_KINDS = ("customer", "runner", "group")
PUSH_STATUSES = ("due", "sending", "sent", "lost", "dropped")

live_card = Table(
    "live_card",
    METADATA,
    number(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    words("kind"),
    Column("chat_id", BigInteger, nullable=False),
    Column("message_id", BigInteger),
    words("delivered_hash", nullable=True),
    Column("wanted", Integer, nullable=False, server_default=text("1")),
    Column("delivered", Integer, nullable=False, server_default=text("0")),
    moment("due_at"),
    Column("tries", Integer, nullable=False, server_default=text("0")),  # attempts since the last delivery
    words("error", nullable=True),
    moment("first_sent_at"),
    Column("fence", Integer, nullable=False, server_default=text("0")),  # only rises: with every claim, and every write
    UniqueConstraint("order_id", "kind", "chat_id"),
    one_of("kind", CARD_KINDS),
)
Index("live_card_message", live_card.c.chat_id, live_card.c.message_id)
Index("live_card_due", live_card.c.due_at, postgresql_where=text("due_at IS NOT NULL"))

push = Table(
    "push",
    METADATA,
    number(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id")),
    words("name"),  # unique per (order, event, person)
    Column("chat_id", BigInteger, nullable=False),
    words("key"),  # the sentence
    document("args"),
    document("buttons", default="[]"),
    words("status", default="due"),
    moment("due_at"),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    words("error", nullable=True),
    moment("written_at", nullable=False, default_now=True),
    words("photo", nullable=True),  # Telegram's file id; the sentence is its caption then
    Column("silent", Boolean, nullable=False, server_default=text("false")),
    Column("message_id", BigInteger),  # once sent: a reply to it is about the same order
    Column("fence", Integer, nullable=False, server_default=text("0")),  # as above
    UniqueConstraint("name"),
    one_of("status", PUSH_STATUSES),
)
Index("push_message", push.c.chat_id, push.c.message_id, postgresql_where=text("message_id IS NOT NULL"))
Index("push_order_idx", push.c.order_id, push.c.chat_id)
Index("push_due", push.c.due_at, postgresql_where=text("due_at IS NOT NULL"))
