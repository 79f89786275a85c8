"""A shop that closes soon is said before the order and on its messages, while there is still something to buy."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.campuses.campus import WEEKDAYS
from domain.campuses.tables import store
from domain.messaging.order_message import OrderMessageKind
from domain.order_messages.render import render_order_message
from domain.orders.states import OrderStatus
from domain.orders.tables import orders
from tests.domain.order_messages.sample_orders import NOON, ORDERS_BY_STATUS, VIEW
from tests.stack.bot_stack import BASKET_PATH, BotStack, BotUser
from tests.stack.delivered_order_setup import order_message_for

NOON_HOURS = dict.fromkeys(WEEKDAYS, ("08:00", "12:30"))  # NOON is 12:01 on the clock of the campus


@pytest.fixture
async def closing(stack: BotStack) -> AsyncIterator[str]:
    """Let every shop of the campus north close in half an hour, and return the clock."""
    local = datetime.now(UTC).astimezone(ZoneInfo("Asia/Singapore"))
    opens, closes = (f"{local + timedelta(minutes=minutes):%H:%M}" for minutes in (-90, 30))
    here = store.c.campus_id == stack.campuses["north"]
    await stack.update_rows(store, here, hours={day: [[opens, closes]] for day in WEEKDAYS})
    yield closes
    await stack.update_rows(store, here, hours={})


async def test_the_review_and_the_order_messages_say_when_the_shop_closes(
    stack: BotStack, mei: BotUser, closing: str
) -> None:
    await mei.write("/start")
    await mei.press(*BASKET_PATH, "Library")
    assert f"⏰ Koufu closes at {closing}." in await mei.text()
    await mei.press("Place order")
    order_id = await latest_order(stack, mei)
    message = await order_message_for(stack, OrderMessageKind.CUSTOMER, order_id, mei)
    assert f"closes at {closing}" in message.text


async def latest_order(stack: BotStack, person: BotUser) -> int:
    """The newest order of a person."""
    from_orders = await stack.rows(orders, orders.c.customer_id == person.id)
    return int(max(row["id"] for row in from_orders))


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("kind", OrderMessageKind)
def test_a_closing_is_said_until_the_food_is_bought(status: OrderStatus, kind: OrderMessageKind) -> None:
    order = ORDERS_BY_STATUS[status]
    viewer = {OrderMessageKind.CUSTOMER: order.customer_id, OrderMessageKind.RUNNER: order.runner_id or 0}.get(kind, -1)
    view = replace(VIEW, order=order, viewer=viewer, store_hours=NOON_HOURS, read_at=NOON)
    text = render_order_message(kind, view, "en").text
    late = render_order_message(kind, replace(view, read_at=NOON + timedelta(hours=1)), "en").text
    early = render_order_message(kind, replace(view, read_at=NOON - timedelta(hours=1)), "en").text
    shown = {
        OrderMessageKind.CUSTOMER: {OrderStatus.PENDING, OrderStatus.CREATED, OrderStatus.ACCEPTED},
        OrderMessageKind.RUNNER: {OrderStatus.ACCEPTED},
        OrderMessageKind.GROUP: {OrderStatus.CREATED},
    }[kind]
    is_shown = status in shown
    assert ("closes at 12:30" in text, "is closed by now" in late) == (is_shown, is_shown)
    assert "closes at" not in early
