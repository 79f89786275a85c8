"""An order: its statuses, its events and the table of its transitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto
from types import MappingProxyType
from typing import assert_never
from uuid import UUID

from domain.orders.pricing import Item, Price


class OrderStatus(StrEnum):
    PENDING = "PENDING"
    CREATED = "CREATED"
    ACCEPTED = "ACCEPTED"
    PLACED = "PLACED"
    ON_THE_WAY = "ON_THE_WAY"
    ARRIVED = "ARRIVED"
    DELIVERED = "DELIVERED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class OrderPhase(Enum):
    """A part of an order's life. Every status is in one; the groups of statuses below are made of them."""

    UNCLAIMED = auto()
    CLAIMED = auto()  # by a runner, who has not bought yet
    BOUGHT = auto()  # after the pivot, before the hand-over
    DELIVERED = auto()  # handed over; the money is moving
    COMPLETED = auto()
    ABANDONED = auto()  # ended without a delivery


class OrderEvent(StrEnum):
    PUBLISHED = "published"  # the hold is made: runners see the order
    UNPAID = "unpaid"  # declined, not approved in time, or cancelled while pending
    WITHDRAWN = "withdrawn"  # create_order compensated after publishing
    CLAIMED = "claimed"
    GIVEN_BACK = "given_back"  # accept_order compensated
    HOLD_GONE = "hold_gone"  # the hold ended before anything was bought
    RELEASED = "released"  # the runner gave the order back
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    CANCELLED_BY_ADMIN = "cancelled_by_admin"
    BOUGHT = "bought"  # the order's pivot: nobody can cancel from here on
    PICKED_UP = "picked_up"
    ARRIVED = "arrived"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    FINISHED_BY_ADMIN = "finished_by_admin"  # an admin confirmed the hand-over
    CLOSED_BY_ADMIN = "closed_by_admin"  # bought but not delivered: an admin says who bears the cost


class Bearer(StrEnum):
    """Who pays for the food of an order that an admin closed after the purchase; never the customer."""

    RUNNER = "runner"
    PLATFORM = "platform"


_S, _E = OrderStatus, OrderEvent

ORDER_TRANSITIONS: Mapping[tuple[OrderStatus, OrderEvent], OrderStatus] = MappingProxyType(
    {
        (_S.PENDING, _E.PUBLISHED): _S.CREATED,
        (_S.PENDING, _E.UNPAID): _S.CANCELLED,
        (_S.CREATED, _E.WITHDRAWN): _S.CANCELLED,
        (_S.CREATED, _E.CLAIMED): _S.ACCEPTED,
        (_S.CREATED, _E.EXPIRED): _S.EXPIRED,
        (_S.CREATED, _E.CANCELLED): _S.CANCELLED,
        (_S.CREATED, _E.CANCELLED_BY_ADMIN): _S.CANCELLED,
        (_S.ACCEPTED, _E.CANCELLED_BY_ADMIN): _S.CANCELLED,
        (_S.ACCEPTED, _E.HOLD_GONE): _S.CANCELLED,
        (_S.ACCEPTED, _E.GIVEN_BACK): _S.CREATED,
        (_S.ACCEPTED, _E.RELEASED): _S.CREATED,
        (_S.ACCEPTED, _E.BOUGHT): _S.PLACED,
        (_S.PLACED, _E.PICKED_UP): _S.ON_THE_WAY,
        (_S.ON_THE_WAY, _E.ARRIVED): _S.ARRIVED,
        (_S.ARRIVED, _E.DELIVERED): _S.DELIVERED,
        (_S.PLACED, _E.FINISHED_BY_ADMIN): _S.DELIVERED,
        (_S.ON_THE_WAY, _E.FINISHED_BY_ADMIN): _S.DELIVERED,
        (_S.ARRIVED, _E.FINISHED_BY_ADMIN): _S.DELIVERED,
        (_S.PLACED, _E.CLOSED_BY_ADMIN): _S.CANCELLED,
        (_S.ON_THE_WAY, _E.CLOSED_BY_ADMIN): _S.CANCELLED,
        (_S.ARRIVED, _E.CLOSED_BY_ADMIN): _S.CANCELLED,
        (_S.DELIVERED, _E.COMPLETED): _S.COMPLETED,
    }
)

# To running sagas that wait while their order must stay as it is. Every move of an order sends it under its lock.
ORDER_CHANGED_SIGNAL = "order_changed"

MAX_PIN_TRIES = 5


