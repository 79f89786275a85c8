"""Claims: of any number of runners one gets the job, keeps it, and the others are told the truth."""

import asyncio

import pytest

from domain.errors import (
    BarredFromOrder,
    CampusGError,
    HoldNotChecked,
    NotAllowed,
    OrderAlreadyTaken,
    OrderAlreadyYours,
    OrderClosed,
    OwnOrder,
    RunnerNotApproved,
    RunnerSuspended,
    Stale,
    TooManyJobs,
)
from domain.order import Order, OrderStatus
from domain.people import Member
from domain.store.use_cases import running
from tests.town import Town
from workers.engine import run_saga


async def refusal_of_claim(town: Town, runner: Member, order: Order) -> type[CampusGError] | None:
    """The refusal a claim met, None when it won."""
    try:
        await town.claim(runner, order)
    except CampusGError as refused:
        return type(refused)
    return None


async def test_s1_fifty_runners_claim_at_once_and_a_losing_claim_leaves_the_winner_alone(shared_town: Town) -> None:
    """S1, S2, S14."""
    town = shared_town
    order = await town.open_job()
    runners = [await town.member(runner=True, ready=False, card=None) for _ in range(50)]
    refusals = await asyncio.gather(*(refusal_of_claim(town, runner, order) for runner in runners))
    assert refusals.count(None) == 1
    assert refusals.count(OrderAlreadyTaken) == 49
    await town.drive()
    held = await town.order(order.id)
    assert (held.status, held.hold_checked) == (OrderStatus.ACCEPTED, True)
    assert held.runner_id == runners[refusals.index(None)].person_id
    claims = await town.rows("SELECT event FROM event WHERE order_id = :id AND event = 'claimed'", id=order.id)
    assert len(claims) == 1


async def test_one_runners_claims_of_two_jobs_at_once_are_one_job(shared_town: Town) -> None:
    """A4."""
    town = shared_town
    for _ in range(10):
        jobs = [await town.open_job(), await town.open_job()]
        runner = await town.member(runner=True, ready=False, card=None)
        refusals = await asyncio.gather(*(refusal_of_claim(town, runner, job) for job in jobs))
        assert set(refusals) == {None, TooManyJobs}


async def test_a_double_tap_on_claim_is_one_claim(shared_town: Town) -> None:
    town = shared_town
    order = await town.open_job()
    runner = await town.member(runner=True, ready=False, card=None)
    refusals = await asyncio.gather(*(refusal_of_claim(town, runner, order) for _ in range(8)))
    assert refusals.count(None) == 1
    assert set(refusals) - {None} <= {OrderAlreadyYours, Stale}
    assert await town.rows("SELECT count(*) FROM saga WHERE order_id = :id AND kind = 'accept_order'", id=order.id) == [
        (1,)
    ]


async def test_a4_a_runner_may_not_claim_her_own_order(shared_town: Town) -> None:
    runner = await shared_town.member(runner=True)
    order = await shared_town.open_job(runner)
    assert await refusal_of_claim(shared_town, runner, order) is OwnOrder


