"""A customer increases the fee of an unclaimed order: both numbers come before the tap, and no old tap counts."""

import re

from domain.campuses.tables import campus, saved_card
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.orders.states import OrderStatus
from domain.orders.tables import orders
from domain.payments.tables import hold
from domain.saga.tables import saga
from tests.stack.bot_stack import BotStack
from tests.stack.order_setup import open_order


async def requested_increases(stack: BotStack, order_id: int) -> list[dict[str, object]]:
    """The increases that were asked for, oldest first."""
    rows = await stack.rows(saga, saga.c.order_id == order_id, saga.c.kind == "replace_hold")
    return [dict(row["data"]) for row in rows]


async def test_one_tap_shows_both_numbers_and_the_next_one_asks_the_bank(stack: BotStack) -> None:
    order_id, mei = await open_order(stack)
    said = await mei.screen_after_tap(Tap.INCREASE_FEE, order_id, 1)
    now, more, then = re.findall(r"S\$\d+\.\d\d", said)
    assert (now, more, then) == ("S$8.00", "S$1.00", "S$9.00")
    assert await requested_increases(stack, order_id) == [], "showing the amounts changes nothing"
    assert "We ask your bank to hold S$9.00" in await mei.screen_after("Hold S$9.00")
    (asked,) = await requested_increases(stack, order_id)
    assert (asked["ceiling"], asked["delivery_fee"], asked["kind"]) == (900, 300, "fee")
    wanted = await stack.rows(hold, hold.c.order_id == order_id, hold.c.part == "replacement")
    assert [row["amount"] for row in wanted] == [900]
    assert (await stack.order_row(order_id))["ceiling"] == 800, "no new price counts before its hold is made"


async def test_keeping_it_changes_nothing(stack: BotStack) -> None:
    order_id, mei = await open_order(stack)
    await mei.tap(Tap.INCREASE_FEE, order_id, 1)
    await mei.press("Keep S$8.00")
    assert await requested_increases(stack, order_id) == []


async def test_a_second_tap_is_told_that_the_bank_is_being_asked(stack: BotStack) -> None:
    order_id, mei = await open_order(stack)
    await mei.tap(Tap.INCREASE_FEE_SURE, order_id, 900)
    for tap in (Tap.INCREASE_FEE, Tap.INCREASE_FEE_SURE):
        assert "just now" in (await mei.tap(tap, order_id, 900))["text"]
    assert len(await requested_increases(stack, order_id)) == 1


async def test_an_amount_that_was_not_shown_or_is_old_asks_for_nothing(stack: BotStack) -> None:
    """The amount is forged or from a former screen; only the campus decides what one tap adds."""
    order_id, mei = await open_order(stack)
    for ceiling in (0, 800, 899, 5_000):
        assert "not right any more" in (await mei.tap(Tap.INCREASE_FEE_SURE, order_id, ceiling))["text"]
    await stack.update_rows(orders, orders.c.id == order_id, delivery_fee=300, ceiling=900)
    assert "not right any more" in (await mei.tap(Tap.INCREASE_FEE_SURE, order_id, 900))["text"]
    assert await requested_increases(stack, order_id) == []


async def test_more_than_the_campus_allows_is_refused_with_its_limits(stack: BotStack) -> None:
    order_id, mei = await open_order(stack)
    (here,) = await stack.rows(campus, campus.c.name == "north")
    most = here["fees"]["delivery_fee_most"]
    await stack.update_rows(orders, orders.c.id == order_id, delivery_fee=most, ceiling=600 + most)
    said = await mei.tap(Tap.INCREASE_FEE, order_id, 1)
    assert f"S${most / 100:.2f}" in said["text"]
    assert await requested_increases(stack, order_id) == []


async def test_once_a_runner_has_the_order_no_price_is_increased(stack: BotStack) -> None:
    order_id, mei = await open_order(stack)
    await (await stack.add_runner()).tap(Tap.CLAIM, order_id, 1)
    assert await stack.status(order_id) is OrderStatus.ACCEPTED
    for tap in (Tap.INCREASE_FEE, Tap.INCREASE_FEE_SURE):
        assert (await mei.tap(tap, order_id, 900))["text"]
    assert await requested_increases(stack, order_id) == []


async def test_a_stranger_increases_no_price(stack: BotStack) -> None:
    order_id, _ = await open_order(stack)
    eve = await stack.add_customer()
    for tap in (Tap.INCREASE_FEE, Tap.INCREASE_FEE_SURE):
        assert (await eve.tap(tap, order_id, 900))["text"]
    assert await requested_increases(stack, order_id) == []


async def test_without_a_card_a_link_comes_first(stack: BotStack) -> None:
    order_id, mei = await open_order(stack)
    await stack.delete_rows(saved_card, saved_card.c.person_id == mei.id)
    assert "no card" in (await mei.tap(Tap.INCREASE_FEE_SURE, order_id, 900))["text"]
    assert await requested_increases(stack, order_id) == []
    assert (
        await stack.rows(notification, notification.c.order_id == order_id, notification.c.key.like("push-raise%"))
        == []
    )
