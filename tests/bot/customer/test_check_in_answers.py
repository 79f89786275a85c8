"""Buttons of escalations: a waiting customer, a runner's check-in, and taps that come too late for either."""

from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.messaging.tables import order_message
from domain.orders.states import OrderStatus
from tests.stack.bot_stack import BotStack
from tests.stack.order_setup import open_order


async def test_a_customer_who_waits_is_thanked_and_may_still_cancel(stack: BotStack) -> None:
    order_id, mei = await open_order(stack)
    version = (await stack.order_row(order_id))["version"]
    assert "tell you at once" in (await mei.tap(Tap.KEEP_WAITING, order_id, version))["text"]
    assert (await stack.order_row(order_id))["version"] == version
    await mei.tap(Tap.CANCEL, order_id, version)
    await mei.press("Yes, cancel")
    assert await stack.status(order_id) is OrderStatus.CANCELLED
    assert "out of date" in (await mei.tap(Tap.KEEP_WAITING, order_id, version))["text"]
    assert len(await stack.rows(event_log, event_log.c.order_id == order_id, event_log.c.event == "waits")) == 1


async def test_a_runner_who_checks_in_is_thanked_and_a_late_answer_changes_nothing(stack: BotStack) -> None:
    order_id, _ = await open_order(stack)
    ana, ben = await stack.add_runner("Ana"), await stack.add_runner("Ben")
    await ana.tap(Tap.CLAIM, order_id, 1)
    assert "Thank you" in (await ana.tap(Tap.CHECK_IN, order_id, 2))["text"]
    assert f"#{order_id} stays yours" in await ana.text()
    assert "not yours" in (await ben.tap(Tap.CHECK_IN, order_id, 2))["text"]
    await ana.tap(Tap.RELEASE_SURE, order_id, 2)
    requested_revisions = [
        row["requested_revision"] for row in await stack.rows(order_message, order_message.c.order_id == order_id)
    ]
    assert "out of date" in (await ana.tap(Tap.CHECK_IN, order_id, 2))["text"]
    assert [
        row["requested_revision"] for row in await stack.rows(order_message, order_message.c.order_id == order_id)
    ] == [wanted + 1 for wanted in requested_revisions]
    assert len(await stack.rows(event_log, event_log.c.order_id == order_id, event_log.c.event == "showed_life")) == 1
