"""Nobody takes an order: its customer is nudged once, told the odds, and left in peace by whoever claims or ends it."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from domain.errors import CampusGError, Stale
from domain.order import Order, OrderStatus
from domain.people import Member
from domain.store.ladders.odds import Odds, count_odds
from domain.store.schema import event, orders
from domain.store.use_cases import patience, running
from domain.timers import TimerKind
from tests.town import Town
from tests.workers.rungs import come_due, fire, look, minutes_until, near_misses, rungs
from workers.timers import fire_timers

NUDGE, ODDS, EXPIRE = TimerKind.NUDGE, TimerKind.ODDS, TimerKind.EXPIRE
ROUNDS = 12


async def test_an_open_job_has_its_nudges_in_the_commit_of_its_deadline(shared_town: Town) -> None:
    town = shared_town
    order = await town.open_job()
    assert await rungs(town, order) == {"expire", "nudge", "odds"}
    assert 2.9 < await minutes_until(town, order, NUDGE) <= 3
    assert 5.9 < await minutes_until(town, order, ODDS) <= 6


async def test_a_campus_in_haste_has_no_nudge_after_the_end(town: Town) -> None:
    await town.sql("""UPDATE campus SET windows = '{"unclaimed": 200, "odds": 300}'""")
    assert await rungs(town, await town.open_job()) == {"expire", "nudge"}


async def test_each_nudge_is_told_once_with_its_ways_out_however_many_workers_look(shared_town: Town) -> None:
    town = shared_town
    order = await town.open_job()
    for kind, told in ((NUDGE, ["push-nudge"]), (ODDS, ["push-nudge", "push-odds-unknown"])):
        await come_due(town, order, kind)
        await asyncio.gather(*(fire_timers(town.worker(f"worker {number}")) for number in range(4)))
        await fire_timers(town.workshop)
        assert await town.told(order, order.customer_id) == told
    assert (await town.order(order.id)).status is OrderStatus.CREATED
    sounds = await town.rows("SELECT key, silent, buttons FROM push WHERE order_id = :id ORDER BY id", id=order.id)
    assert [(row.key, row.silent) for row in sounds] == [("push-nudge", False), ("push-odds-unknown", True)]
    taps = [[button["data"] for button in row.buttons] for row in sounds]
    assert taps == [[f"v1:{tap}:{order.id}:{order.version}" for tap in ("wait", "raise", "cancel")]] * 2


async def test_after_an_outage_only_the_last_news_is_told(shared_town: Town) -> None:
    town = shared_town
    late, over = await town.open_job(), await town.open_job()
    await fire(town, late, NUDGE, ODDS)
    await fire(town, over, NUDGE, ODDS, EXPIRE)
    assert await town.told(late, late.customer_id) == ["push-odds-unknown"]
    assert await town.told(over, over.customer_id) == ["push-expired"]


@pytest.mark.parametrize("end", ["claim", "cancel", "expiry"])
async def test_whoever_takes_or_ends_an_order_stops_its_nudges(shared_town: Town, end: str) -> None:
    town = shared_town
    customer = await town.member()
    order = await town.open_job(customer)
    match end:
        case "claim":
            await town.claim(await town.member(runner=True, card=None), order)
        case "cancel":
            await town.cancel(customer, order)
        case _:
            await fire(town, order, EXPIRE)
    assert not await rungs(town, order) & {"nudge", "odds", "expire"}
    await town.drive()
    assert "push-nudge" not in await town.told(order)


async def claim(town: Town, runner: Member, order: Order, pause: float) -> None:
    """[Claim], a little later."""
    await asyncio.sleep(pause)
    await town.claim(runner, order)


async def test_a_claim_and_a_nudge_at_one_instant_are_one_truth(shared_town: Town) -> None:
    town, seen = shared_town, Counter[bool]()
    for head_start in near_misses(ROUNDS):
        order, runner = await town.open_job(), await town.member(runner=True, ready=False, card=None)
        await come_due(town, order, NUDGE)
        await asyncio.gather(claim(town, runner, order, max(head_start, 0)), look(town, max(-head_start, 0)))
        assert (await town.order(order.id)).runner_id == runner.person_id, "a nudge never costs anybody a job"
        nudged = "nudge" in await rungs(town, order, "fired")
        told = await town.told(order, order.customer_id)
        assert told == (["push-nudge", "push-claimed"] if nudged else ["push-claimed"])
        assert await rungs(town, order) == {"sign_of_life"}
        seen[nudged] += 1
    assert len(seen) == 2


async def test_a_late_nudge_leaves_a_cancel_as_it_was(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await town.open_job(customer)
    await fire(town, order, NUDGE)
    async with town.database() as work:
        await patience.wait(work, town.campus, customer, order.id)
    assert (await town.order(order.id)).version == order.version, "she waits: nothing changed"
    assert (await town.cancel(customer, order)).status is OrderStatus.CANCELLED
    with pytest.raises(Stale):
        async with town.database() as work:
            await patience.wait(work, town.campus, customer, order.id)
    waits = await town.rows("SELECT actor_id FROM event WHERE order_id = :id AND event = 'waits'", id=order.id)
    assert waits == [(customer.person_id,)]


async def test_nobody_waits_for_somebody_else(shared_town: Town) -> None:
    town = shared_town
    order, other = await town.open_job(await town.member()), await town.member()
    with pytest.raises(CampusGError):
        async with town.database() as work:
            await patience.wait(work, town.campus, other, order.id)


async def test_a_job_given_back_nudges_only_who_was_not_nudged_before(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    nudged, calm = await town.open_job(), await town.open_job()
    await fire(town, nudged, NUDGE)
    for order in (nudged, calm):
        await town.claim(runner, order)
        async with town.database() as work:
            await running.release(work, town.campus, runner, order.id)
    assert await rungs(town, nudged) == {"expire"}
    assert await rungs(town, calm) == {"expire", "nudge"}
    await fire(town, calm, NUDGE)
    assert await town.told(calm, calm.customer_id) == ["push-claimed", "push-released", "push-nudge"]


async def past(town: Town, like: Order, *, opened: timedelta, ended: float, claimed: float | None = None) -> None:
    """An order of this campus, opened so long ago; it was claimed, and ended, so many minutes later."""
    async with town.database() as work:
        row = (await work.connection.execute(select(orders).where(orders.c.id == like.id))).mappings().one()
        at = work.now - opened
        taken = None if claimed is None else at + timedelta(minutes=claimed)
        changed = {"status": "CANCELLED", "created_at": at, "accepted_at": taken, "end_reason": "admin"}
        changed |= {"placed_at": at, "ended_at": at + timedelta(minutes=ended)}
        values = {name: value for name, value in row.items() if name != "id"} | changed
        number = (await work.connection.execute(insert(orders).values(values).returning(orders.c.id))).scalar_one()
        if taken is not None:
            line = {"campus_id": like.campus_id, "order_id": number, "subject": "order", "subject_id": str(number)}
            line |= {"event": "claimed", "actor_role": "runner", "at": taken}
            await work.connection.execute(insert(event).values(line))


async def odds_of(town: Town) -> Odds:
    async with town.database() as work:
        return await count_odds(work, town.campus)


async def test_the_odds_are_those_of_orders_that_waited_as_long_at_this_hour(town: Town) -> None:
    like = await town.open_job()
    at_this_hour, half_a_day_off = [timedelta(days=day) for day in (1, 2)], timedelta(days=3, hours=12)
    for opened in at_this_hour:
        for claimed in (7.0, 9.5):
            await past(town, like, opened=opened, ended=40, claimed=claimed)
        await past(town, like, opened=opened, ended=30)
        await past(town, like, opened=opened, ended=40, claimed=5.5)  # was quick: says nothing about waiting
        await past(town, like, opened=opened, ended=4)  # given up before
    assert await odds_of(town) == Odds(waited=6, taken=4, this_hour=False)
    assert (await odds_of(town)).sentence == ("push-odds-unknown", {})
    for _ in range(2):
        await past(town, like, opened=half_a_day_off, ended=30)
        await past(town, like, opened=timedelta(days=15), ended=40, claimed=8)  # too long ago
    assert await odds_of(town) == Odds(waited=8, taken=4, this_hour=False)
    assert (await odds_of(town)).sentence == ("push-odds-day", {"waited": 8, "taken": 4})
    for claimed in (8.0, 20.0):
        await past(town, like, opened=timedelta(days=5), ended=40, claimed=claimed)
    assert await odds_of(town) == Odds(waited=8, taken=6, this_hour=True)
    await fire(town, like, ODDS)
    assert await town.told(like, like.customer_id) == ["push-odds-hour"]