def phase_of(status: OrderStatus) -> OrderPhase:
    """Return the phase of a status."""
    match status:
        case OrderStatus.PENDING | OrderStatus.CREATED:
            return OrderPhase.UNCLAIMED
        case OrderStatus.ACCEPTED:
            return OrderPhase.CLAIMED
        case OrderStatus.PLACED | OrderStatus.ON_THE_WAY | OrderStatus.ARRIVED:
            return OrderPhase.BOUGHT
        case OrderStatus.DELIVERED:
            return OrderPhase.DELIVERED
        case OrderStatus.COMPLETED:
            return OrderPhase.COMPLETED
        case OrderStatus.CANCELLED | OrderStatus.EXPIRED:
            return OrderPhase.ABANDONED
        case _:
            assert_never(status)


def _statuses_in(*phases: OrderPhase) -> frozenset[OrderStatus]:
    return frozenset(status for status in OrderStatus if phase_of(status) in phases)


_P = OrderPhase
STATUSES_BEFORE_CLAIM = _statuses_in(_P.UNCLAIMED)  # the customer may still cancel
STATUSES_BEFORE_PIVOT = _statuses_in(_P.UNCLAIMED, _P.CLAIMED)
STATUSES_WITH_RUNNER = _statuses_in(_P.CLAIMED, _P.BOUGHT)
BOUGHT_STATUSES = _statuses_in(_P.BOUGHT)
STATUSES_BEFORE_DELIVERY = _statuses_in(_P.UNCLAIMED, _P.CLAIMED, _P.BOUGHT)
STATUSES_BEFORE_CAPTURE = _statuses_in(_P.BOUGHT, _P.DELIVERED)  # a total is fixed, and its hold must last
DELIVERED_STATUSES = _statuses_in(_P.DELIVERED, _P.COMPLETED)
ABANDONED_STATUSES = _statuses_in(_P.ABANDONED)
STATUSES_MOVED_BY_SAGA = _statuses_in(_P.DELIVERED) | {OrderStatus.PENDING}  # no person moves them on
FINAL_ORDER_STATUSES = _statuses_in(_P.COMPLETED, _P.ABANDONED)
OPEN_ORDER_STATUSES = frozenset(OrderStatus) - FINAL_ORDER_STATUSES


def source_statuses(event: OrderEvent) -> tuple[OrderStatus, ...]:
    """Return the statuses in which the event is allowed. They guard the SQL UPDATE."""
    return tuple(status for status, trigger in ORDER_TRANSITIONS if trigger is event)


def target_status(event: OrderEvent) -> OrderStatus:
    """Return the status after the event. Each event leads to one status only."""
    (status,) = {after for (_, trigger), after in ORDER_TRANSITIONS.items() if trigger is event}
    return status


def is_event_allowed(status: OrderStatus, event: OrderEvent) -> bool:
    """Return whether the event is allowed in this status."""
    return (status, event) in ORDER_TRANSITIONS


def can_leave_food(status: OrderStatus, *, has_waited: bool) -> bool:
    """Return whether a photo is proof enough: the customer was told, and the runner has waited the required time.

    A locked PIN is no proof of anything: whoever types wrong ones must not get further by it.
    """
    return status is OrderStatus.ARRIVED and has_waited


def is_pin_locked(status: OrderStatus, pin_tries: int) -> bool:
    """Return whether the order waits at the door with a PIN that does not count any more."""
    return status is OrderStatus.ARRIVED and pin_tries >= MAX_PIN_TRIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A committed order. Amounts are in minor units of `price.currency`, times in UTC."""

    id: int
    campus_id: int
    customer_id: int
    runner_id: int | None
    status: OrderStatus
    version: int
    store_name: str
    items: tuple[Item, ...]
    drop_point: str
    note: str
    price: Price
    receipt: int | None
    total: int | None
    runner_share: int | None
    claim: UUID | None
    hold_checked: bool
    releases: int
    pin: str | None
    pin_tries: int
    # customer, admin, unpaid, declined, out_of_reach, not_possible, card_gone, hold_gone, unclaimed, closed
    end_reason: str | None
    end_note: str | None  # the reason an admin gave
    borne_by: Bearer | None  # who pays for the food, if an admin closed the order after the purchase
    receipt_photo: str | None  # Telegram's file id, valid for this campus' bot only
    proof_photo: str | None  # file id of a photo: the food was left, or handed over without a PIN
    placed_at: datetime
    created_at: datetime | None
    accepted_at: datetime | None
    bought_at: datetime | None
    picked_up_at: datetime | None
    arrived_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    ended_at: datetime | None
    asked_limit: int | None = None  # the price in the shop, above the limit: the customer was asked
