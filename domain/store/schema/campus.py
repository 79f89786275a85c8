"""Tables of places and people: campuses, stores, menus, drop points; persons, their cards, their memberships."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from domain.people import RunnerStatus
from domain.store.schema.metadata import METADATA, document, moment, number, one_of, words

campus = Table(
    "campus",
    METADATA,
    number(),
    words("name"),  # short, lower case; names the token variable
    words("title"),
    words("currency"),
    words("time_zone"),
    Column("runner_group", BigInteger),
    Column("admin_chat", BigInteger),
    words("runner_invite", nullable=True),
    words("bot_username", nullable=True),  # known once the bot has asked Telegram
    document("fees"),
    document("windows"),
    document("hours"),
    document("fee_suggestions", default="[]"),
    Column("open_jobs", Integer, nullable=False, server_default=text("1")),
    Column("paused", Boolean, nullable=False, server_default=text("false")),
    words("pause_reason", nullable=True),  # what those who want to order are told
    Column("invite_code", Text, nullable=False, server_default=text("substr(md5((gen_random_uuid())::text), 1, 12)")),
    Column("open_to_all", Boolean, nullable=False, server_default=text("false")),  # nobody needs the invitation
    UniqueConstraint("name"),
    CheckConstraint("name ~ '^[a-z][a-z0-9_]{1,30}$'", name="name_shape"),
    CheckConstraint("currency ~ '^[a-z]{3}$'", name="currency_shape"),
    CheckConstraint("open_jobs > 0", name="open_jobs_positive"),
    CheckConstraint("invite_code ~ '^[A-Za-z0-9-]{4,40}$'", name="invite_code_shape"),
)

store = Table(
    "store",
    METADATA,
    number(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    words("name"),
    words("location", default=""),
    document("hours"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("campus_id", "name"),
)

menu_item = Table(
    "menu_item",
    METADATA,
    number(),
    Column("store_id", ForeignKey("store.id"), nullable=False),
    words("name"),
    Column("price", BigInteger, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("store_id", "name"),
    CheckConstraint("price > 0", name="price_positive"),
)

drop_point = Table(
    "drop_point",
    METADATA,
    number(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    words("building"),
    words("spot"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("campus_id", "building", "spot"),
)

person = Table(  # global: one human, on however many campuses
    "person",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # Telegram's user id
    words("first_name"),
    words("username", nullable=True),
    words("language", default="en"),
    words("stripe_customer", nullable=True),
    words("stripe_account", nullable=True),
    Column("payouts_ready", Boolean, nullable=False, server_default=text("false")),
    moment("created_at", nullable=False, default_now=True),
    UniqueConstraint("stripe_customer"),
    UniqueConstraint("stripe_account"),
)

saved_card = Table(
    "saved_card",
    METADATA,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    words("payment_method"),
    words("brand"),
    words("last4"),
    Column("exp_month", Integer, nullable=False),
    Column("exp_year", Integer, nullable=False),
    moment("saved_at", nullable=False, default_now=True),
)

membership = Table(
    "membership",
    METADATA,
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    words("runner_status", default=RunnerStatus.NONE),
    Column("is_admin", Boolean, nullable=False, server_default=text("false")),
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    moment("joined_at", nullable=False, default_now=True),
    Column("admitted", Boolean, nullable=False, server_default=text("false")),  # came by the invitation: may order
    words("default_place", nullable=True),  # where her food usually goes
    PrimaryKeyConstraint("campus_id", "person_id"),
    one_of("runner_status", RunnerStatus),
)
