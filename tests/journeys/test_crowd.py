"""Tests of fifty runners who tap one order at once, every tap answered. `make races` runs this twenty times."""

import asyncio
from collections import Counter

import pytest

from sandbox.launch.campuses import PersonAccount
from sandbox.people.customer import ORDER_OPEN_TEXT, Customer
from sandbox.people.populated_stack import PopulatedStack, SceneContext
from tests.cases import case
from tests.fuzz.fuzz_depth import iterations
from tests.fuzz.input_counts import count_inputs
from tests.journeys.running_scenes import running_scene

pytestmark = pytest.mark.long

RUNNERS = 50
ORDER_COUNT = iterations(1, 20)


@case(22)
async def test_of_fifty_claims_at_once_one_wins_and_all_others_are_told_so(stack: PopulatedStack) -> None:
    async with running_scene(stack, "crowded") as context:
        campus = stack.campuses["crowded"]
        crowd = [campus.next_runner() for _ in range(RUNNERS)]
        await asyncio.gather(*(stack.telegram.write(one.id, campus.bot, "/start") for one in crowd))
        order = 0
        for number in range(ORDER_COUNT):
            order = await (_order_again(context.mei, order) if number else context.mei.order_laksa())
            await _assert_one_winner(stack, context, crowd, order)
            if number + 1 < ORDER_COUNT:  # a runner may have one order at a time
                await context.sam.type_text(f"/cancel {order} the next race")


async def _order_again(mei: Customer, former: int) -> int:
    await mei.wait_for_message(f"#{former}: cancelled", "Released")
    await mei.tap("try_again", subject_id=former)
    await mei.tap("place")
    return await mei.wait_for_order_number(ORDER_OPEN_TEXT)


async def _assert_one_winner(
    stack: PopulatedStack, context: SceneContext, crowd: list[PersonAccount], order: int
) -> None:
    offer = await context.ben.find_button("claim", subject_id=order)
    chat, message_id, data = offer.message.chat_ref.chat, offer.message.message_id, offer.button.data
    taps = await asyncio.gather(*(stack.telegram.tap(one.id, chat, message_id, data) for one in crowd))
    answers = await asyncio.gather(*(stack.telegram.answer_to(tap) for tap in taps))
    said = [str(answer["text"]) for answer in answers]
    winners = [one.id for one, text in zip(crowd, said, strict=True) if "is yours" in text]
    assert len(winners) == 1
    assert sum("another runner was faster" in text for text in said) == RUNNERS - 1, Counter(said)
    count_inputs("simultaneous claims of one order: claimed", len(winners))
    count_inputs("simultaneous claims of one order: refused as too late", RUNNERS - 1)
    rows = await stack.query("SELECT status, runner_id FROM orders WHERE id = $1", order)
    assert [(row["status"], row["runner_id"]) for row in rows] == [("ACCEPTED", winners[0])]
    claims = await stack.query("SELECT kind FROM saga WHERE order_id = $1 AND kind = 'accept_order'", order)
    assert len(claims) == 1
    await stack.wait_for_row("SELECT 1 FROM orders WHERE id = $1 AND hold_checked", order, timeout=10)
