"""Sample orders in every status, as order messages show them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from domain.campuses.campus import Campus
from domain.campuses.windows import Windows
from domain.messaging.buttons import Tap, unpack
from domain.messaging.order_message import OrderMessageKind
from domain.order_messages.render import render_order_message
from domain.order_messages.view import OrderMessageContent, OrderView
from domain.orders.pricing import Item, price_order, split_receipt
from domain.orders.states import Order, OrderStatus
from domain.payments.model import Hold, HoldStatus
from domain.payouts.model import Payable, PayoutStatus
from domain.risk.limits import build_limits
from tests.stack.store_setup import FEES

NOON = datetime(2026, 11, 23, 4, 1, tzinfo=UTC)  # 12:01 in Singapore
MEI, ANA, BEN = 1001, 2001, 2002
ITEMS = (Item(name="Chicken <rice>", quantity=1, price=420),)
PRICE = price_order(ITEMS, delivery_fee=200, tip=0, fees=FEES)
SPLIT = split_receipt(PRICE, 420)
CAMPUS = Campus(
    id=1,
    name="north",
    title="North",
    currency="sgd",
    time_zone="Asia/Singapore",
    runner_group=-1,
    admin_chat=-2,
    runner_invite=None,
    bot_username="north_bot",
    fees=FEES,
    windows=Windows(),
    risk=build_limits(FEES.order_most, {}),
)
ORDER = Order(
    id=1214,
    campus_id=1,
    customer_id=MEI,
    runner_id=None,
    status=OrderStatus.PENDING,
    version=3,
    store_name="Koufu & Co",
    items=ITEMS,
    drop_point="Hall 3, room 412",
    note="no <chili>",
    price=PRICE,
    receipt=None,
    total=None,
    runner_share=None,
    claim=None,
    hold_checked=False,
    releases=0,
    pin=None,
    pin_tries=0,
    end_reason=None,
    end_note=None,
    borne_by=None,
    receipt_photo=None,
    proof_photo=None,
    placed_at=NOON,
    created_at=None,
    accepted_at=None,
    bought_at=None,
    picked_up_at=None,
    arrived_at=None,
    delivered_at=None,
    completed_at=None,
    ended_at=None,
)
HOLD = Hold(
    id=1,
    order_id=1214,
    saga_id=UUID(int=1),
    status=HoldStatus.HELD,
    amount=PRICE.ceiling,
    currency="sgd",
    payment_intent="pi_1",
    charge=None,
    captured=0,
    capture_before=None,
    approval_url=None,
    refusal=None,
)
PAYABLE = Payable(
    id=1,
    campus_id=1,
    order_id=1214,
    runner_id=ANA,
    status=PayoutStatus.PAID,
    amount=SPLIT.runner,
    currency="sgd",
    charge="ch_1",
    attempt=1,
    transfer="tr_1",
    refusal=None,
)
VIEW = OrderView(
    order=ORDER,
    campus=CAMPUS,
    hold=HOLD,
    payable=None,
    customer_name="Mei",
    runner_name=None,
    building="Hall 3",
    store_listed=True,
    viewer=MEI,
    expires_at=None,
)


def minutes_after_placing(number: int) -> datetime:
    """Return the time this many minutes after the order was placed."""
    return NOON + timedelta(minutes=number)


_CREATED = replace(ORDER, status=OrderStatus.CREATED, created_at=minutes_after_placing(1))
_ACCEPTED = replace(
    _CREATED,
    status=OrderStatus.ACCEPTED,
    runner_id=ANA,
    accepted_at=minutes_after_placing(3),
    pin="4817",
    hold_checked=True,
)
_PLACED = replace(
    _ACCEPTED,
    status=OrderStatus.PLACED,
    bought_at=minutes_after_placing(9),
    receipt=420,
    total=SPLIT.total,
    runner_share=SPLIT.runner,
)
_ON_THE_WAY = replace(_PLACED, status=OrderStatus.ON_THE_WAY, picked_up_at=minutes_after_placing(10))
_ARRIVED = replace(_ON_THE_WAY, status=OrderStatus.ARRIVED, arrived_at=minutes_after_placing(19))
_DELIVERED = replace(_ARRIVED, status=OrderStatus.DELIVERED, delivered_at=minutes_after_placing(21))

ORDERS_BY_STATUS = MappingProxyType(
    {
        OrderStatus.PENDING: ORDER,
        OrderStatus.CREATED: _CREATED,
        OrderStatus.ACCEPTED: _ACCEPTED,
        OrderStatus.PLACED: _PLACED,
        OrderStatus.ON_THE_WAY: _ON_THE_WAY,
        OrderStatus.ARRIVED: _ARRIVED,
        OrderStatus.DELIVERED: _DELIVERED,
        OrderStatus.COMPLETED: replace(
            _DELIVERED, status=OrderStatus.COMPLETED, completed_at=minutes_after_placing(22)
        ),
        OrderStatus.CANCELLED: replace(
            _CREATED, status=OrderStatus.CANCELLED, ended_at=minutes_after_placing(5), end_reason="customer"
        ),
        OrderStatus.EXPIRED: replace(
            _CREATED, status=OrderStatus.EXPIRED, ended_at=minutes_after_placing(31), end_reason="unclaimed"
        ),
    }
)


def view_at(status: OrderStatus, *, viewer: int = MEI) -> OrderView:
    """Return what an order message is rendered from while the order has this status."""
    order = ORDERS_BY_STATUS[status]
    runner = None if order.runner_id is None else "Ana"
    payable = PAYABLE if status is OrderStatus.COMPLETED else None
    expires = minutes_after_placing(31) if status is OrderStatus.CREATED else None
    return replace(VIEW, order=order, runner_name=runner, payable=payable, expires_at=expires, viewer=viewer)


def render(kind: OrderMessageKind, view: OrderView, **changed: Any) -> OrderMessageContent:
    """Render an order message in English, after changing these fields of its order."""
    return render_order_message(kind, replace(view, order=replace(view.order, **changed)), "en")


def customer_message(status: OrderStatus, **changed: Any) -> OrderMessageContent:
    """What the customer reads of an order of this status, after changing these fields of it."""
    return render(OrderMessageKind.CUSTOMER, view_at(status), **changed)


def runner_message(status: OrderStatus, **changed: Any) -> OrderMessageContent:
    """What the runner reads of an order of this status, after changing these fields of it."""
    return render(OrderMessageKind.RUNNER, view_at(status, viewer=ANA), **changed)


def button_taps(content: OrderMessageContent) -> set[Tap]:
    """The taps of the buttons below an order message."""
    return {unpack(button.data).tap for row in content.rows for button in row if button.data is not None}
