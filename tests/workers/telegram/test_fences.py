"""A worker that was frozen for longer than a lease changes nothing when it wakes: order messages and notifications."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from domain.campuses.tables import membership
from domain.messaging.order_message_repository import migrate_chat
from tests.stack.frozen import Freezing, FrozenWorker, freeze
from tests.workers.telegram.sender_stack import CLAIMED, GROUP, MEI, PLAIN_GROUP, SenderStack
from workers.telegram.notification_sender import MAX_TRIES_WITHOUT_SENTENCE, dispatch_notification
from workers.telegram.order_message_sender import sync_order_message
from workers.telegram.sender_context import SenderContext

OUTCOMES: dict[str, dict[str, Any] | None] = {
    "sent": None,
    "limited": {"kind": "status", "status": 429, "retry_after": 1},
    "blocked": {"kind": "status", "status": 403, "description": "Forbidden: bot was blocked by the user"},
    "refused": {"kind": "status", "status": 400, "description": "Bad Request: can't parse entities"},
    "unanswered": {"kind": "lost_answer"},
}
any_outcome = pytest.mark.parametrize("outcome", OUTCOMES)


async def frozen(
    stack: SenderStack, deliver: Callable[[SenderContext, int], Coroutine[Any, Any, None]], number: int
) -> FrozenWorker:
    """Freeze a worker that has done everything except recording the outcome."""
    ice = Freezing(database=stack.context.database)
    worker = await freeze(ice, deliver(replace(stack.context, database=ice.work), number))
    await stack.end_pause()  # so that the other workers do not wait for what Telegram told this one
    return worker


async def set_next_outcome(stack: SenderStack, outcome: str) -> None:
    """Set the outcome of the next message to Mei."""
    fault = OUTCOMES[outcome]
    if fault is not None:
        await stack.control_telegram("faults", method="sendMessage", chat=MEI, **fault)


async def is_reachable(stack: SenderStack) -> bool:
    """Whether Mei's chat is marked as reachable."""
    async with stack.context.database() as work:
        query = select(membership.c.reachable).where(membership.c.person_id == MEI)
        found: bool = (await work.connection.execute(query)).scalar_one()
    return found


async def send_again_after_unknown_outcome(stack: SenderStack, number: int) -> None:
    """End the sender's lease, mark the notification as outcome unknown, and let an admin send it again."""
    await stack.execute_sql("UPDATE notification SET due_at = now() - interval '1 second' WHERE id = :id", id=number)
    await stack.sweep_once()
    (found,) = await stack.dead_letters()
    await stack.requeue(found)


@any_outcome
async def test_a_worker_that_sent_a_notification_and_wakes_late_leaves_a_later_lease_alone(
    stack: SenderStack, outcome: str
) -> None:
    number = await stack.add_notification("once")
    await set_next_outcome(stack, outcome)
    late = await frozen(stack, dispatch_notification, number)
    await send_again_after_unknown_outcome(stack, number)
    other = await frozen(stack, dispatch_notification, number)
    before = await stack.notification_row(number), await stack.dead_letters(), await is_reachable(stack)
    assert before[0].status == "sending"
    await late.wake()
    assert (await stack.notification_row(number), await stack.dead_letters(), await is_reachable(stack)) == before
    await other.wake()
    assert (await stack.notification_row(number)).status == "sent"
    await stack.make_due()
    await stack.send_all_due()
    assert len(await stack.calls("sendMessage")) == 2, "once by the sender, and once because an admin said so"


FINDINGS = {
    "limited": "SELECT 1",
    "blocked": "UPDATE membership SET reachable = false",
    "unknown": "UPDATE notification SET key = 'push-of-a-newer-release'",
    "refused": f"UPDATE notification SET key = 'push-of-an-old-release', tries = {MAX_TRIES_WITHOUT_SENTENCE}",
}


@pytest.mark.parametrize("finding", FINDINGS)
async def test_a_worker_that_only_read_a_notification_takes_no_lease_away(stack: SenderStack, finding: str) -> None:
    number = await stack.add_notification("once")
    if finding == "limited":
        await stack.context.rate_limiter.pause_chat(stack.campus_id, MEI, 5)
    await stack.execute_sql(FINDINGS[finding])
    late = await frozen(stack, dispatch_notification, number)
    await stack.execute_sql("UPDATE membership SET reachable = true")
    await stack.execute_sql("UPDATE notification SET key = 'notification-payout-waits'")
    other = await frozen(stack, dispatch_notification, number)
    before = await stack.notification_row(number), await stack.dead_letters(), await is_reachable(stack)
    assert before[0].status == "sending"
    await late.wake()
    assert (await stack.notification_row(number), await stack.dead_letters(), await is_reachable(stack)) == before
    await other.wake()
    await stack.make_due()
    await stack.send_all_due()
    assert len(await stack.calls("sendMessage")) == 1


async def test_a_fault_of_a_worker_that_wakes_late_does_not_count_against_a_notification(stack: SenderStack) -> None:
    number = await stack.add_notification("once")
    await stack.execute_sql("UPDATE notification SET buttons = '[1]'")
    late = await frozen(stack, dispatch_notification, number)
    await stack.execute_sql("UPDATE notification SET buttons = '[]'")
    await stack.inject_fault("lost_answer")
    await dispatch_notification(stack.context, number)
    (found,) = await stack.dead_letters()
    await stack.requeue(found)
    before = await stack.notification_row(number)
    await late.wake()
    assert await stack.notification_row(number) == before


async def kept_facts(stack: SenderStack) -> dict[str, Any]:
    """The order message of the customer, without the copies that are to be closed."""
    facts = (await stack.order_message_row("customer"))._asdict()
    return {name: value for name, value in facts.items() if name != "former"}


@any_outcome
async def test_a_worker_that_sent_an_order_message_and_wakes_late_leaves_a_later_lease_alone(
    stack: SenderStack, outcome: str
) -> None:
    order = await stack.add_order()
    number = (await stack.order_message_row("customer")).id
    await set_next_outcome(stack, outcome)
    late = await frozen(stack, sync_order_message, number)
    await stack.make_due()
    await sync_order_message(stack.context, number)
    await stack.change_order(order, **CLAIMED)
    other = await frozen(stack, sync_order_message, number)
    before = await kept_facts(stack), await stack.dead_letters(), await is_reachable(stack)
    kept = (await stack.order_message_row("customer")).message_id
    assert kept is not None
    await late.wake()
    assert (await kept_facts(stack), await stack.dead_letters(), await is_reachable(stack)) == before
    await other.wake()
    await stack.send_all_due()
    after = await stack.order_message_row("customer")
    assert (after.message_id, after.due_at, after.tries, after.former) == (kept, None, 0, [])


async def test_a_message_of_a_group_that_became_a_supergroup_is_not_taken_for_one_of_the_new_chat(
    stack: SenderStack,
) -> None:
    await stack.add_order(PLAIN_GROUP)
    late = await frozen(stack, sync_order_message, (await stack.order_message_row("group")).id)
    async with stack.context.database() as work:
        await migrate_chat(work, PLAIN_GROUP, GROUP)
    await late.wake()
    message_row = await stack.order_message_row("group")
    assert (message_row.chat_id, message_row.message_id, message_row.due_at is None) == (GROUP, None, False)
