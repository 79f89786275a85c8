"""A shop asks for more than the limit: the runner asks, the customer sees both numbers and decides."""

import pytest

from domain.messaging.buttons import Tap
from domain.orders.tables import orders
from domain.payments.tables import hold
from domain.saga.tables import saga
from tests.stack.bot_stack import BotStack, BotUser
from tests.stack.order_setup import claimed_order, notifications_of

pytestmark = pytest.mark.drill


async def requested_increase(stack: BotStack) -> tuple[int, BotUser, BotUser]:
    """Let the runner type 6.00 where the limit is 5.20, and ask the customer."""
    order_id, mei, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    await ana.write("6.00")
    said = (await ana.press("Ask Mei"))["text"]
    assert "Mei was asked about S$6.00" in said
    assert "not buy for more than S$5.20" in said
    return order_id, mei, ana


async def requested_ceilings(stack: BotStack, order_id: int) -> list[int]:
    """The ceilings that were asked for."""
    rows = await stack.rows(saga, saga.c.order_id == order_id, saga.c.kind == "replace_hold")
    return [row["data"]["ceiling"] for row in rows]


async def test_the_customer_sees_both_numbers_and_a_yes_asks_the_bank(stack: BotStack) -> None:
    order_id, mei, ana = await requested_increase(stack)
    (question,) = await notifications_of(stack, order_id, "notification-limit-increase-requested")
    assert (question["chat_id"], question["silent"]) == (mei.id, False)
    shown = {name: question["args"][name] for name in ("wanted", "limit", "now", "then")}
    assert shown == {"wanted": "S$6.00", "limit": "S$5.20", "now": "S$8.00", "then": "S$8.80"}
    assert [one["data"] for one in question["buttons"]] == [f"v1:agree:{order_id}:880", f"v1:disagree:{order_id}:880"]
    assert await requested_ceilings(stack, order_id) == []
    assert "We ask your bank to hold S$8.80" in await mei.screen_after_tap(Tap.AGREE, order_id, 880)
    assert await requested_ceilings(stack, order_id) == [880]
    wanted = await stack.rows(hold, hold.c.order_id == order_id, hold.c.part == "replacement")
    assert [row["amount"] for row in wanted] == [880]
    assert (await stack.order_row(order_id))["shop_limit"] == 520, "no new limit counts before its hold is made"
    for tap in (Tap.AGREE, Tap.DISAGREE):
        assert "just now" in (await mei.tap(tap, order_id, 880))["text"]
    assert "just now" in (await ana.tap(Tap.ASK_CUSTOMER, order_id, 700))["text"]
    assert await requested_ceilings(stack, order_id) == [880]


async def test_a_no_of_the_customer_leaves_the_limit_and_the_runner_is_told(stack: BotStack) -> None:
    order_id, mei, ana = await requested_increase(stack)
    assert "at most S$5.20" in (await mei.tap(Tap.DISAGREE, order_id, 880))["text"]
    (told,) = await notifications_of(stack, order_id, "notification-limit-refused")
    assert (told["chat_id"], told["args"]["limit"]) == (ana.id, "S$5.20")
    for tap in (Tap.AGREE, Tap.DISAGREE):
        assert "out of date" in (await mei.tap(tap, order_id, 880))["text"]
    assert await requested_ceilings(stack, order_id) == []
    await ana.tap(Tap.ASK_CUSTOMER, order_id, 600)
    assert [
        row["silent"] for row in await notifications_of(stack, order_id, "notification-limit-increase-requested")
    ] == [False, True]


async def test_asked_twice_for_the_same_the_customer_reads_it_once_and_a_new_amount_makes_the_old_one_stale(
    stack: BotStack,
) -> None:
    order_id, mei, ana = await requested_increase(stack)
    await ana.tap(Tap.ASK_CUSTOMER, order_id, 600)
    assert len(await notifications_of(stack, order_id, "notification-limit-increase-requested")) == 1
    await ana.tap(Tap.ASK_CUSTOMER, order_id, 650)
    first, second = await notifications_of(stack, order_id, "notification-limit-increase-requested")
    assert (first["silent"], second["silent"]) == (False, True)
    assert "not right any more" in (await mei.tap(Tap.AGREE, order_id, 880))["text"]
    await mei.tap(Tap.AGREE, order_id, 930)
    assert await requested_ceilings(stack, order_id) == [930]


async def test_only_the_runner_asks_and_only_the_customer_answers(stack: BotStack) -> None:
    order_id, mei, ana = await requested_increase(stack)
    eve = await stack.add_customer("Eve")
    for who in (ana, eve):
        for tap in (Tap.AGREE, Tap.DISAGREE):
            assert (await who.tap(tap, order_id, 880))["text"]
    for who in (mei, eve):
        await who.tap(Tap.ASK_CUSTOMER, order_id, 700)
    assert await requested_ceilings(stack, order_id) == []
    assert (await stack.order_row(order_id))["asked_limit"] == 600


async def test_what_the_limit_covers_or_the_campus_forbids_is_not_asked(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    assert "out of date" in (await ana.tap(Tap.ASK_CUSTOMER, order_id, 520))["text"]
    assert "S$" in (await ana.tap(Tap.ASK_CUSTOMER, order_id, 999_999_999))["text"]
    assert await notifications_of(stack, order_id, "notification-limit-increase-requested") == []


async def test_once_it_is_bought_or_given_back_an_old_yes_does_nothing(stack: BotStack) -> None:
    order_id, mei, ana = await requested_increase(stack)
    await ana.write("5.20")
    assert (await mei.tap(Tap.AGREE, order_id, 880))["text"]
    other, mei, ana = await requested_increase(stack)
    await ana.tap(Tap.RELEASE_SURE, other, 2)
    assert (await mei.tap(Tap.AGREE, other, 880))["text"]
    assert await requested_ceilings(stack, order_id) == await requested_ceilings(stack, other) == []
    assert (await stack.row(orders, orders.c.id == other))["asked_limit"] is None
