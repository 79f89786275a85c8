"""Tests of fifty runners who tap one order at once, every tap answered. `make races` runs this twenty times."""

import asyncio
from collections import Counter

from sandbox.launch.telegram_accounts import PersonAccount
from sandbox.play.sandbox_client import json_object
from sandbox.play.scene_context import SceneContext
from sandbox.play.scenes.scene_steps import ORDER_OPEN_TEXT, order_laksa
from sandbox.play.scripted_user import ScriptedUser
from tests.cases import case
from tests.fuzz.fuzz_depth import iterations
from tests.fuzz.input_counts import count_inputs
from tests.journeys.journey_stack import JourneyStack

RUNNERS = 50
ORDER_COUNT = iterations(1, 20)
ANSWER_TIMEOUT_SECONDS = 15.0  # how long Telegram waits for the answer to a tap


@case(22)
async def test_of_fifty_claims_at_once_one_wins_and_all_others_are_told_so(
    stack: JourneyStack,
) -> None:
    async with stack.running_scene("crowded") as context:
        crowd = [stack.populated_campuses["crowded"].next_runner() for _ in range(RUNNERS)]
        bot = f"@{stack.populated_campuses['crowded'].chats.bot.username}"
        await asyncio.gather(
            *(context.telegram.post("/sim/messages", {"from": one.id, "chat": bot, "text": "/start"}) for one in crowd)
        )
        order = 0
        for number in range(ORDER_COUNT):
            order = await (_order_again(context.mei, order) if number else order_laksa(context.mei))
            await _assert_one_winner(stack, context, crowd, order)
            if number + 1 < ORDER_COUNT:  # a runner may have one order at a time
                await context.sam.type_text(f"/cancel {order} the next race")


async def _order_again(mei: ScriptedUser, former: int) -> int:
    await mei.wait_for_message(f"#{former}: cancelled", "Released")
    await mei.tap("try_again", subject_id=former)
    await mei.tap("place")
    return await mei.wait_for_order_number(ORDER_OPEN_TEXT)


async def _assert_one_winner(
    stack: JourneyStack, context: SceneContext, crowd: list[PersonAccount], order: int
) -> None:
    offer = await context.ben.find_button("claim", subject_id=order)
    tap_body = {
        "chat": int(offer.message.chat_ref.chat),
        "message_id": offer.message.message_id,
        "data": offer.button.data,
    }
    taps = await asyncio.gather(*(context.telegram.post("/sim/taps", {"from": one.id, **tap_body}) for one in crowd))
    answers = await asyncio.gather(
        *(
            context.telegram.get(f"/sim/taps/{json_object(tap)['callback_query_id']}", wait=ANSWER_TIMEOUT_SECONDS)
            for tap in taps
        )
    )
    said = [str(json_object(answer)["text"]) for answer in answers]
    winners = [one.id for one, text in zip(crowd, said, strict=True) if "is yours" in text]
    assert len(winners) == 1
    assert sum("another runner was faster" in text for text in said) == RUNNERS - 1, Counter(said)
    count_inputs("simultaneous claims of one order: claimed", len(winners))
    count_inputs("simultaneous claims of one order: refused as too late", RUNNERS - 1)
    rows = await stack.fetch_rows("SELECT status, runner_id FROM orders WHERE id = $1", order)
    assert [(row["status"], row["runner_id"]) for row in rows] == [("ACCEPTED", winners[0])]
    claims = await stack.fetch_rows("SELECT kind FROM saga WHERE order_id = $1 AND kind = 'accept_order'", order)
    assert len(claims) == 1
    await stack.wait_for_row("SELECT 1 FROM orders WHERE id = $1 AND hold_checked", order, within=10)
