"""The outbox sweeper: it starts sends in each round, and none of them waits for another."""

from sqlalchemy import text

from tests.workers.telegram.sender_stack import ANA, MEI, SenderStack
from workers.telegram.notification_sender import dispatch_notification
from workers.telegram.outbox_sweeper import MAX_CONCURRENT_SENDS


async def test_a_send_that_hangs_holds_up_no_other(stack: SenderStack) -> None:
    await stack.inject_fault("hang", seconds=2)
    sends = stack.new_sends()
    slow = await stack.add_notification("slow")
    await sends.start_due()
    await stack.wait_until_in_flight("sendMessage")
    quick = await stack.add_notification("quick", ANA)
    await sends.start_due()
    await sends.in_flight[dispatch_notification, quick]
    assert [len(await stack.chat_texts(one)) for one in (ANA, MEI)] == [1, 0]
    assert list(sends.in_flight) == [(dispatch_notification, slow)]
    await sends.finish()
    assert (len(await stack.chat_texts(MEI)), sends.in_flight) == (1, {})


async def test_a_sweep_begins_no_send_twice_and_no_more_than_there_is_room_for(stack: SenderStack) -> None:
    numbers = [await stack.add_notification(f"{number}", MEI + number) for number in range(MAX_CONCURRENT_SENDS + 2)]
    sends = stack.new_sends()
    for _ in range(2):
        await sends.start_due()
        assert list(sends.in_flight) == [(dispatch_notification, number) for number in numbers[:MAX_CONCURRENT_SENDS]]
    await sends.finish()
    assert sends.in_flight == {}


async def test_messages_waiting_behind_a_delayed_one_do_not_take_its_slot(stack: SenderStack) -> None:
    first, *_ = [await stack.add_notification(f"{number}") for number in range(MAX_CONCURRENT_SENDS + 2)]
    async with stack.context.database() as work:
        put_off = (
            "UPDATE notification SET due_at = now() - CASE WHEN id = :first THEN interval '0' ELSE interval '9 s' END"
        )
        await work.connection.execute(text(put_off), {"first": first})
    sends = stack.new_sends()
    await sends.start_due()
    assert list(sends.in_flight) == [(dispatch_notification, first)]
    await sends.finish()
