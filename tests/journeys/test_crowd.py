"""Fifty runners, one job, one moment: over the wire, with every tap answered; `make races` does it twenty times."""

import asyncio
from collections import Counter

from sandbox.launch.people import Person
from sandbox.play.player import Player
from sandbox.play.scenes.parts import LOOKING, orders_laksa
from sandbox.play.stage import Stage
from sandbox.play.wire import fields
from tests.fuzz.counts import tried
from tests.fuzz.depth import rounds
from tests.journeys.town import Town

RUNNERS = 50
JOBS = rounds(1, 20)
ANSWERED_WITHIN = 15.0  # seconds; Telegram shows its clock that long


async def test_of_fifty_who_tap_at_once_one_has_the_job_and_all_others_are_told_the_truth(town: Town) -> None:
    async with town.stage("crowded") as stage:
        crowd = [town.quarters["crowded"].next_runner() for _ in range(RUNNERS)]
        bot = f"@{town.quarters['crowded'].campus.bot.username}"
        await asyncio.gather(
            *(stage.telegram.post("/sim/messages", {"from": one.id, "chat": bot, "text": "/start"}) for one in crowd)
        )
        order = 0
        for number in range(JOBS):
            order = await (_orders_again(stage.mei, order) if number else orders_laksa(stage.mei))
            await _one_has_it(town, stage, crowd, order)
            if number + 1 < JOBS:  # whoever has a job may not take another one
                await stage.sam.types(f"/cancel {order} the next race")


async def _orders_again(mei: Player, former: int) -> int:
    await mei.reads(f"#{former}: cancelled", "Released")
    await mei.taps("try_again", about=former)
    await mei.taps("place")
    return await mei.reads_number(LOOKING)


async def _one_has_it(town: Town, stage: Stage, crowd: list[Person], order: int) -> None:
    offer = await stage.ben.spots("claim", about=order)
    press = {"chat": int(offer.message.place.chat), "message_id": offer.message.number, "data": offer.button.data}
    taps = await asyncio.gather(*(stage.telegram.post("/sim/taps", {"from": one.id, **press}) for one in crowd))
    answers = await asyncio.gather(
        *(stage.telegram.get(f"/sim/taps/{fields(tap)['callback_query_id']}", wait=ANSWERED_WITHIN) for tap in taps)
    )
    said = [str(fields(answer)["text"]) for answer in answers]
    winners = [one.id for one, text in zip(crowd, said, strict=True) if "is yours" in text]
    assert len(winners) == 1
    assert sum("another runner was faster" in text for text in said) == RUNNERS - 1, Counter(said)
    tried("claims of one job at once over the wire: it is hers", len(winners))
    tried("claims of one job at once over the wire: told that another was faster", RUNNERS - 1)
    rows = await town.ask("SELECT status, runner_id FROM orders WHERE id = $1", order)
    assert [(row["status"], row["runner_id"]) for row in rows] == [("ACCEPTED", winners[0])]
    claims = await town.ask("SELECT kind FROM saga WHERE order_id = $1 AND kind = 'accept_order'", order)
    assert len(claims) == 1
    await town.until("SELECT 1 FROM orders WHERE id = $1 AND hold_checked", order, within=10)
