"""The table of restrictions: a row is proposed, becomes active with an admin's yes, and may be lifted."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    text,
)

from domain.database.metadata import METADATA, id_column, one_of_check, text_column, timestamp_column
from domain.restrictions.model import RemovalStatus, RestrictionKind, RestrictionReason, RestrictionStatus

restriction = Table(
    "restriction",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),  # the campus that decided it
    Column("person_id", ForeignKey("person.id"), nullable=False),
    text_column("kind"),
    text_column("reason"),
    text_column("status", default=RestrictionStatus.PROPOSED),
    text_column("note"),  # for admins alone
    Column("daily_sum", BigInteger),
    text_column("currency", nullable=True),
    Column("open_orders", Integer),
    Column("decided_by", ForeignKey("person.id"), nullable=False),
    timestamp_column("made_at", nullable=False, default_now=True),
    timestamp_column("until"),  # null: without an end
    Column("lifted_by", ForeignKey("person.id")),
    timestamp_column("lifted_at"),
    timestamp_column("end_told_at"),  # to the person, once the time has passed
    one_of_check("kind", RestrictionKind),
    one_of_check("reason", RestrictionReason),
    one_of_check("status", RestrictionStatus),
    CheckConstraint("(kind = 'limit') = (daily_sum IS NOT NULL OR open_orders IS NOT NULL)", name="limits_by_kind"),
    CheckConstraint("daily_sum >= 0 AND open_orders >= 0", name="limits_positive"),
    CheckConstraint("(daily_sum IS NULL) = (currency IS NULL)", name="sum_with_currency"),
    CheckConstraint("(status = 'lifted') = (lifted_at IS NOT NULL)", name="lifted_by_status"),
    CheckConstraint("(lifted_by IS NULL) = (lifted_at IS NULL)", name="lifted_by_someone"),
)
Index("restriction_active", restriction.c.person_id, postgresql_where=text("status = 'active'"))
Index(
    "restriction_ending",
    restriction.c.until,
    postgresql_where=text("status = 'active' AND until IS NOT NULL AND end_told_at IS NULL"),
)

exemption = Table(  # a campus where what another one decided does not hold, by its own admin's word
    "exemption",
    METADATA,
    Column("restriction_id", ForeignKey("restriction.id"), nullable=False),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("made_by", ForeignKey("person.id"), nullable=False),
    text_column("note"),  # for admins alone
    timestamp_column("made_at", nullable=False, default_now=True),
    PrimaryKeyConstraint("restriction_id", "campus_id"),
)

group_removal = Table(  # of a person from the runner group of a campus, by its bot
    "group_removal",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    text_column("status", default=RemovalStatus.DUE),
    timestamp_column("due_at", nullable=False, default_now=True),
    timestamp_column("told_at"),  # to the admins, that it does not succeed
    timestamp_column("ended_at"),
    one_of_check("status", RemovalStatus),
    CheckConstraint("(status = 'due') = (ended_at IS NULL)", name="ended_by_status"),
)
Index(
    "group_removal_due",
    group_removal.c.campus_id,
    group_removal.c.person_id,
    unique=True,
    postgresql_where=text("status = 'due'"),
)
