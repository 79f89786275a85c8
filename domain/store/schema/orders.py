"""Tables of the conversation and the order: dialogue, draft, order, timers, and the event log of all transitions."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    Uuid,
    text,
)

from domain.order import Bearer, OrderStatus
from domain.people import ACTING
from domain.store.schema.metadata import METADATA, document, moment, number, one_of, words
from domain.timers import TimerKind, TimerStatus

dialogue = Table(  # what a person's next typed line means
    "dialogue",
    METADATA,
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    words("expects"),
    Column("subject", BigInteger),
    moment("asked_at", nullable=False, default_now=True),
    words("detail", nullable=True),  # what was chosen before the question, such as the kind of a problem
    PrimaryKeyConstraint("campus_id", "person_id"),
)

# Every change of any basket takes the next number: a button of a former basket never fits a later one.
draft_version = Sequence("draft_version", metadata=METADATA)

draft = Table(
    "draft",
    METADATA,
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("version", Integer, draft_version, nullable=False, server_default=draft_version.next_value()),
    Column("store_id", ForeignKey("store.id")),
    words("store_name", nullable=True),
    document("items", default="[]"),
    words("drop_point", nullable=True),
    words("note", default=""),
    Column("delivery_fee", BigInteger),
    Column("tip", BigInteger, nullable=False, server_default=text("0")),
    Column("asked_ceiling", BigInteger),  # [Place order] was tapped at this price, the card is still missing
    moment("asked_at"),
    moment("changed_at", nullable=False, default_now=True),
    PrimaryKeyConstraint("campus_id", "person_id"),
)

orders = Table(
    "orders",
    METADATA,
    number(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("customer_id", BigInteger, nullable=False),
    Column("runner_id", BigInteger),
    words("status"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    words("store_name"),
    document("items", default="[]"),
    words("drop_point"),
    words("note", default=""),
    words("currency"),
    Column("items_cost", BigInteger, nullable=False),
    Column("shop_limit", BigInteger, nullable=False),
    Column("delivery_fee", BigInteger, nullable=False),
    Column("service_fee", BigInteger, nullable=False),
    Column("tip", BigInteger, nullable=False),
    Column("platform_basis_points", Integer, nullable=False),
    Column("ceiling", BigInteger, nullable=False),
    Column("receipt", BigInteger),
    Column("total", BigInteger),
    Column("runner_share", BigInteger),
    Column("claim", Uuid),  # the accept_order saga that holds it
    Column("hold_checked", Boolean, nullable=False, server_default=text("false")),
    Column("releases", Integer, nullable=False, server_default=text("0")),
    words("pin", nullable=True),
    Column("pin_tries", Integer, nullable=False, server_default=text("0")),
    words("end_reason", nullable=True),
    words("end_note", nullable=True),  # what an admin gave as her reason
    moment("placed_at", nullable=False),
    moment("created_at"),
    moment("accepted_at"),
    moment("bought_at"),
    moment("picked_up_at"),
    moment("arrived_at"),
    moment("delivered_at"),
    moment("completed_at"),
    moment("ended_at"),
    words("borne_by", nullable=True),
    words("receipt_photo", nullable=True),
    words("proof_photo", nullable=True),
    Column("asked_limit", BigInteger),  # what the shop wants: the runner asked the customer
    ForeignKeyConstraint(["campus_id", "customer_id"], ["membership.campus_id", "membership.person_id"]),
    ForeignKeyConstraint(["campus_id", "runner_id"], ["membership.campus_id", "membership.person_id"]),
    one_of("status", OrderStatus),
    one_of("borne_by", Bearer),
    CheckConstraint("(borne_by IS NOT NULL) = coalesce(end_reason = 'closed', false)", name="borne_by_end"),
    CheckConstraint("runner_id <> customer_id", name="not_own"),
    CheckConstraint("ceiling = shop_limit + delivery_fee + service_fee + tip", name="ceiling_sum"),
    CheckConstraint("asked_limit > shop_limit", name="asked_above_limit"),
    CheckConstraint("receipt > 0 AND receipt <= shop_limit", name="receipt_within"),
    CheckConstraint("total = receipt + delivery_fee + service_fee + tip AND total <= ceiling", name="total_sum"),
    CheckConstraint("runner_share >= receipt AND runner_share <= total", name="share_within"),
    CheckConstraint(
        "(status IN ('PENDING', 'CREATED', 'EXPIRED') AND runner_id IS NULL) OR status = 'CANCELLED'"
        " OR (status NOT IN ('PENDING', 'CREATED', 'EXPIRED') AND runner_id IS NOT NULL)",
        name="runner_by_status",
    ),
    CheckConstraint(
        "status NOT IN ('PLACED', 'ON_THE_WAY', 'ARRIVED', 'DELIVERED', 'COMPLETED') OR total IS NOT NULL",
        name="total_by_status",
    ),
)
Index("orders_customer_idx", orders.c.campus_id, orders.c.customer_id, orders.c.id.desc())
Index("orders_runner_idx", orders.c.campus_id, orders.c.runner_id, postgresql_where=orders.c.runner_id.is_not(None))
Index("orders_placed_idx", orders.c.placed_at)
Index("orders_completed_idx", orders.c.completed_at, postgresql_where=text("completed_at IS NOT NULL"))
Index("orders_ended_idx", orders.c.ended_at, postgresql_where=text("ended_at IS NOT NULL"))
Index("orders_open", orders.c.id, postgresql_where=text("completed_at IS NULL AND ended_at IS NULL"))

barred = Table(  # runners who gave this job back
    "barred",
    METADATA,
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    PrimaryKeyConstraint("order_id", "person_id"),
)

timer = Table(
    "timer",
    METADATA,
    number(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    words("kind"),
    words("status", default=TimerStatus.SET),
    moment("due_at", nullable=False),
    moment("set_at", nullable=False, default_now=True),
    Column("tries", Integer, nullable=False, server_default=text("0")),  # that started nothing: faults of ours
    one_of("kind", TimerKind),
    one_of("status", TimerStatus),
)
Index("timer_one_set", timer.c.order_id, timer.c.kind, unique=True, postgresql_where=text("status = 'set'"))
Index("timer_order_idx", timer.c.order_id, timer.c.kind)
Index("timer_due", timer.c.due_at, postgresql_where=text("status = 'set'"))

event = Table(  # append-only; written in the commit of the transition it tells
    "event",
    METADATA,
    number(),
    Column("campus_id", ForeignKey("campus.id")),
    Column("order_id", ForeignKey("orders.id")),
    words("subject"),  # order, hold, payout, timer, saga, membership, case
    words("subject_id"),
    words("event"),
    words("before", nullable=True),
    words("after", nullable=True),
    words("actor_role"),
    Column("actor_id", BigInteger),
    words("reason", nullable=True),
    moment("at", nullable=False, default_now=True),
    one_of("actor_role", ACTING),
)
Index("event_order_idx", event.c.order_id, event.c.id)
