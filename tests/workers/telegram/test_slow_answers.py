"""Telegram answers late, or not at all: few copies of an order message, and each one that is found is closed."""

import asyncio
from dataclasses import replace

from domain.messaging.lane import Lane
from domain.messaging.order_message import unknown_send_rest
from domain.orders.states import OrderStatus
from domain.settings.timeouts import Timeout
from tests.workers.telegram.sender_stack import ANA, CLAIMED, GROUP, MEI, SenderStack
from workers.telegram.answers import AnswerWaits
from workers.telegram.notification_sender import dispatch_notification
from workers.telegram.order_message_sender import sync_order_message
from workers.telegram.sender_context import SenderContext

HELD_SECONDS = 60  # no test waits for them: it lets the answer go on


def impatient(stack: SenderStack) -> SenderContext:
    """A worker of this stack that gives an answer up at once, and then listens to it."""
    return replace(stack.context, waits=AnswerWaits(answer_seconds=0.02, late_seconds=HELD_SECONDS))


async def hear_late_answers(stack: SenderStack, worker: SenderContext) -> None:
    """Let Telegram answer, and the worker do what follows."""
    await stack.clear_telegram_faults()
    await follow_all(worker)


async def follow_all(worker: SenderContext) -> None:
    """Let the worker finish what it follows beside its sends."""
    while worker.waits.listening:
        await asyncio.gather(*worker.waits.listening)


async def buttons(stack: SenderStack) -> list[bool]:
    """Whether each message of the runner group has a button, oldest first."""
    return [bool(one["buttons"]) for one in await stack.messages(ANA, GROUP) if one["text"]]


async def send_without_answer(stack: SenderStack, worker: SenderContext, method: str = "sendMessage") -> int:
    """Let this worker send or edit the group's order message, whose answer is held back; return the row's number."""
    await stack.inject_fault("late_answer", GROUP, method=method, seconds=HELD_SECONDS)
    number: int = (await stack.order_message_row("group")).id
    await sync_order_message(worker, number)
    await stack.wait_until_in_flight(method)
    return number


async def rest_seconds(stack: SenderStack) -> float:
    """How long the group's order message rests from now on."""
    async with stack.context.database() as work:
        rest: float = ((await stack.order_message_row("group")).due_at - work.now).total_seconds()
        return rest


async def test_a_slow_answer_is_waited_for_and_the_lease_is_kept(stack: SenderStack) -> None:
    await stack.add_order()
    await stack.inject_fault("late_answer", GROUP, seconds=HELD_SECONDS)
    number = (await stack.order_message_row("group")).id
    worker = replace(stack.context, waits=AnswerWaits(renewal_seconds=0.02))
    sending = asyncio.create_task(sync_order_message(worker, number))
    await stack.wait_until_in_flight("sendMessage")
    first = (await stack.order_message_row("group")).due_at
    async with asyncio.timeout(20):
        while (await stack.order_message_row("group")).due_at <= first:
            continue  # reading is a round trip, which lets other tasks run
    await stack.clear_telegram_faults()
    await sending
    row = await stack.order_message_row("group")
    assert (row.message_id is not None, row.due_at, row.unknown_sends) == (True, None, 0)
    assert len(await stack.calls("sendMessage", GROUP)) == 1


async def test_an_answer_that_comes_during_the_rest_is_kept_and_nothing_is_sent_again(stack: SenderStack) -> None:
    order, worker = await stack.add_order(), impatient(stack)
    await send_without_answer(stack, worker)
    await stack.change_order(order, **CLAIMED)
    await stack.send_all_due()
    assert len(await stack.messages(ANA, GROUP)) == 1, "it rests"
    await hear_late_answers(stack, worker)
    await stack.send_all_due()
    assert len(await stack.calls("sendMessage", GROUP)) == 1
    assert await buttons(stack) == [False], "claimed meanwhile: the one message was edited"


async def test_a_copy_whose_answer_comes_after_the_next_send_is_closed(stack: SenderStack) -> None:
    order, worker = await stack.add_order(), impatient(stack)
    number = await send_without_answer(stack, worker)
    await stack.make_due()
    await sync_order_message(stack.context, number)
    kept = (await stack.order_message_row("group")).message_id
    assert await buttons(stack) == [True, True]
    await hear_late_answers(stack, worker)
    await stack.send_all_due()
    first, second = await stack.messages(ANA, GROUP)
    assert first["text"] == f"📋 #{order.id} goes on below, in its newest message."
    assert await buttons(stack) == [False, True]
    assert second["message_id"] == kept == (await stack.order_message_row("group")).message_id


async def send_twice(stack: SenderStack, *, pause_seconds: float = 0) -> SenderContext:
    """Let two workers send the group's order message, and return the one whose answer came after the other's.

    Before that answer, Telegram pauses the chat for so long.
    """
    await stack.add_order()
    await stack.inject_fault("late_answer", GROUP, seconds=HELD_SECONDS)
    number = (await stack.order_message_row("group")).id
    worker = replace(stack.context, waits=AnswerWaits())
    sending = asyncio.create_task(sync_order_message(worker, number))
    await stack.wait_until_in_flight("sendMessage")
    await stack.make_due()  # as if its lease had ended, because it was frozen
    await sync_order_message(stack.context, number)
    if pause_seconds:
        await stack.context.rate_limiter.pause_chat(stack.campus_id, GROUP, pause_seconds)
    await stack.clear_telegram_faults()
    await sending
    return worker


