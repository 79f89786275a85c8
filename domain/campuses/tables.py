"""Tables of campuses, stores, menus and drop points, and of people, their cards and their memberships."""

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
    Text,
    UniqueConstraint,
    text,
)

from domain.campuses.people import RunnerStatus, StrangerReply
from domain.database.metadata import METADATA, id_column, json_column, one_of_check, text_column, timestamp_column

campus = Table(
    "campus",
    METADATA,
    id_column(),
    text_column("name"),  # short, lower case; part of the name of the token's variable
    text_column("title"),
    text_column("currency"),
    text_column("time_zone"),
    Column("runner_group", BigInteger),
    Column("admin_chat", BigInteger),
    text_column("runner_invite", nullable=True),
    text_column("bot_username", nullable=True),  # set once the bot has asked Telegram
    json_column("fees"),
    json_column("windows"),
    json_column("hours"),
    json_column("fee_suggestions", default="[]"),
    Column("open_jobs", Integer, nullable=False, server_default=text("1")),
    Column("paused", Boolean, nullable=False, server_default=text("false")),
    text_column("pause_reason", nullable=True),  # shown to customers who want to order
    Column("invite_code", Text, nullable=False, server_default=text("substr(md5((gen_random_uuid())::text), 1, 12)")),
    Column("open_to_all", Boolean, nullable=False, server_default=text("false")),  # nobody needs an invitation
    json_column("risk"),  # the limits of the risk rules that the campus file states
    text_column("runner_group_lost", nullable=True),  # why the bot may not write there, in Telegram's words
    timestamp_column("runner_group_lost_at"),
    text_column("admin_chat_lost", nullable=True),
    timestamp_column("admin_chat_lost_at"),
    Column("runner_topic", BigInteger),  # message_thread_id of the topic that was bound; null for a group as such
    Column("admin_topic", BigInteger),
    text_column("token_refused", nullable=True),  # why Telegram refuses the bot, in its words
    timestamp_column("token_refused_at"),
    text_column("webhook_fails", nullable=True),  # why Telegram does not reach us, in its words
    timestamp_column("webhook_fails_at"),
    Column("receipts", Boolean, nullable=False, server_default=text("true")),  # Stripe sends its receipts
    UniqueConstraint("name"),
    CheckConstraint("name ~ '^[a-z][a-z0-9_]{1,30}$'", name="name_shape"),
    CheckConstraint("currency ~ '^[a-z]{3}$'", name="currency_shape"),
    CheckConstraint("open_jobs > 0", name="open_jobs_positive"),
    CheckConstraint("invite_code ~ '^[A-Za-z0-9-]{4,40}$'", name="invite_code_shape"),
)

store = Table(
    "store",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    text_column("name"),
    text_column("location", default=""),
    json_column("hours"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("campus_id", "name"),
)

menu_item = Table(
    "menu_item",
    METADATA,
    id_column(),
    Column("store_id", ForeignKey("store.id"), nullable=False),
    text_column("name"),
    Column("price", BigInteger, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("store_id", "name"),
    CheckConstraint("price > 0", name="price_positive"),
)

drop_point = Table(
    "drop_point",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    text_column("building"),
    text_column("spot"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("campus_id", "building", "spot"),
)

person = Table(  # one row for each person, whatever the number of their campuses
    "person",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # Telegram's user id
    text_column("first_name"),
    text_column("username", nullable=True),
    text_column("language", default="en"),
    text_column("stripe_customer", nullable=True),
    text_column("stripe_account", nullable=True),
    Column("payouts_ready", Boolean, nullable=False, server_default=text("false")),
    timestamp_column("created_at", nullable=False, default_now=True),
    text_column("account_trouble", nullable=True),  # what Stripe lacks of a ready account, as it was told; null: well
    UniqueConstraint("stripe_customer"),
    UniqueConstraint("stripe_account"),
)

saved_card = Table(
    "saved_card",
    METADATA,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    text_column("payment_method"),
    text_column("brand"),
    text_column("last4"),
    Column("exp_month", Integer, nullable=False),
    Column("exp_year", Integer, nullable=False),
    timestamp_column("saved_at", nullable=False, default_now=True),
    text_column("fingerprint", nullable=True),  # null for a card that an older release saved
    text_column("wallet", nullable=True),  # Stripe's word of the wallet that the card is in
    text_column("receipt_email", nullable=True),  # as its owner typed it on Stripe's page
)

Index("saved_card_fingerprint_idx", saved_card.c.fingerprint, postgresql_where=text("fingerprint IS NOT NULL"))

membership = Table(
    "membership",
    METADATA,
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    text_column("runner_status", default=RunnerStatus.NONE),
    Column("is_admin", Boolean, nullable=False, server_default=text("false")),
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    timestamp_column("joined_at", nullable=False, default_now=True),
    Column("admitted", Boolean, nullable=False, server_default=text("false")),  # used the invitation: may order
    text_column("default_place", nullable=True),  # where their food usually goes
    PrimaryKeyConstraint("campus_id", "person_id"),
    one_of_check("runner_status", RunnerStatus),
)

unbound_group = Table(  # a group that the bot of a campus is in, and that is not one of the two groups of the campus
    "unbound_group",
    METADATA,
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("added_by", BigInteger),  # Telegram's user id; null for a group of which only a message was seen
    timestamp_column("added_at", nullable=False, default_now=True),  # or first seen
    timestamp_column("leave_at", nullable=False),
    timestamp_column("told_at"),  # that the bot leaves
    PrimaryKeyConstraint("campus_id", "chat_id"),
)
Index("unbound_group_due", unbound_group.c.leave_at)

stranger_reply = Table(  # a stranger need not have a row in person
    "stranger_reply",
    METADATA,
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("person_id", BigInteger, nullable=False),
    text_column("kind"),
    timestamp_column("told_at", nullable=False, default_now=True),
    PrimaryKeyConstraint("campus_id", "person_id", "kind"),
    one_of_check("kind", StrangerReply),
)
