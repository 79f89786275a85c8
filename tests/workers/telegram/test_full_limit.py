"""Three workers and a full rate limit: each notification is sent at most once, as counted at Telegram."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from random import Random

from sqlalchemy import exists, select

from domain.database.unit_of_work import Begin, UnitOfWork
from domain.messaging.tables import notification
from tests.workers.telegram.sender_stack import MEI, SenderStack
from workers.telegram.notification_sender import dispatch_notification
from workers.telegram.outbox_sweeper import OutboxSweeper
from workers.telegram.sender_context import SenderContext

READERS = range(2001, 2061)  # many more than a bot may write to in a second
SLOWNESS = (
    0.0,
    0.6,
    1.2,
)  # seconds each worker takes at most to begin a transaction; Telegram's limit is per second


def slow(context: SenderContext, most: float) -> SenderContext:
    """A worker that takes up to this many seconds before it begins a transaction."""
    random = Random(most)

    @asynccontextmanager
    async def later(begin: Begin = Begin.WITH_TIME, /) -> AsyncIterator[UnitOfWork]:
        await asyncio.sleep(random.uniform(most / 2, most))
        async with context.database(begin) as work:
            yield work

    return replace(context, database=later)


async def send_all(stack: SenderStack, context: SenderContext) -> None:
    """Run one worker's outbox sweeper until nothing is left."""
    sends = OutboxSweeper(sender_context=context)
    while await unsent(stack):
        await sends.start_due()
        await asyncio.sleep(0.02)
    await sends.finish()


async def unsent(stack: SenderStack) -> bool:
    """Whether a notification is still to be sent."""
    async with stack.context.autocommit() as connection:
        return bool((await connection.execute(select(exists().where(notification.c.status != "sent")))).scalar_one())


async def test_three_workers_send_each_notification_once_under_a_full_limit(stack: SenderStack) -> None:
    for number in READERS:
        await stack.add_reader(number, "R")
        await stack.add_notification(f"waits:{number}", number)
    await stack.inject_fault("hang", None, seconds=0.3, times=1000)
    async with asyncio.timeout(60):
        await asyncio.gather(*(send_all(stack, slow(stack.context, most)) for most in SLOWNESS))
    sent = [int(call["params"]["chat_id"]) for call in await stack.calls("sendMessage")]
    assert sorted(sent) == list(READERS)


async def test_a_worker_that_met_the_limit_does_not_let_a_third_send_what_a_second_is_sending(
    stack: SenderStack,
) -> None:
    number = await stack.add_notification("once")
    await stack.context.rate_limiter.pause_chat(stack.campus_id, MEI, 600)
    limited = await stack.halt_sender(number)
    await stack.end_pause()
    second = await stack.halt_sender(number)
    assert len(await stack.calls("sendMessage")) == 1, "the second has sent it, and has not recorded that"
    await limited.wake()
    await stack.execute_sql("UPDATE notification SET due_at = now() WHERE status = 'due'")  # if it was postponed
    await dispatch_notification(replace(stack.context), number)
    await second.wake()
    assert len(await stack.calls("sendMessage")) == 1
