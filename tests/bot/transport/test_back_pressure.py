"""Updates in flight: what a person makes wait waits alone, by webhook, by polling and in the retries."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import func

from bot.conversation.replies import Replies
from bot.transport.metrics import new_metrics
from bot.transport.polling import PollingSource, UpdatesInFlight, poll_updates
from bot.transport.update_inbox import UpdateInbox, receive_update, retry_unfinished_updates
from bot.transport.user_locks import MAX_UPDATES_PER_PERSON, UserLocks
from bot.transport.user_rate_limit import new_local_rate_limiter
from domain.database.unit_of_work import UnitOfWork
from domain.inbox.repository import IncomingUpdate, list_unhandled_updates, store_updates
from domain.inbox.tables import telegram_update
from tests.bot.transport.test_inbox import tap, update_row
from tests.stack.bot_stack import PERSON_IDS, BotStack, BotUser, wait_until

OLDER = func.now() - func.make_interval(0, 0, 0, 0, 0, 0, 60)


@dataclass(slots=True, kw_only=True)
class StuckHandler:
    """A handler that does not return for some people before it is released."""

    stuck: set[int]
    released: asyncio.Event = field(default_factory=asyncio.Event)
    begun: list[int] = field(default_factory=list)
    order: list[int] = field(default_factory=list)

    async def dispatch(self, _: UnitOfWork, update: IncomingUpdate) -> Replies:
        """Record the update, perhaps after a long while."""
        self.begun.append(update.update_id)
        if update.person_id in self.stuck:
            await self.released.wait()
        self.order.append(update.update_id)
        return ()


def inbox_of(stack: BotStack, handler: StuckHandler) -> UpdateInbox:
    """An inbox of its own, on a campus that the running bot does not serve."""
    return UpdateInbox(
        database=stack.work,
        dispatch=handler.dispatch,
        send_replies=lambda _update, _replies: None,
        check_rate_limit=new_local_rate_limiter(),
        user_locks=UserLocks(),
        slots=asyncio.Semaphore(8),
        metrics=new_metrics(),
    )


async def ignore_state(_trouble: str | None, *, is_serving: bool) -> None:
    """Record nothing."""


@asynccontextmanager
async def polling(stack: BotStack, inbox: UpdateInbox, *, max_tasks: int) -> AsyncIterator[BotUser]:
    """Poll a bot without a webhook for the campus west; yield somebody to write to it."""
    number = next(PERSON_IDS) * 1_000  # Telegram counts a bot's updates from here: two bots share none
    bot = ("west", f"{number}:west", f"west_{number}_bot")
    await stack.control_telegram("bots", token=bot[1], username=bot[2], name="West")
    source = PollingSource(
        campus_id=stack.campuses["west"],
        url=f"{stack.telegram_url}/bot{bot[1]}/getUpdates",
        session=stack.http,
        inbox=inbox,
        in_flight=UpdatesInFlight(max_tasks=max_tasks),
        record_state=ignore_state,
    )
    task = asyncio.create_task(poll_updates(source))
    try:
        yield BotUser(id=0, stack=stack, bot=bot)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def write(stack: BotStack, reader: BotUser, person: int) -> int:
    """Let a person write to the polled bot, and return the number of the update."""
    await stack.control_telegram("users", id=person, first_name="Mei", language_code="en")
    said = await stack.control_telegram("messages", from_=person, chat=reader.chat, text="hello")
    return int(said["update_ids"][0])


async def wait_until_handled(handler: StuckHandler, *numbers: int) -> None:
    async def all_handled() -> bool:
        return set(numbers) <= set(handler.order)

    await wait_until(all_handled)


async def test_polling_fetches_no_more_while_many_people_are_in_flight(stack: BotStack) -> None:
    slow = [next(PERSON_IDS) for _ in range(3)]
    handler = StuckHandler(stuck=set(slow))
    with_room = StuckHandler(stuck=set())
    async with (
        polling(stack, inbox_of(stack, handler), max_tasks=3) as reader,
        polling(stack, inbox_of(stack, with_room), max_tasks=3) as other,
    ):
        first = [await write(stack, reader, person) for person in slow]

        async def all_begun() -> bool:
            return set(first) <= set(handler.begun)

        await wait_until(all_begun)
        later = await write(stack, reader, next(PERSON_IDS))
        await wait_until_handled(with_room, await write(stack, other, next(PERSON_IDS)))
        assert await stack.rows(telegram_update, telegram_update.c.update_id == later) == []
        handler.released.set()
        await wait_until_handled(handler, *first, later)


async def test_a_person_with_many_updates_leaves_room_for_others(stack: BotStack) -> None:
    slow, other = next(PERSON_IDS), next(PERSON_IDS)
    handler = StuckHandler(stuck={slow})
    async with polling(stack, inbox_of(stack, handler), max_tasks=MAX_UPDATES_PER_PERSON + 1) as reader:
        mine = [await write(stack, reader, slow) for _ in range(MAX_UPDATES_PER_PERSON + 3)]
        await wait_until_handled(handler, await write(stack, reader, other))
        assert not set(mine) & set(handler.order)
        handler.released.set()


async def test_who_has_too_many_updates_waiting_holds_no_connection_and_loses_none(stack: BotStack) -> None:
    slow, other = (await stack.add_person()).id, (await stack.add_person()).id
    handler = StuckHandler(stuck={slow})
    inbox = inbox_of(stack, handler)
    updates = [tap(stack, slow) for _ in range(MAX_UPDATES_PER_PERSON + 2)]
    waiting = [asyncio.create_task(receive_update(inbox, update)) for update in updates[:MAX_UPDATES_PER_PERSON]]
    await asyncio.sleep(0)
    for update in updates[MAX_UPDATES_PER_PERSON:]:
        assert await receive_update(inbox, update), "it is stored, and Telegram need not send it again"
        assert (await update_row(stack, update))["handled_at"] is None
    assert inbox.metrics.registry.get_sample_value("campusg_bot_updates_postponed_total") == 2
    assert await receive_update(inbox, tap(stack, other))
    handler.released.set()
    assert all(await asyncio.gather(*waiting))
    by_slow = telegram_update.c.person_id == slow
    await stack.update_rows(telegram_update, by_slow, received_at=OLDER)
    retry = asyncio.create_task(retry_unfinished_updates(inbox, lambda: [stack.campuses["west"]]))

    async def all_handled() -> bool:
        return all(row["handled_at"] is not None for row in await stack.rows(telegram_update, by_slow))

    await wait_until(all_handled)
    retry.cancel()
    mine = [update.update_id for update in updates]
    assert [number for number in handler.order if number in mine] == mine


async def test_the_stuck_updates_of_one_person_do_not_delay_the_retries_of_others(stack: BotStack) -> None:
    slow, other = (await stack.add_person()).id, (await stack.add_person()).id
    handler = StuckHandler(stuck={slow})
    first, second = tap(stack, slow), tap(stack, other)
    async with stack.work() as work:
        await store_updates(work, [first, second])
    both = telegram_update.c.update_id.in_([first.update_id, second.update_id])
    await stack.update_rows(telegram_update, both, received_at=OLDER)
    inbox = inbox_of(stack, handler)
    retry = asyncio.create_task(retry_unfinished_updates(inbox, lambda: [stack.campuses["west"]]))
    await wait_until_handled(handler, second.update_id)
    assert first.update_id in handler.begun and first.update_id not in handler.order
    handler.released.set()
    await wait_until_handled(handler, first.update_id)
    retry.cancel()


async def test_a_long_queue_of_one_person_hides_nobody_from_the_retries(stack: BotStack) -> None:
    many, other = (await stack.add_person()).id, (await stack.add_person()).id
    updates = [tap(stack, many) for _ in range(300)]
    last = tap(stack, other)
    async with stack.work() as work:
        await store_updates(work, [*updates, last])
    await stack.update_rows(telegram_update, telegram_update.c.person_id.in_([many, other]), received_at=OLDER)
    west = [stack.campuses["west"]]
    async with stack.work() as work:
        found = await list_unhandled_updates(work, west)
        without = await list_unhandled_updates(work, west, without=[many])
    assert last.update_id in {update.update_id for update in found}
    assert [update.update_id for update in found if update.person_id == many] == [
        update.update_id for update in updates[:10]
    ]
    assert many not in {update.person_id for update in without}
    async with stack.work() as work:
        await work.connection.execute(telegram_update.delete().where(telegram_update.c.person_id.in_([many, other])))