async def test_of_two_workers_that_sent_one_message_the_late_one_closes_its_copy(stack: SenderStack) -> None:
    await send_twice(stack)
    await stack.send_all_due()
    assert await buttons(stack) == [False, True]


async def test_a_copy_is_closed_when_the_chat_may_be_edited_again(stack: SenderStack) -> None:
    await send_twice(stack, pause_seconds=HELD_SECONDS)
    number = (await stack.order_message_row("group")).id
    await sync_order_message(stack.context, number)
    assert await buttons(stack) == [True, True], "the chat is paused"
    row = await stack.order_message_row("group")
    assert (len(row.former), row.due_at is None) == (1, False)


async def test_a_copy_that_telegram_postpones_pauses_its_chat_for_all(stack: SenderStack) -> None:
    await send_twice(stack)
    await stack.inject_fault("status", GROUP, method="editMessageText", retry_after=HELD_SECONDS)
    await sync_order_message(stack.context, (await stack.order_message_row("group")).id)
    assert await stack.context.rate_limiter.acquire(stack.campus_id, GROUP, edit=True, lane=Lane.ORDER)
    assert len((await stack.order_message_row("group")).former) == 1


async def test_each_rest_after_an_unknown_outcome_is_longer(stack: SenderStack) -> None:
    await stack.inject_fault("lost_answer", GROUP, times=3)
    await stack.add_order()
    number = (await stack.order_message_row("group")).id
    for times in (1, 2, 3):
        await sync_order_message(stack.context, number)
        rest, expected = await rest_seconds(stack), unknown_send_rest(times).total_seconds()
        assert expected - 3 < rest <= expected
        await stack.make_due()
    assert (await stack.order_message_row("group")).unknown_sends == 3


async def test_a_rest_lasts_as_long_as_a_late_answer_is_listened_to(stack: SenderStack) -> None:
    await stack.add_order()
    worker = impatient(stack)
    await send_without_answer(stack, worker)
    assert await rest_seconds(stack) > HELD_SECONDS - 10
    await worker.waits.close()


def test_the_rests_grow_to_their_longest() -> None:
    rests = [unknown_send_rest(times).total_seconds() for times in range(1, 8)]
    assert rests == [5, 20, 80, 320, 900, 900, 900]
    assert sum(rests[:3]) < 300 < sum(rests[:4]), "at most four copies within five minutes"
    assert rests[-1] == Timeout.UNKNOWN_SEND_REST_MAX.seconds


async def test_an_edit_that_came_late_is_followed_by_what_is_true_now(stack: SenderStack) -> None:
    order, worker = await stack.shown_order(), impatient(stack)
    await stack.change_order(order, **CLAIMED)
    number = await send_without_answer(stack, worker, "editMessageText")
    await stack.make_due()
    await sync_order_message(stack.context, number)
    await hear_late_answers(stack, worker)
    await stack.send_all_due()
    assert len(await stack.calls("editMessageText", GROUP)) == 3, "the late one, its repetition, and one that follows"
    row = await stack.order_message_row("group")
    assert (row.due_at, row.sent_revision) == (None, row.requested_revision)


async def test_an_edit_of_a_worker_that_lost_its_lease_is_followed_by_what_is_true_now(stack: SenderStack) -> None:
    order = await stack.shown_order()
    await stack.change_order(order, **CLAIMED)
    await stack.inject_fault("hang", GROUP, method="editMessageText", seconds=HELD_SECONDS)
    number = (await stack.order_message_row("group")).id
    editing = asyncio.create_task(sync_order_message(stack.context, number))
    await stack.wait_until_in_flight("editMessageText")
    await stack.change_order(order, status=OrderStatus.CREATED, runner_id=None)
    await stack.make_due()
    await sync_order_message(stack.context, number)
    await stack.clear_telegram_faults()
    await editing
    assert await buttons(stack) == [False], "the late edit replaced what the other worker showed"
    await stack.send_all_due()
    assert await buttons(stack) == [True]


async def test_a_notification_is_sent_once_however_slow_the_answer(stack: SenderStack) -> None:
    number, worker = await stack.add_notification("slow"), impatient(stack)
    await stack.inject_fault("late_answer", seconds=HELD_SECONDS)
    await dispatch_notification(worker, number)
    assert (await stack.notification_row(number)).status == "outcome_unknown"
    assert [each.outcome_unknown for each in await stack.dead_letters()] == [True], "the admins are told meanwhile"
    await stack.wait_until_in_flight("sendMessage")
    await hear_late_answers(stack, worker)
    assert ((await stack.notification_row(number)).status, await stack.dead_letters()) == ("sent", [])
    assert len(await stack.calls("sendMessage", MEI)) == 1