async def test_a4_a_runner_with_a_job_gets_no_second_one(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    await town.held_job(runner)
    assert await refusal_of_claim(town, runner, await town.open_job()) is TooManyJobs


async def test_who_is_no_runner_here_can_not_claim(shared_town: Town) -> None:
    order = await shared_town.open_job()
    assert await refusal_of_claim(shared_town, await shared_town.member(), order) is RunnerNotApproved


async def test_a_claim_with_a_forged_membership_is_refused_by_the_row(shared_town: Town) -> None:
    """A1: what the caller believes of the member does not count; the membership row does."""
    town = shared_town
    order = await town.open_job()
    runner = await town.member(runner=True, ready=False, card=None)
    await town.sql("UPDATE membership SET runner_status = 'suspended' WHERE person_id = :id", id=runner.person_id)
    assert await refusal_of_claim(town, runner, order) is RunnerSuspended


async def test_a1_nobody_but_its_runner_moves_a_job(shared_town: Town) -> None:
    """A1, A2, S15."""
    town = shared_town
    runner, other = await town.member(runner=True, card=None), await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    async with town.database() as work:
        for tap in (running.release, running.pick_up, running.arrive):
            with pytest.raises(NotAllowed):
                await tap(work, town.campus, other, order.id)
        with pytest.raises(NotAllowed):
            await running.buy(work, town.campus, other, order.id, 500)
        with pytest.raises(NotAllowed):
            await running.hand_over(work, town.campus, other, order.id, order.pin or "")
    assert await town.order(order.id) == order


async def test_s11_a_job_given_back_has_a_fresh_deadline_and_bars_the_runner(shared_town: Town) -> None:
    """S11."""
    town = shared_town
    runner, second = await town.member(runner=True, card=None), await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    await town.sql("UPDATE timer SET due_at = now() + interval '1 minute' WHERE order_id = :id", id=order.id)
    async with town.database() as work:
        opened = await running.release(work, town.campus, runner, order.id)
    assert (opened.status, opened.runner_id, opened.pin, opened.hold_checked) == (
        OrderStatus.CREATED,
        None,
        None,
        False,
    )
    ((left,),) = await town.rows(
        "SELECT due_at - now() > interval '29 minutes' FROM timer"
        " WHERE order_id = :id AND status = 'set' AND kind = 'expire'",
        id=order.id,
    )
    assert left
    assert "push-released" in await town.told(order, order.customer_id)
    assert await refusal_of_claim(town, runner, order) is BarredFromOrder
    await town.claim(second, order)
    await town.drive()
    assert (await town.order(order.id)).hold_checked


async def test_a_fresh_deadline_never_goes_past_the_longest_an_order_may_stay_open(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    await town.sql("UPDATE orders SET placed_at = now() - interval '80 minutes' WHERE id = :id", id=order.id)
    async with town.database() as work:
        await running.release(work, town.campus, runner, order.id)
    ((minutes,),) = await town.rows(
        "SELECT extract(epoch FROM due_at - now()) / 60 FROM timer"
        " WHERE order_id = :id AND status = 'set' AND kind = 'expire'",
        id=order.id,
    )
    assert 9.9 < float(minutes) <= 10


async def test_an_order_given_back_three_times_ends(shared_town: Town) -> None:
    """At most two releases: the third one is the end."""
    town = shared_town
    order = await town.open_job()
    for expected in (OrderStatus.CREATED, OrderStatus.CREATED, OrderStatus.EXPIRED):
        runner = await town.member(runner=True, card=None)
        await town.claim(runner, order)
        await town.drive()
        async with town.database() as work:
            await running.release(work, town.campus, runner, order.id)
        await town.drive()
        assert (await town.order(order.id)).status is expected
    (intent,) = await town.intents(order.id)
    assert intent["status"] == "canceled"


async def test_a_hold_that_ends_soon_is_not_claimable(shared_town: Town) -> None:
    """M14."""
    town = shared_town
    order = await town.open_job()
    await town.sql("UPDATE hold SET capture_before = now() + interval '11 hours' WHERE order_id = :id", id=order.id)
    assert await refusal_of_claim(town, await town.member(runner=True, card=None), order) is OrderClosed


async def test_nothing_is_bought_before_stripe_confirmed_the_hold(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.open_job()
    await town.claim(runner, order)
    async with town.database() as work:
        with pytest.raises(HoldNotChecked):
            await running.buy(work, town.campus, runner, order.id, 850)
    await town.drive()
    async with town.database() as work:
        assert (await running.buy(work, town.campus, runner, order.id, 850)).status is OrderStatus.PLACED


async def test_a_hold_gone_at_the_claim_ends_the_order_and_tells_both(shared_town: Town) -> None:
    """M14: nobody buys on trust."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.open_job()
    (intent,) = await town.intents(order.id)
    await town.workshop.stripe.v1.payment_intents.cancel_async(intent["id"])
    await town.claim(runner, order)
    await town.drive()
    ended = await town.order(order.id)
    assert (ended.status, ended.end_reason, ended.hold_checked) == (OrderStatus.CANCELLED, "hold_gone", False)
    assert "push-hold-gone-runner" in await town.told(order, runner.person_id)
    assert "push-hold-gone-customer" in await town.told(order, order.customer_id)
    assert (await town.saga(order, "accept_order")).status == "undone"


async def test_s3_with_stripe_out_of_reach_a_claim_is_given_back_with_its_old_deadline(shared_town: Town) -> None:
    """S3."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.open_job()
    deadlines = "SELECT kind, due_at, status FROM timer WHERE order_id = :id AND kind <> 'sign_of_life' ORDER BY id"
    set_before = await town.rows(deadlines, id=order.id)
    await town.fault("GET /v1/payment_intents/*", "reset", times=1000)
    await town.claim(runner, order)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.ACCEPTED
    await town.sql("UPDATE saga SET failing_since = now() - interval '121 seconds' WHERE order_id = :id", id=order.id)
    await town.hurry()
    await town.no_faults()
    given_back = await town.order(order.id)
    assert (given_back.status, given_back.runner_id) == (OrderStatus.CREATED, None)
    assert await town.rows(deadlines, id=order.id) == set_before
    assert {(row.kind, row.status) for row in set_before} == {("expire", "set"), ("nudge", "set"), ("odds", "set")}
    assert "push-claim-given-back" in await town.told(order, runner.person_id)
    assert await refusal_of_claim(town, runner, order) is None, "a claim that only Stripe spoiled bars nobody"
    await town.drive()
    assert (await town.order(order.id)).hold_checked


async def test_a_late_answer_for_a_released_claim_does_not_touch_the_next_runners(shared_town: Town) -> None:
    """S1: what a claim does and undoes is its own."""
    town = shared_town
    first, second = await town.member(runner=True, card=None), await town.member(runner=True, card=None)
    order = await town.open_job()
    await town.claim(first, order)  # its check has not run when she gives it back
    async with town.database() as work:
        await running.release(work, town.campus, first, order.id)
    await town.claim(second, order)
    ((old,),) = await town.rows(
        "SELECT id FROM saga WHERE order_id = :id AND person_id = :who AND kind = 'accept_order'",
        id=order.id,
        who=first.person_id,
    )
    await run_saga(town.workshop, old)
    assert not (await town.order(order.id)).hold_checked, "the first runner's check confirms nothing for the second"
    await town.hurry()
    held = await town.order(order.id)
    assert (held.runner_id, held.hold_checked) == (second.person_id, True)


async def test_s1_a_claim_that_turns_back_late_leaves_the_winner_alone(shared_town: Town) -> None:
    """S1: the original's compensation took the job away from the runner who had it."""
    town = shared_town
    first, second = await town.member(runner=True, card=None), await town.member(runner=True, card=None)
    order = await town.open_job()
    await town.claim(first, order)
    old = (await town.saga(order, "accept_order")).id
    async with town.database() as work:
        await running.release(work, town.campus, first, order.id)
    await town.claim(second, order)
    await run_saga(town.workshop, (await town.saga(order, "accept_order")).id)
    held = await town.order(order.id)
    assert (held.runner_id, held.hold_checked) == (second.person_id, True)
    await town.sql("UPDATE saga SET failing_since = now() - interval '3 minutes' WHERE id = :id", id=old)
    await town.fault("GET /v1/payment_intents/*", "reset", times=9)  # the client tries a read again by itself
    await run_saga(town.workshop, old)
    await town.no_faults()
    assert await town.rows("SELECT status FROM saga WHERE id = :id", id=old) == [("undone",)]
    assert await town.order(order.id) == held
    is_set = "SELECT kind FROM timer WHERE order_id = :id AND status = 'set'"
    assert await town.rows(is_set, id=order.id) == [("sign_of_life",)]


async def test_the_towns_books_are_right_after_all_this(shared_town: Town) -> None:
    await shared_town.hurry()
    assert await shared_town.breaches() == []
