"""A runner is silent: she is asked; before the purchase the job goes on to others, after it people are told."""

import asyncio
from collections import Counter
from functools import partial

import pytest

from domain.errors import BarredFromOrder, CampusGError, NotAllowed, Stale
from domain.order import Order, OrderStatus
from domain.people import Member
from domain.store.ladders.silence import is_silent
from domain.store.use_cases import patience, running
from domain.timers import TimerKind
from tests.town import Town
from tests.workers.deaths import Killed, dying
from tests.workers.rungs import come_due, fire, look, minutes_until, near_misses, rungs
from workers.timers import fire_timers

LIFE, SILENCE = TimerKind.SIGN_OF_LIFE, TimerKind.SILENCE
ROUNDS = 12


async def on_it(town: Town, runner: Member, order: Order) -> None:
    """[Yes, on it]."""
    async with town.database() as work:
        await patience.show_life(work, town.campus, runner, order.id)


async def silent(town: Town, order: Order) -> bool:
    """What the customer's card would say."""
    async with town.database() as work:
        return await is_silent(work, await town.order(order.id))


async def test_a_claim_starts_the_wait_for_a_sign_of_life_and_the_runner_is_asked_once(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    assert await rungs(town, order) == {"sign_of_life"}
    assert 7.9 < await minutes_until(town, order, LIFE) <= 8
    await come_due(town, order, LIFE)
    await asyncio.gather(*(fire_timers(town.worker(f"worker {number}")) for number in range(4)))
    assert await town.told(order, runner.person_id) == ["push-sign-of-life"]
    assert await rungs(town, order) == {"silence"}
    assert 3.9 < await minutes_until(town, order, SILENCE) <= 4


async def test_a_runner_who_answers_keeps_her_job_and_is_asked_again_later(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    await fire(town, order, LIFE)
    await on_it(town, runner, order)
    await on_it(town, runner, order)
    assert await rungs(town, order) == {"sign_of_life"}
    assert 7.9 < await minutes_until(town, order, LIFE) <= 8
    assert (await town.order(order.id)).runner_id == runner.person_id
    await fire(town, order, LIFE)
    assert await town.told(order, runner.person_id) == ["push-sign-of-life"] * 2


async def test_a_job_nobody_answers_for_goes_to_the_others_and_both_sides_are_told(shared_town: Town) -> None:
    town = shared_town
    runner, next_one = [await town.member(runner=True, card=None) for _ in range(2)]
    order = await town.held_job(runner)
    await fire(town, order, LIFE)
    await fire(town, order, SILENCE)
    opened = await town.order(order.id)
    assert (opened.status, opened.runner_id, opened.releases) == (OrderStatus.CREATED, None, 1)
    assert await town.told(order, runner.person_id) == ["push-sign-of-life", "push-taken-back"]
    assert await town.told(order, order.customer_id) == ["push-claimed", "push-released"]
    said = await town.rows(
        "SELECT actor_role, actor_id, reason FROM event WHERE order_id = :id AND event = 'released'", id=order.id
    )
    assert said == [("system", None, "silence")]
    assert await rungs(town, order) == {"expire", "nudge"}
    with pytest.raises(BarredFromOrder):
        await town.claim(runner, order)
    for anybody in (runner, next_one):
        with pytest.raises(Stale):
            await on_it(town, anybody, order)
    await town.claim(next_one, order)
    with pytest.raises(NotAllowed):
        await on_it(town, runner, order)
    assert await rungs(town, order) == {"sign_of_life"}


async def test_after_the_last_release_silence_ends_the_order(shared_town: Town) -> None:
    town = shared_town
    order = await town.open_job()
    for _ in range(3):
        await town.claim(await town.member(runner=True, card=None), order)
        await town.drive()
        await fire(town, order, LIFE)
        await fire(town, order, SILENCE)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.EXPIRED
    loud = "SELECT key FROM push WHERE order_id = :id AND chat_id = :chat AND NOT silent"
    assert len(await town.rows(loud, id=order.id, chat=order.customer_id)) <= 4


@pytest.mark.parametrize("asked", [True, False])
async def test_a_purchase_is_a_sign_of_life_and_so_is_every_step(shared_town: Town, asked: bool) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    for step in (partial(running.buy, receipt=850), running.pick_up, running.arrive):
        if asked:
            await fire(town, order, LIFE)
        async with town.database() as work:
            await step(work, town.campus, runner, order.id)
        assert "silence" not in await rungs(town, order)
        assert 19.9 < await minutes_until(town, order, LIFE) <= 20
    await town.hand_over(runner, order)
    assert await rungs(town, order) == set(), "delivered: nobody is asked any more"


async def test_of_a_purchase_and_the_end_of_patience_at_one_instant_one_wins(shared_town: Town) -> None:
    town, winners = shared_town, Counter[OrderStatus]()

    async def buy(runner: Member, order: Order, pause: float) -> bool:
        await asyncio.sleep(pause)
        try:
            async with town.database() as work:
                await running.buy(work, town.campus, runner, order.id, 850)
        except CampusGError:
            return False
        return True

    for head_start in near_misses(ROUNDS):
        runner = await town.member(runner=True, ready=False, card=None)
        order = await town.held_job(runner)
        await fire(town, order, LIFE)
        await come_due(town, order, SILENCE)
        bought, _ = await asyncio.gather(buy(runner, order, max(head_start, 0)), look(town, max(-head_start, 0)))
        after = await town.order(order.id)
        winners[after.status] += 1
        assert after.status is (OrderStatus.PLACED if bought else OrderStatus.CREATED)
        assert (after.runner_id == runner.person_id, after.receipt is not None) == (bought, bought)
        assert ("push-taken-back" in await town.told(order)) is not bought
        assert await rungs(town, order) == ({"sign_of_life"} if bought else {"expire", "nudge"})
    assert len(winners) == 2


async def test_after_the_purchase_silence_is_told_to_the_admins_once_a_stage(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    async with town.database() as work:
        await running.buy(work, town.campus, runner, order.id, 850)
    drawn = "SELECT sum(wanted) FROM live_card WHERE order_id = :id AND kind = 'customer'"
    for _ in range(2):
        await fire(town, order, LIFE)
        assert not await silent(town, order)
        ((before,),) = await town.rows(drawn, id=order.id)
        await fire(town, order, SILENCE)
        assert await silent(town, order)
        await on_it(town, runner, order)
        assert not await silent(town, order)
        assert await town.rows(drawn, id=order.id) == [(before + 2,)], "her card says it, and says that it is over"
    assert await town.told(order, -200) == ["push-silent-admins"]
    async with town.database() as work:
        await running.pick_up(work, town.campus, runner, order.id)
    await fire(town, order, LIFE)
    await fire(town, order, SILENCE)
    assert await town.told(order, -200) == ["push-silent-admins"] * 2
    assert await town.told(order, runner.person_id) == ["push-sign-of-life-bought"] * 3
    assert await town.told(order, order.customer_id) == ["push-claimed"]
    assert (await town.order(order.id)).status is OrderStatus.ON_THE_WAY, "nobody is unassigned after the purchase"
    async with town.database() as work:
        await running.arrive(work, town.campus, runner, order.id)
    assert not await silent(town, order)


@pytest.mark.parametrize("committed", [True, False])
async def test_a_worker_killed_while_it_acts_on_silence_has_done_all_of_it_or_nothing(
    shared_town: Town, committed: bool
) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    await fire(town, order, LIFE)
    await come_due(town, order, SILENCE)
    with pytest.raises(Killed):
        await fire_timers(dying(town, at=1, committed=committed))
    assert (await town.order(order.id)).status is (OrderStatus.CREATED if committed else OrderStatus.ACCEPTED)
    assert await rungs(town, order) == ({"expire", "nudge"} if committed else {"silence"})
    await town.drive()
    assert (await town.order(order.id)).releases == 1
    assert await town.told(order, runner.person_id) == ["push-sign-of-life", "push-taken-back"]


async def test_a_sign_of_life_for_a_job_that_is_over_is_stale(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.delivered(runner)
    with pytest.raises(Stale):
        await on_it(town, runner, order)
    assert await rungs(town, order) == set()


async def test_the_towns_books_are_right_after_all_this(shared_town: Town) -> None:
    await shared_town.hurry()
    assert await shared_town.breaches() == []
