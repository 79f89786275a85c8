"""Tables of orders, of runners barred from one, and of timers."""

from collections.abc import Set

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
    Table,
    Uuid,
    text,
)

from domain.database.metadata import METADATA, id_column, json_column, one_of_check, text_column, timestamp_column
from domain.orders.states import BOUGHT_STATUSES, DELIVERED_STATUSES, STATUSES_BEFORE_CLAIM, Bearer, OrderStatus
from domain.orders.timers.model import TimerKind, TimerStatus


def _list_statuses(statuses: Set[OrderStatus]) -> str:
    return ", ".join(f"'{status}'" for status in OrderStatus if status in statuses)


_NEVER_CLAIMED = _list_statuses(STATUSES_BEFORE_CLAIM | {OrderStatus.EXPIRED})  # CANCELLED may be either
_WITH_TOTAL = _list_statuses(BOUGHT_STATUSES | DELIVERED_STATUSES)

orders = Table(
    "orders",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("customer_id", BigInteger, nullable=False),
    Column("runner_id", BigInteger),
    text_column("status"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    text_column("store_name"),
    json_column("items", default="[]"),
    text_column("drop_point"),
    text_column("note", default=""),
    text_column("currency"),
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
    text_column("pin", nullable=True),
    Column("pin_tries", Integer, nullable=False, server_default=text("0")),
    text_column("end_reason", nullable=True),
    text_column("end_note", nullable=True),  # the reason an admin gave
    timestamp_column("placed_at", nullable=False),
    timestamp_column("created_at"),
    timestamp_column("accepted_at"),
    timestamp_column("bought_at"),
    timestamp_column("picked_up_at"),
    timestamp_column("arrived_at"),
    timestamp_column("delivered_at"),
    timestamp_column("completed_at"),
    timestamp_column("ended_at"),
    text_column("borne_by", nullable=True),
    text_column("receipt_photo", nullable=True),
    text_column("proof_photo", nullable=True),
    Column("asked_limit", BigInteger),  # the limit the shop needs: the runner asked the customer for it
    ForeignKeyConstraint(["campus_id", "customer_id"], ["membership.campus_id", "membership.person_id"]),
    ForeignKeyConstraint(["campus_id", "runner_id"], ["membership.campus_id", "membership.person_id"]),
    one_of_check("status", OrderStatus),
    one_of_check("borne_by", Bearer),
    CheckConstraint("(borne_by IS NOT NULL) = coalesce(end_reason = 'closed', false)", name="borne_by_end"),
    CheckConstraint("runner_id <> customer_id", name="not_own"),
    CheckConstraint("ceiling = shop_limit + delivery_fee + service_fee + tip", name="ceiling_sum"),
    CheckConstraint("asked_limit > shop_limit", name="asked_above_limit"),
    CheckConstraint("receipt > 0 AND receipt <= shop_limit", name="receipt_within"),
    CheckConstraint("total = receipt + delivery_fee + service_fee + tip AND total <= ceiling", name="total_sum"),
    CheckConstraint("runner_share >= receipt AND runner_share <= total", name="share_within"),
    CheckConstraint(
        f"(status IN ({_NEVER_CLAIMED}) AND runner_id IS NULL) OR status = '{OrderStatus.CANCELLED}'"
        f" OR (status NOT IN ({_NEVER_CLAIMED}) AND runner_id IS NOT NULL)",
        name="runner_by_status",
    ),
    CheckConstraint(
        f"status NOT IN ({_WITH_TOTAL}) OR total IS NOT NULL",
        name="total_by_status",
    ),
)
Index("orders_customer_idx", orders.c.campus_id, orders.c.customer_id, orders.c.id.desc())
Index("orders_runner_idx", orders.c.campus_id, orders.c.runner_id, postgresql_where=orders.c.runner_id.is_not(None))
Index("orders_placed_idx", orders.c.placed_at)
Index("orders_completed_idx", orders.c.completed_at, postgresql_where=text("completed_at IS NOT NULL"))
Index("orders_ended_idx", orders.c.ended_at, postgresql_where=text("ended_at IS NOT NULL"))
Index("orders_open", orders.c.id, postgresql_where=text("completed_at IS NULL AND ended_at IS NULL"))

barred_runner = Table(  # runners who released the order and may not claim it again
    "barred_runner",
    METADATA,
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    timestamp_column("given_back_at"),  # by them or by their silence; NULL where it was no choice of theirs
    PrimaryKeyConstraint("order_id", "person_id"),
)
Index(
    "barred_runner_given_back",
    barred_runner.c.person_id,
    barred_runner.c.given_back_at,
    postgresql_where=text("given_back_at IS NOT NULL"),
)

timer = Table(
    "timer",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    text_column("kind"),
    text_column("status", default=TimerStatus.SET),
    timestamp_column("due_at", nullable=False),
    timestamp_column("set_at", nullable=False, default_now=True),
    Column("tries", Integer, nullable=False, server_default=text("0")),  # that failed through a fault of ours
    one_of_check("kind", TimerKind),
    one_of_check("status", TimerStatus),
)
Index("timer_one_set", timer.c.order_id, timer.c.kind, unique=True, postgresql_where=text("status = 'set'"))
Index("timer_order_idx", timer.c.order_id, timer.c.kind)
Index("timer_due", timer.c.due_at, postgresql_where=text("status = 'set'"))
