"""One effect per update: repeated, reordered, failing, left by a killed process, or too many at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import func

from bot.conversation.replies import Answer, NewMessage, Replies, Screen
from bot.transport.metrics import new_metrics
from bot.transport.update_inbox import UpdateInbox, handle_update, receive_update, retry_unfinished_updates
from bot.transport.user_locks import UserLocks
from bot.transport.user_rate_limit import MAX_BURST, RateLimiter, new_local_rate_limiter
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderClosed
from domain.inbox.dead_letter import MAX_TRIES
from domain.inbox.repository import IncomingUpdate, store_updates
from domain.inbox.tables import dead_letter, telegram_update
from domain.messaging.buttons import Tap, pack
from domain.orders.drafts.tables import draft
from domain.orders.repository import list_customer_orders
from tests.stack.bot_stack import BotStack, BotUser, Json, wait_until
from tests.stack.frozen import Freezing, freeze
from tests.stack.raw_updates import incoming_update, message_content, tap_content


@dataclass(slots=True)
class RecordingHandler:
    """A handler that records the updates it was given and the replies that were sent."""

    order: list[int] = field(default_factory=list)
    said: list[tuple[int, Replies]] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)

    async def dispatch(self, work: UnitOfWork, update: IncomingUpdate) -> Replies:
        """Write a row, then fail, refuse or reply."""
        changed = draft.insert().values(campus_id=update.campus_id, person_id=update.person_id, note="x")
        await work.connection.execute(changed)
        self.order.append(update.update_id)
        await asyncio.sleep(0)
        if update.update_id in self.broken:
            raise RuntimeError("out of paper")
        if update.update_id in self.refused:
            raise OrderClosed
        await work.connection.execute(draft.delete().where(draft.c.person_id == update.person_id))
        return (NewMessage(Screen("done")),)

    def reply(self, update: IncomingUpdate, replies: Replies) -> None:
        """Record the reply."""
        self.said.append((update.update_id, replies))


@pytest.fixture
def handler() -> RecordingHandler:
    """A handler without records."""
    return RecordingHandler()


@pytest.fixture
async def person(stack: BotStack) -> AsyncIterator[int]:
    """A person whose updates go to the recording handler."""
    one = await stack.add_person()
    yield one.id


def inbox_of(stack: BotStack, handler: RecordingHandler, limit: RateLimiter | None = None) -> UpdateInbox:
    """An inbox as another process would have it: it shares the database and nothing else."""
    return UpdateInbox(
        database=stack.work,
        dispatch=handler.dispatch,
        send_replies=handler.reply,
        check_rate_limit=limit or new_local_rate_limiter(),
        user_locks=UserLocks(),
        slots=asyncio.Semaphore(3),
        metrics=new_metrics(),
    )


def tap(stack: BotStack, person: int) -> IncomingUpdate:
    """A tap of this person on a campus that the running bot does not serve, so that no other inbox takes it."""
    return incoming_update(stack.campuses["west"], person, tap_content(person, pack(Tap.HOME)))


async def update_row(stack: BotStack, update: IncomingUpdate) -> Json:
    return await stack.row(telegram_update, telegram_update.c.update_id == update.update_id)


async def test_s9_a_duplicate_update_has_no_second_effect_and_is_still_answered(
    stack: BotStack, handler: RecordingHandler, person: int
) -> None:
    inbox, update = inbox_of(stack, handler), tap(stack, person)
    assert await asyncio.gather(*(receive_update(inbox, update) for _ in range(4))) == [True] * 4
    assert handler.order == [update.update_id]
    assert sorted(len(replies) for _, replies in handler.said) == [0, 0, 0, 1]


async def test_s9_duplicates_in_two_processes_have_one_effect(
    stack: BotStack, handler: RecordingHandler, person: int
) -> None:
    first, second, update = inbox_of(stack, handler), inbox_of(stack, handler), tap(stack, person)
    await asyncio.gather(*(receive_update(inbox, update) for inbox in (first, second)))
    assert handler.order == [update.update_id]


async def test_s9_an_order_update_sent_twice_is_placed_once(stack: BotStack, mei: BotUser) -> None:
    await mei.order_food()
    updates = await stack.rows(telegram_update, telegram_update.c.person_id == mei.id)
    for row in updates:
        await stack.control_telegram("redeliver", bot="north_bot", update_id=row["update_id"])
    await stack.wait_until_idle()
    async with stack.work() as work:
        orders, _ = await list_customer_orders(work, stack.campuses["north"], mei.id, 0)
    assert len(orders) == 1


async def test_updates_of_one_person_run_one_after_the_other_across_processes(
    stack: BotStack, handler: RecordingHandler, person: int
) -> None:
    inboxes = [inbox_of(stack, handler) for _ in range(3)]
    updates = [tap(stack, person) for _ in range(9)]
    pairs = [(inboxes[number % 3], update) for number, update in enumerate(updates)]
    # Two at the same time would both insert the person's basket, and one of them would fail.
    assert all(await asyncio.gather(*(receive_update(inbox, update) for inbox, update in pairs)))
    assert sorted(handler.order) == [update.update_id for update in updates]


async def test_a_later_update_waits_for_an_earlier_one_that_is_stored_but_not_handled(
    stack: BotStack, handler: RecordingHandler, person: int
) -> None:
    earlier, later = tap(stack, person), tap(stack, person)
    async with stack.work() as work:
        await store_updates(work, [earlier])
    assert await receive_update(inbox_of(stack, handler), later)
    assert handler.order == [earlier.update_id, later.update_id]
    assert [update_id for update_id, _ in handler.said] == handler.order


async def test_reordered_updates_each_have_their_effect(
    stack: BotStack, handler: RecordingHandler, person: int
) -> None:
    inbox, updates = inbox_of(stack, handler), [tap(stack, person) for _ in range(3)]
    for update in reversed(updates):
        assert await receive_update(inbox, update)
    assert sorted(handler.order) == [update.update_id for update in updates]


async def test_a_failing_update_leaves_nothing_is_tried_five_times_and_then_becomes_a_dead_letter(
    stack: BotStack, handler: RecordingHandler, person: int
) -> None:
    inbox, update = inbox_of(stack, handler), tap(stack, person)
    handler.broken.add(update.update_id)
    assert [await receive_update(inbox, update) for _ in range(MAX_TRIES)] == [False] * (MAX_TRIES - 1) + [True]
    row = await update_row(stack, update)
    assert (row["tries"], row["dead_lettered"], row["handled_at"]) == (MAX_TRIES, True, None)
    assert "out of paper" in row["error"]
    (aside,) = await stack.rows(dead_letter, dead_letter.c.subject == f"{update.campus_id}:{update.update_id}")
    assert (aside["kind"], aside["tries"], aside["ended_at"]) == ("update", MAX_TRIES, None)
    assert "out of paper" in aside["error"]
    assert [replies[0] for _, replies in handler.said if isinstance(replies[0], Answer)] == [
        Answer(
            "Something went wrong on our side, and nothing was done. Please try it once more from the start.",
            alert=True,
        )
    ]
    assert await stack.rows(draft, draft.c.person_id == person) == []
    assert await receive_update(inbox, update)
    assert len(handler.order) == MAX_TRIES


async def test_a_failing_update_blocks_the_later_ones_of_its_person_only_until_it_is_a_dead_letter(
    stack: BotStack, handler: RecordingHandler, person: int
) -> None:
    other = await stack.add_person()
    inbox, unreadable, later = inbox_of(stack, handler), tap(stack, person), tap(stack, person)
    handler.broken.add(unreadable.update_id)
    assert not await receive_update(inbox, unreadable)
    assert not await receive_update(inbox, later)
    assert await receive_update(inbox, tap(stack, other.id))
    while not await handle_update(inbox, later):
        assert later.update_id not in handler.order
    assert (await update_row(stack, unreadable))["dead_lettered"]
    assert handler.order[-1] == later.update_id


async def test_a_refusal_rolls_back_is_kept_and_told_once(
    stack: BotStack, handler: RecordingHandler, person: int
) -> None:
    inbox, update = inbox_of(stack, handler), tap(stack, person)
    handler.refused.add(update.update_id)
    assert await receive_update(inbox, update)
    assert await receive_update(inbox, update)
    assert handler.order == [update.update_id]
    assert handler.said == [
        (update.update_id, (Answer("This order is not open for that any more."),)),
        (update.update_id, ()),
    ]
    row = await update_row(stack, update)
    assert (row["handled_at"] is not None, row["error"]) == (True, "error-order-closed")
    assert await stack.rows(draft, draft.c.person_id == person) == []


async def test_a_refusal_of_a_process_that_wakes_late_changes_nothing_about_an_update_that_had_its_effect(
    stack: BotStack, handler: RecordingHandler, person: int
) -> None:
    update, ice = tap(stack, person), Freezing(database=stack.work, through=1)
    handler.refused.add(update.update_id)
    late = await freeze(ice, handle_update(replace(inbox_of(stack, handler), database=ice.work), update))
    handler.refused.clear()
    assert await handle_update(inbox_of(stack, handler), update)
    before = await update_row(stack, update)
    await late.wake()
    assert await update_row(stack, update) == before
    assert handler.said == [(update.update_id, (NewMessage(Screen("done")),)), (update.update_id, ())]


async def test_an_update_left_behind_by_a_killed_process_is_taken_up_again(stack: BotStack) -> None:
    mei = await stack.add_person()
    before = len(await mei.messages())
    update = incoming_update(stack.campuses["north"], mei.id, message_content(mei.id, text="/start"))
    async with stack.work() as work:
        await store_updates(work, [update])
    older = func.now() - func.make_interval(0, 0, 0, 0, 0, 0, 10)
    await stack.update_rows(telegram_update, telegram_update.c.update_id == update.update_id, received_at=older)

    async def answered() -> bool:
        return len(await mei.messages()) > before

    await wait_until(answered)
    assert (await update_row(stack, update))["handled_at"] is not None


async def test_what_failed_is_tried_again_by_itself(stack: BotStack, handler: RecordingHandler, person: int) -> None:
    inbox, update = inbox_of(stack, handler), tap(stack, person)
    handler.broken.add(update.update_id)
    assert not await receive_update(inbox, update)
    handler.broken.clear()
    again = asyncio.create_task(retry_unfinished_updates(inbox, lambda: [update.campus_id]))

    async def handled() -> bool:
        return (await update_row(stack, update))["handled_at"] is not None

    await wait_until(handled)
    again.cancel()


async def test_too_many_actions_are_rate_limited_and_every_tap_is_answered(
    stack: BotStack, handler: RecordingHandler, person: int
) -> None:
    inbox = inbox_of(stack, handler)
    updates = [tap(stack, person) for _ in range(MAX_BURST + 3)]
    for update in updates:
        assert await receive_update(inbox, update)
    assert len(handler.order) == MAX_BURST
    held_off = [replies for update_id, replies in handler.said if update_id not in handler.order]
    assert len(held_off) == 3
    assert all(isinstance(reply, Answer) and "wait a few seconds" in reply.text for (reply,) in held_off)


async def test_a_forged_tap_is_answered_and_changes_nothing(stack: BotStack) -> None:
    mei = await stack.add_person()
    before = await mei.messages()
    for data in ("v1:home", "v2:home:0:0", "v1:fly:0:0", "x", "v1:home:0:0:0", "v1:place:-1:0"):
        answer = await mei.forge_tap(data)
        assert "out of date" in answer["text"], data
    assert await mei.messages() == before
