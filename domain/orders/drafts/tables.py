"""Tables of drafts and of the input that the bot waits for."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    text,
)

from domain.database.metadata import METADATA, json_column, text_column, timestamp_column

conversation_state = Table(  # the input that the bot waits for
    "conversation_state",
    METADATA,
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    text_column("pending_input"),
    Column("subject", BigInteger),
    timestamp_column("asked_at", nullable=False, default_now=True),
    text_column("detail", nullable=True),  # a choice made before the question, such as the kind of a problem
    PrimaryKeyConstraint("campus_id", "person_id"),
)


last_answer = Table(  # the newest message that answered something, kept for when it is changed or is part of an album
    "last_answer",
    METADATA,
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    text_column("typed", default=""),
    text_column("pending_input", nullable=True),
    Column("subject", BigInteger),
    text_column("detail", nullable=True),
    text_column("album", nullable=True),
    Column("photos", Integer, nullable=False, server_default=text("1")),
    Column("refused", Boolean, nullable=False, server_default=text("false")),
    Column("draft_version", Integer),
    json_column("draft_before", default="{}"),  # what the answer changed in the draft
    timestamp_column("answered_at", nullable=False, default_now=True),
    PrimaryKeyConstraint("campus_id", "person_id"),
)


reason_taken = Table(  # a message of the bot in a group that asked for the reason of an act, and was answered
    "reason_taken",
    METADATA,
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    timestamp_column("taken_at", nullable=False, default_now=True),
    PrimaryKeyConstraint("campus_id", "chat_id", "message_id"),
)


# Every change of any draft takes the next number, so that a button of a former draft never fits a later one.
draft_version = Sequence("draft_version", metadata=METADATA)


draft = Table(
    "draft",
    METADATA,
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("version", Integer, draft_version, nullable=False, server_default=draft_version.next_value()),
    Column("store_id", ForeignKey("store.id")),
    text_column("store_name", nullable=True),
    json_column("items", default="[]"),
    text_column("drop_point", nullable=True),
    text_column("note", default=""),
    Column("delivery_fee", BigInteger),
    Column("tip", BigInteger, nullable=False, server_default=text("0")),
    Column("asked_ceiling", BigInteger),  # the ceiling at which [Place order] was tapped; the draft waits for a card
    timestamp_column("asked_at"),
    timestamp_column("changed_at", nullable=False, default_now=True),
    PrimaryKeyConstraint("campus_id", "person_id"),
)
Index("draft_changed_idx", draft.c.campus_id, draft.c.changed_at)
