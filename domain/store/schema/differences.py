"""Tables of reconciliation: how far each list of Stripe's was read, and what differed."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from domain.difference import DifferenceKind, DifferenceStatus
from domain.store.schema.metadata import METADATA, moment, number, one_of, words

reading = Table(  # a watermark and a lease in one: of many workers one reads on, and each where the last one stopped
    "reading",
    METADATA,
    Column("task", Text, primary_key=True),
    words("account", nullable=True),  # the connected account whose list it is
    moment("due_at", nullable=False, default_now=True),
    Column("seen_until", BigInteger),  # Stripe's clock, seconds of the epoch: everything before it was looked at
    Column("newest", BigInteger),  # of the list that is being read, newest first
    Column("held_back", BigInteger),  # the oldest object of that list that has to be looked at again
    words("cursor", nullable=True),  # the last object looked at of that list
    words("worker", nullable=True),
    moment("leased_until"),
    Column("fence", Integer, nullable=False, server_default=text("0")),
    Column("failures", Integer, nullable=False, server_default=text("0")),  # one after the other
    words("error", nullable=True),
    moment("ended_at"),  # when it last came to its end
)
Index("reading_due", reading.c.due_at)

difference = Table(
    "difference",
    METADATA,
    number(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    words("kind"),
    words("subject"),
    Column("order_id", BigInteger),  # no key to orders: a restored database may have forgotten the order
    Column("ours", BigInteger),
    Column("theirs", BigInteger),
    words("currency", nullable=True),
    words("note", default=""),
    words("status", default=DifferenceStatus.OPEN),
    Column("told", Integer, nullable=False, server_default=text("0")),
    moment("first_seen", nullable=False, default_now=True),
    moment("last_seen", nullable=False, default_now=True),
    moment("look_wanted_at"),  # an admin asked for a look now
    Column("looked_for", BigInteger),  # in which chat she is answered
    moment("ended_at"),
    Column("ended_by", ForeignKey("person.id")),
    words("reason", nullable=True),
    UniqueConstraint("kind", "subject"),
    one_of("kind", DifferenceKind),
    one_of("status", DifferenceStatus),
    CheckConstraint("(status = 'open') = (ended_at IS NULL)", name="ended_by_status"),
    CheckConstraint("status <> 'settled' OR (ended_by IS NOT NULL AND reason IS NOT NULL)", name="settled_by"),
)
Index("difference_open", difference.c.campus_id, postgresql_where=text("status = 'open'"))
Index("difference_wanted", difference.c.look_wanted_at, postgresql_where=text("look_wanted_at IS NOT NULL"))
