"""Resolving a stuck saga that was settled elsewhere: an admin does it once, with a reason, and nothing else changes."""

from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.orders.tables import orders
from domain.saga.tables import saga
from tests.stack.bot_stack import BotStack, Json
from tests.stack.delivered_order_setup import AdminChat
from tests.stack.order_setup import make_stuck_saga


async def _saga_row(stack: BotStack, number: int) -> Json:
    return await stack.row(saga, saga.c.number == number)


async def test_the_list_says_what_is_stuck_at_which_step_since_when_and_after_how_many_tries(stack: BotStack) -> None:
    sam, number = await stack.add_admin(), await make_stuck_saga(stack)
    text = await sam.answer_to("/stuck")
    assert f"{number}: pay_out_runner at " in text
    assert "(0 h 0 min), 0 tries, attempt 1" in text


async def test_what_is_stuck_is_resolved_by_a_reason_and_only_once(stack: BotStack) -> None:
    sam, number = await stack.add_admin(), await make_stuck_saga(stack)
    await sam.write("/stuck")
    assert "It is not tried again" in await sam.screen_after(f"Resolve {number}")
    assert "No order hangs on it" in await sam.text()
    await sam.press("◀ What is stuck")
    await sam.write("not an answer any more")
    assert (await _saga_row(stack, number))["status"] == "stuck"
    await sam.tap(Tap.RESOLVE, number)
    assert "at most 200" in await sam.answer_to("x" * 201)
    assert "resolved by hand" in await sam.answer_to("sent by  hand")
    row = await _saga_row(stack, number)
    assert (row["status"], row["wake_at"], row["error"]) == ("resolved", None, "transfers_not_allowed <b>")
    assert row["ended_at"] is not None
    (told,) = await stack.rows(event_log, event_log.c.subject_id == row["name"], event_log.c.event == "resolved")
    assert (told["actor_id"], told["reason"]) == (sam.id, "sent by hand")
    for late in (Tap.RESOLVE, Tap.RETRY):
        assert "out of date" in (await sam.tap(late, number))["text"]
    await sam.write(f"/resolve {number} again")
    assert (await _saga_row(stack, number))["fence"] == row["fence"]
    assert "/resolve 5" in await sam.answer_to("/resolve")


async def test_the_order_of_a_resolved_saga_stays_as_it_is_and_its_history_says_why(stack: BotStack) -> None:
    sam, number = await stack.add_admin(), await make_stuck_saga(stack)
    order_id = await (await stack.add_customer()).open_order()
    await stack.update_rows(saga, saga.c.number == number, order_id=order_id)
    before = await stack.rows(orders, orders.c.id == order_id)
    assert f"Order #{order_id} stays as it is: looking for a runner" in await sam.screen_after_tap(Tap.RESOLVE, number)
    await sam.write("held in Stripe's dashboard")
    assert f"Order #{order_id} stays as it is: looking for a runner" in await sam.text()
    assert await stack.rows(orders, orders.c.id == order_id) == before
    assert "resolved by hand · Sam" in await sam.screen_after("Look at it")
    assert "held in Stripe's dashboard" in await sam.text()


async def test_another_campus_saga_is_not_found_here(stack: BotStack) -> None:
    sam, number = await stack.add_admin(), await make_stuck_saga(stack)
    await stack.update_rows(saga, saga.c.number == number, campus_id=stack.campuses["south"])
    await sam.write(f"/resolve {number} mine")
    assert "out of date" in (await sam.tap(Tap.RESOLVE, number))["text"]
    assert (await _saga_row(stack, number))["status"] == "stuck"


async def test_in_the_admin_chat_the_reason_comes_with_the_command(stack: BotStack, admin_chat: AdminChat) -> None:
    number = await make_stuck_saga(stack)
    await admin_chat.write("/stuck")
    await admin_chat.tap(Tap.RESOLVE, number)
    assert (await admin_chat.text()).endswith(f"It completes /resolve {number}")
    assert "resolved by hand" in await admin_chat.answer_to(f"/resolve {number} sent by hand")
    assert (await _saga_row(stack, number))["status"] == "resolved"
