"""Acts of admins on their own orders: refused while there is a second admin, else confirmed, marked and told."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from domain.campuses.people import RunnerStatus
from domain.campuses.tables import membership
from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.orders.states import OrderStatus
from domain.orders.tables import orders
from domain.saga.tables import saga
from domain.words import say
from tests.stack.bot_stack import BotStack, BotUser, Json
from tests.stack.delivered_order_setup import open_admin_chat
from tests.stack.order_setup import claimed_order, make_stuck_saga, notifications_of

pytestmark = pytest.mark.drill

AGREE = "Yes, I do it myself"
ALONE = "there is no second admin here"
ANOTHER = "Another admin has to do this: it is your own order, or about yourself."


async def only_admin_with_own_order(stack: BotStack) -> tuple[BotUser, BotUser, int]:
    """The only admin of the campus, who is the customer of a claimed order, and its runner."""
    order_id, mei, ana = await claimed_order(stack)
    await stack.update_rows(membership, is_admin=False)
    await stack.update_rows(membership, membership.c.person_id == mei.id, is_admin=True)
    return mei, ana, order_id


async def own_act_lines(stack: BotStack, one: BotUser) -> list[Json]:
    """The marks of this admin's own acts in the event log."""
    found = await stack.rows(event_log, event_log.c.subject == "own_act", event_log.c.actor_id == one.id)
    return [(line["subject_id"], line["event"]) for line in sorted(found, key=lambda line: int(line["id"]))]


async def admin_lines(stack: BotStack, which: Json) -> list[str]:
    """What the admin chat reads about acts, as HTML."""
    found = await stack.rows(notification, notification.c.key == "notification-admin-act", which)
    return [say("en", one["key"], **one["args"]) for one in found]


async def test_with_a_second_admin_nobody_acts_on_their_own(stack: BotStack) -> None:
    sam, ana, order_id = await only_admin_with_own_order(stack)
    await stack.add_admin("Kim")
    number = await make_stuck_saga(stack)
    await stack.update_rows(saga, saga.c.number == number, order_id=order_id)
    for command in (f"/cancel {order_id} why", f"/tell {order_id} runner hurry", f"/resolve {number} done"):
        await sam.write(command)
        assert ANOTHER in await sam.text(), command
    assert (await sam.tap(Tap.RETRY, number))["text"] == ANOTHER
    assert (await sam.tap(Tap.OWN_ACT, order_id, 1))["text"] == ANOTHER
    assert await own_act_lines(stack, sam) == []
    assert await notifications_of(stack, order_id, "notification-team-writes", ana) == []
    (row,) = await stack.rows(saga, saga.c.number == number)
    assert row["status"] == "stuck"


async def test_the_only_admin_acts_once_after_a_tap_and_the_other_side_reads_it(stack: BotStack) -> None:
    async with open_admin_chat(stack):
        sam, ana, order_id = await only_admin_with_own_order(stack)
        await sam.write(f"/cancel {order_id} no time")
        assert ALONE in await sam.text()
        assert await stack.status(order_id) is OrderStatus.ACCEPTED
        await sam.press(AGREE)
        assert "do it once more" in await sam.text()
        assert await stack.status(order_id) is OrderStatus.ACCEPTED
        await sam.write(f"/cancel {order_id} no time")
        assert await stack.status(order_id) is OrderStatus.CANCELLED
        assert await own_act_lines(stack, sam) == [(f"order:{order_id}", "agreed"), (f"order:{order_id}", "cancel")]
        (told,) = await notifications_of(stack, order_id, "notification-own-act", ana)
        assert told["args"]["reason"] == "no time"
        (line,) = await admin_lines(stack, notification.c.order_id == order_id)
        acted = f"Their own matter:</b> <i>Mei</i> cancelled the order · <i>#{order_id}</i>"
        assert f"{acted}\n<blockquote>no time</blockquote>" in line


async def test_an_agreement_counts_for_one_act(stack: BotStack) -> None:
    sam, _, order_id = await only_admin_with_own_order(stack)
    await sam.tap(Tap.OWN_ACT, order_id, 1)
    await sam.write(f"/tell {order_id} runner hurry")
    assert "reads it now" in await sam.text()
    await sam.write(f"/tell {order_id} runner hurry more")
    assert ALONE in await sam.text()


async def test_an_agreement_counts_for_ten_minutes(stack: BotStack) -> None:
    sam, _, order_id = await only_admin_with_own_order(stack)
    for minutes, refused in ((11, True), (9, False)):
        line = {"campus_id": stack.campuses["north"], "subject": "own_act", "subject_id": f"order:{order_id}"}
        line |= {"event": "agreed", "actor_role": "admin", "actor_id": sam.id}
        async with stack.work() as work:
            at = work.now - timedelta(minutes=minutes)
            await work.connection.execute(insert(event_log).values(line | {"at": at}))
        await sam.write(f"/tell {order_id} runner hurry")
        assert (ALONE in await sam.text()) is refused


async def test_nobody_agrees_for_what_is_not_their_own(stack: BotStack) -> None:
    sam, ana, order_id = await only_admin_with_own_order(stack)
    await stack.update_rows(orders, orders.c.id == order_id, customer_id=(await stack.add_customer("Eve")).id)
    assert "not yours" in (await sam.tap(Tap.OWN_ACT, order_id, 1))["text"]
    assert "not yours" in (await sam.tap(Tap.OWN_ACT, ana.id, 2))["text"]
    assert "out of date" in (await sam.tap(Tap.OWN_ACT, order_id, 9))["text"]
    assert await own_act_lines(stack, sam) == []


async def test_nobody_approves_themselves_unless_they_are_alone(stack: BotStack) -> None:
    sam, _, _ = await only_admin_with_own_order(stack)
    kim = await stack.add_admin("Kim")
    await stack.update_rows(membership, membership.c.person_id == sam.id, runner_status=RunnerStatus.ASKED)
    await sam.write(f"/approve {sam.id}")
    assert ANOTHER in await sam.text()
    await stack.update_rows(membership, membership.c.person_id == kim.id, is_admin=False)
    await sam.write(f"/approve {sam.id}")
    assert ALONE in await sam.text()
    await sam.press(AGREE)
    await sam.write(f"/approve {sam.id}")
    assert "is a runner now" in await sam.text()
    (row,) = await stack.rows(membership, membership.c.person_id == sam.id)
    assert row["runner_status"] == RunnerStatus.APPROVED
    assert await own_act_lines(stack, sam) == [(f"person:{sam.id}", "agreed"), (f"person:{sam.id}", "approve")]


async def test_an_act_in_private_is_one_line_in_the_admin_chat_and_one_there_is_told_once(stack: BotStack) -> None:
    async with open_admin_chat(stack) as admin_chat:
        for place in (None, admin_chat.chat):
            order_id, _, _ = await claimed_order(stack)
            await admin_chat.sam.write(f"/release {order_id} the bike broke", place)
            assert await stack.status(order_id) is OrderStatus.CREATED
            about = notification.c.order_id == order_id
            told = await stack.rows(notification, about, notification.c.key == "notification-admin-act")
            assert [(one["args"]["act"], one["args"]["reason"], one["silent"]) for one in told] == (
                [("release", "the bike broke", True)] if place is None else []
            )
        number = await make_stuck_saga(stack)
        await admin_chat.sam.tap(Tap.RETRY, number, 1, chat=admin_chat.chat)
        (line,) = await admin_lines(stack, notification.c.args["about"].as_string() == f"pay_out_runner {number}")
        assert "<i>Sam</i> tried again what was stuck" in line, "a tap leaves nothing in the chat, so it is told"
