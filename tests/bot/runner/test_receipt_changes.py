"""A mistyped receipt: it is read back, and its runner corrects it until the food is picked up."""

from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.messaging.order_message import OrderMessageKind
from domain.orders.states import OrderStatus
from tests.stack.bot_stack import BotStack
from tests.stack.delivered_order_setup import order_message_for
from tests.stack.order_setup import claimed_order


async def test_a_mistyped_receipt_is_read_back_and_corrected(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    assert "S$2.40" in await ana.answer_to("2.40")
    await ana.press("Change amount")
    assert "you wrote S$2.40" in await ana.text()
    assert "S$4.20" in await ana.answer_to("4.20")
    row = await stack.order_row(order_id)
    assert (row["status"], row["receipt"], row["total"], row["runner_share"]) == (OrderStatus.PLACED, 420, 700, 600)
    (logged,) = await stack.rows(event_log, event_log.c.order_id == order_id, event_log.c.event == "receipt_changed")
    assert (logged["reason"], logged["actor_id"]) == ("from S$2.40 to S$4.20", ana.id)
    assert "S$7.00" in (await order_message_for(stack, OrderMessageKind.CUSTOMER, order_id, mei)).text


async def test_a_corrected_receipt_keeps_the_limit_and_the_question_stays_open(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2)
    await ana.tap(Tap.CHANGE_RECEIPT, order_id, 3)
    for wrong in ("9.00", "0", "much"):
        await ana.write(wrong)
        assert (await stack.order_row(order_id))["receipt"] == 420, wrong
    await ana.write("5.20")
    assert (await stack.order_row(order_id))["receipt"] == 520


async def test_after_the_pick_up_nobody_changes_the_receipt(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    assert "not open for that" in (await ana.tap(Tap.CHANGE_RECEIPT, order_id, 2))["text"]
    await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2)
    assert "not yours" in (await mei.tap(Tap.CHANGE_RECEIPT, order_id, 3))["text"]
    await ana.tap(Tap.CHANGE_RECEIPT, order_id, 3)
    await ana.tap(Tap.PICKED_UP, order_id, 3)
    await ana.write("4.00")
    assert (await stack.order_row(order_id))["receipt"] == 420
    assert "not open for that" in (await ana.tap(Tap.CHANGE_RECEIPT, order_id, 4))["text"]
