"""The outbox sweeper: it starts sends in each round, and none of them waits for another."""

from collections import Counter

import pytest
from sqlalchemy import text

from domain.messaging.lane import Lane
from domain.messaging.outbox_repository import notify
from tests.stack.rows import insert_member
from tests.workers.telegram.sender_stack import ANA, GROUP, MEI, SenderStack, line
from workers.telegram.outbox_sweeper import SLOTS

pytestmark = pytest.mark.drill


async def test_a_send_that_hangs_holds_up_no_other(stack: SenderStack) -> None:
    await stack.inject_fault("hang", seconds=2)
    sends = stack.new_sends()
    slow = await stack.add_notification("slow")
    await sends.start_due()
    await stack.wait_until_in_flight("sendMessage")
    quick = await stack.add_notification("quick", ANA)
    await sends.start_due()
    await sends.in_flight[stack.notification_send(quick)]
    assert [len(await stack.chat_texts(one)) for one in (ANA, MEI)] == [1, 0]
    assert list(sends.in_flight) == [stack.notification_send(slow)]
    await sends.finish()
    assert (len(await stack.chat_texts(MEI)), sends.in_flight) == (1, {})


async def test_an_alert_behind_sixty_lines_of_the_admin_chat_is_the_next_that_leaves(stack: SenderStack) -> None:
    lines = [await stack.write_line(f"line {number}", GROUP) for number in range(60)]
    await stack.context.rate_limiter.pause_chat(stack.campus_id, GROUP, 600)
    await stack.sweep_once()
    alert = await stack.add_notification("five wrong PINs", GROUP)
    await stack.end_pause(GROUP)
    await stack.sweep_once()
    assert (await stack.notification_row(alert)).status == "sent"
    assert {(await stack.notification_row(number)).status for number in lines} == {"due"}


async def test_money_overtakes_five_hundred_lines_in_a_hundred_chats(stack: SenderStack) -> None:
    async with stack.context.database() as work:
        for reader in range(2001, 2101):
            await insert_member(work, stack.campus_id, reader, "R")
            for number in range(5):
                await notify(work, line(stack.campus_id, f"{number}", reader))
    paid = await stack.add_notification("paid", ANA)
    sends = stack.new_sends()
    await sends.start_due()
    assert next(iter(sends.in_flight)) == stack.notification_send(paid)
    assert Counter(sends.lanes.values()) == {Lane.MONEY: 1, Lane.CORRESPONDENCE: SLOTS.max_correspondence}
    await sends.in_flight[stack.notification_send(paid)]
    assert (await stack.notification_row(paid)).status == "sent"
    await sends.finish()


async def test_endless_money_leaves_slots_for_orders_and_for_lines(stack: SenderStack) -> None:
    for number in range(2 * SLOTS.max_sends):
        await stack.add_notification(f"{number}", 2000 + number)
        await stack.write_line(f"line {number}", 3000 + number)
    await stack.notify_about_order(await stack.add_order(), "notification-expired")
    sends = stack.new_sends()
    await sends.start_due()
    assert len(sends.in_flight) == SLOTS.max_sends
    started = Counter(sends.lanes.values())
    assert started[Lane.ORDER] >= 2, "an order message and a notification"
    assert started[Lane.CORRESPONDENCE] >= SLOTS.shares[Lane.CORRESPONDENCE]
    await sends.finish()


async def test_a_sweep_begins_no_send_twice_and_no_more_than_there_is_room_for(stack: SenderStack) -> None:
    numbers = [await stack.add_notification(f"{number}", MEI + number) for number in range(SLOTS.max_sends + 2)]
    sends = stack.new_sends()
    for _ in range(2):
        await sends.start_due()
        assert list(sends.in_flight) == [stack.notification_send(each) for each in numbers[: SLOTS.max_sends]]
    await sends.finish()
    assert sends.in_flight == {}


async def test_messages_waiting_behind_a_delayed_one_do_not_take_its_slot(stack: SenderStack) -> None:
    first, *_ = [await stack.add_notification(f"{number}") for number in range(SLOTS.max_sends + 2)]
    async with stack.context.database() as work:
        put_off = (
            "UPDATE notification SET due_at = now() - CASE WHEN id = :first THEN interval '0' ELSE interval '9 s' END"
        )
        await work.connection.execute(text(put_off), {"first": first})
    sends = stack.new_sends()
    await sends.start_due()
    assert list(sends.in_flight) == [stack.notification_send(first)]
    await sends.finish()
