"""A worker frozen for longer than any lease and woken late changes nothing, for order messages and notifications."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from domain.order import OrderStatus
from domain.store.card_rows import move_chat
from domain.store.parking import try_anew
from domain.store.schema import membership
from tests.frozen import Freezing, FrozenWorker, freeze
from tests.workers.messages.post_office import ANA, GROUP, MEI, PLAIN_GROUP, PostOffice
from workers.messages import Office, draw_card, send_push

CLAIMED = {"status": OrderStatus.ACCEPTED, "runner_id": ANA, "version": 2, "pin": "0482", "accepted_at": func.now()}
OUTCOMES: dict[str, dict[str, Any] | None] = {
    "sent": None,
    "limited": {"kind": "status", "status": 429, "retry_after": 1},
    "blocked": {"kind": "status", "status": 403, "description": "Forbidden: bot was blocked by the user"},
    "refused": {"kind": "status", "status": 400, "description": "Bad Request: can't parse entities"},
    "unanswered": {"kind": "lost_answer"},
}
any_outcome = pytest.mark.parametrize("outcome", OUTCOMES)


async def frozen(
    post: PostOffice, deliver: Callable[[Office, int], Coroutine[Any, Any, None]], number: int
) -> FrozenWorker:
    """A worker that has done everything but write down what became of it."""
    ice = Freezing(database=post.office.database)
    worker = await freeze(ice, deliver(replace(post.office, database=ice.work), number))
    await post.office.buckets.rest(post.campus_id, MEI, 0.001)  # the others do not wait for what Telegram told it
    await asyncio.sleep(0.01)
    return worker


async def ends_as(post: PostOffice, outcome: str) -> None:
    """The next message to Mei."""
    fault = OUTCOMES[outcome]
    if fault is not None:
        await post.sim("faults", method="sendMessage", chat=MEI, **fault)


async def is_reachable(post: PostOffice) -> bool:
    """Whether Mei can be written to."""
    async with post.office.database() as work:
        query = select(membership.c.reachable).where(membership.c.person_id == MEI)
        found: bool = (await work.connection.execute(query)).scalar_one()
    return found


async def lose_and_send_anew(post: PostOffice, number: int) -> None:
    """The lease of whoever sends it is over, it is taken for lost, and an admin wants it sent once more."""
    await post.alter("UPDATE push SET due_at = now() - interval '1 second' WHERE id = :id", id=number)
    await post.deliver_once()
    (found,) = await post.parked()
    async with post.office.database() as work:
        await try_anew(work, found)


@any_outcome
async def test_a_worker_that_sent_a_notification_and_wakes_late_leaves_a_later_claim_alone(
    post: PostOffice, outcome: str
) -> None:
    number = await post.push("once")
    await ends_as(post, outcome)
    late = await frozen(post, send_push, number)
    await lose_and_send_anew(post, number)
    other = await frozen(post, send_push, number)
    before = await post.push_row(number), await post.parked(), await is_reachable(post)
    assert before[0].status == "sending"
    await late.wake()
    assert (await post.push_row(number), await post.parked(), await is_reachable(post)) == before
    await other.wake()
    assert (await post.push_row(number)).status == "sent"
    await post.make_due()
    await post.deliver()
    assert len(await post.calls("sendMessage")) == 2, "once by itself, and once because an admin said so"


MISTAKES = {
    "limited": "SELECT 1",
    "blocked": "UPDATE membership SET reachable = false",
    "refused": "UPDATE push SET key = 'push-of-an-old-release'",
}


@pytest.mark.parametrize("finding", MISTAKES)
async def test_a_worker_that_only_found_a_notification_takes_no_claim_away(post: PostOffice, finding: str) -> None:
    number = await post.push("once")
    if finding == "limited":
        await post.office.buckets.rest(post.campus_id, MEI, 5)
    await post.alter(MISTAKES[finding])
    late = await frozen(post, send_push, number)
    await post.alter("UPDATE membership SET reachable = true")
    await post.alter("UPDATE push SET key = 'push-payout-waits'")
    other = await frozen(post, send_push, number)
    before = await post.push_row(number), await post.parked(), await is_reachable(post)
    assert before[0].status == "sending"
    await late.wake()
    assert (await post.push_row(number), await post.parked(), await is_reachable(post)) == before
    await other.wake()
    await post.make_due()
    await post.deliver()
    assert len(await post.calls("sendMessage")) == 1


async def test_a_fault_of_a_worker_that_wakes_late_does_not_count_against_a_notification(post: PostOffice) -> None:
    number = await post.push("once")
    await post.alter("UPDATE push SET buttons = '[1]'")
    late = await frozen(post, send_push, number)
    await post.alter("UPDATE push SET buttons = '[]'")
    await post.sim("faults", method="sendMessage", chat=MEI, kind="lost_answer")
    await send_push(post.office, number)
    (found,) = await post.parked()
    async with post.office.database() as work:
        await try_anew(work, found)
    before = await post.push_row(number)
    await late.wake()
    assert await post.push_row(number) == before


@any_outcome
async def test_a_worker_that_sent_an_order_message_and_wakes_late_leaves_a_later_claim_alone(
    post: PostOffice, outcome: str
) -> None:
    order = await post.order()
    number = (await post.card("customer")).id
    await ends_as(post, outcome)
    late = await frozen(post, draw_card, number)
    await post.make_due()
    await draw_card(post.office, number)
    await post.change(order, **CLAIMED)
    other = await frozen(post, draw_card, number)
    before = await post.card("customer"), await post.parked(), await is_reachable(post)
    assert before[0].message_id is not None
    await late.wake()
    assert (await post.card("customer"), await post.parked(), await is_reachable(post)) == before
    await other.wake()
    after = await post.card("customer")
    assert (after.message_id, after.due_at, after.tries) == (before[0].message_id, None, 0)


async def test_a_message_of_a_group_that_became_a_supergroup_is_not_taken_for_one_of_the_new_chat(
    post: PostOffice,
) -> None:
    await post.order(PLAIN_GROUP)
    late = await frozen(post, draw_card, (await post.card("group")).id)
    async with post.office.database() as work:
        await move_chat(work, PLAIN_GROUP, GROUP)
    await late.wake()
    card = await post.card("group")
    assert (card.chat_id, card.message_id, card.due_at is None) == (GROUP, None, False)
