"""An unclaimed order: its customer is nudged once with the odds, until the order is claimed or ends."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select

from domain.campuses.people import Member
from domain.database.tables import event_log
from domain.errors import CampusGError, Stale
from domain.orders.escalations.claim_odds import ClaimOdds
from domain.orders.escalations.claim_odds_repository import count_claim_odds
from domain.orders.notifications.customer import claim_odds_counted
from domain.orders.states import Order, OrderStatus
from domain.orders.tables import orders
from domain.orders.timers.model import TimerKind
from domain.orders.use_cases import check_ins, running
from tests.scenarios.escalation_timers import fire_timers_of, make_timers_due, minutes_until, sweep, timer_kinds
from tests.stack.races import race, race_starts
from tests.stack.worker_stack import WorkerStack
from workers.scheduling.due_timers import fire_timers

NUDGE, ODDS, EXPIRE = TimerKind.NUDGE, TimerKind.ODDS, TimerKind.EXPIRE
REPETITIONS = 12


async def test_an_open_order_has_its_nudges_in_the_commit_of_its_deadline(stack: WorkerStack) -> None:
    order = await stack.open_order()
    assert await timer_kinds(stack, order) == {"expire", "nudge", "odds"}
    assert 2.9 < await minutes_until(stack, order, NUDGE) <= 3
    assert 5.9 < await minutes_until(stack, order, ODDS) <= 6


async def test_a_campus_with_a_short_deadline_has_no_nudge_after_the_end(own_stack: WorkerStack) -> None:
    await own_stack.sql("""UPDATE campus SET windows = '{"unclaimed": 200, "odds": 300}'""")
    assert await timer_kinds(own_stack, await own_stack.open_order()) == {"expire", "nudge"}


async def test_each_nudge_is_sent_once_with_its_remedies_however_many_workers_sweep(stack: WorkerStack) -> None:
    order = await stack.open_order()
    for kind, told in ((NUDGE, ["notification-nudge"]), (ODDS, ["notification-nudge", "notification-odds-unknown"])):
        await make_timers_due(stack, order, kind)
        await asyncio.gather(*(fire_timers(stack.new_worker(f"worker {number}")) for number in range(4)))
        await fire_timers(stack.context)
        assert await stack.notification_keys(order, order.customer_id) == told
    assert (await stack.order(order.id)).status is OrderStatus.CREATED
    sounds = await stack.rows_of(order, "notification", "key, silent, buttons")
    assert [(key, silent) for key, silent, _ in sounds] == [
        ("notification-nudge", False),
        ("notification-odds-unknown", True),
    ]
    taps = [[button["data"] for button in buttons] for _, _, buttons in sounds]
    assert taps == [[f"v1:{tap}:{order.id}:{order.version}" for tap in ("wait", "raise", "cancel")]] * 2


async def test_after_an_outage_only_the_last_nudge_is_sent(stack: WorkerStack) -> None:
    late, over = await stack.open_order(), await stack.open_order()
    await fire_timers_of(stack, late, NUDGE, ODDS)
    await fire_timers_of(stack, over, NUDGE, ODDS, EXPIRE)
    assert await stack.notification_keys(late, late.customer_id) == ["notification-odds-unknown"]
    assert await stack.notification_keys(over, over.customer_id) == ["notification-expired"]


@pytest.mark.parametrize("end", ["claim", "cancel", "expiry"])
async def test_claiming_or_ending_an_order_stops_its_nudges(stack: WorkerStack, end: str, customer: Member) -> None:
    order = await stack.open_order(customer)
    match end:
        case "claim":
            await stack.claim(await stack.add_member(runner=True, card=None), order)
        case "cancel":
            await stack.cancel(customer, order)
        case _:
            await fire_timers_of(stack, order, EXPIRE)
    assert not await timer_kinds(stack, order) & {"nudge", "odds", "expire"}
    await stack.run_due()
    assert "notification-nudge" not in await stack.notification_keys(order)


async def test_a_claim_and_a_nudge_at_one_instant_agree(stack: WorkerStack) -> None:
    for begin in race_starts(2, REPETITIONS, seed=5, spread=0.006):
        order, runner = await stack.open_order(), await stack.add_member(runner=True, ready=False, card=None)
        await make_timers_due(stack, order, NUDGE)
        await race(begin, partial(stack.claim, runner, order), partial(sweep, stack))
        assert (await stack.order(order.id)).runner_id == runner.person_id, "a nudge never costs a runner the order"
        nudged = "nudge" in await timer_kinds(stack, order, "fired")
        assert begin.first is None or nudged is (begin.first == 1)
        told = await stack.notification_keys(order, order.customer_id)
        assert told == (["notification-nudge", "notification-claimed"] if nudged else ["notification-claimed"])
        assert await timer_kinds(stack, order) == {"runner_check_in"}


async def test_a_late_nudge_leaves_a_cancel_as_it_was(stack: WorkerStack, customer: Member) -> None:
    order = await stack.open_order(customer)
    await fire_timers_of(stack, order, NUDGE)
    await stack.act(check_ins.record_customer_waits, customer, order.id)
    assert (await stack.order(order.id)).version == order.version, "the customer goes on waiting, and nothing changed"
    assert (await stack.cancel(customer, order)).status is OrderStatus.CANCELLED
    with pytest.raises(Stale):
        await stack.act(check_ins.record_customer_waits, customer, order.id)
    waits = await stack.rows("SELECT actor_id FROM event_log WHERE order_id = :id AND event = 'waits'", id=order.id)
    assert waits == [(customer.person_id,)]


async def test_only_the_customer_of_an_order_can_say_that_they_wait(stack: WorkerStack) -> None:
    order, other = await stack.open_order(await stack.add_member()), await stack.add_member()
    with pytest.raises(CampusGError):
        await stack.act(check_ins.record_customer_waits, other, order.id)


async def test_an_order_given_back_sends_only_nudges_not_sent_before(stack: WorkerStack, runner: Member) -> None:
    nudged, calm = await stack.open_order(), await stack.open_order()
    await fire_timers_of(stack, nudged, NUDGE)
    for order in (nudged, calm):
        await stack.claim(runner, order)
        await stack.act(running.start_release, runner, order.id)
    assert await timer_kinds(stack, nudged) == {"expire"}
    assert await timer_kinds(stack, calm) == {"expire", "nudge"}
    await fire_timers_of(stack, calm, NUDGE)
    assert await stack.notification_keys(calm, calm.customer_id) == [
        "notification-claimed",
        "notification-released",
        "notification-nudge",
    ]


async def past_order(
    stack: WorkerStack, like: Order, *, opened: timedelta, ended: float, claimed: float | None = None
) -> None:
    """Insert an order opened this long ago; it was claimed, and ended, this many minutes later."""
    async with stack.database() as work:
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
            await work.connection.execute(insert(event_log).values(line))


async def claim_odds(stack: WorkerStack) -> ClaimOdds:
    return await stack.act(count_claim_odds)


async def told_odds(stack: WorkerStack, order: Order) -> tuple[str, dict[str, str | int]]:
    """Return the sentence about the odds, and the counts that it says."""
    told = claim_odds_counted(order, stack.campus, await claim_odds(stack))
    return told.key, {name: value for name, value in told.args.items() if name in ("waited", "taken")}


async def test_the_odds_are_those_of_orders_that_waited_as_long_at_this_hour(own_stack: WorkerStack) -> None:
    like = await own_stack.open_order()
    at_this_hour, half_a_day_off = [timedelta(days=day) for day in (1, 2)], timedelta(days=3, hours=12)
    for opened in at_this_hour:
        for claimed in (7.0, 9.5):
            await past_order(own_stack, like, opened=opened, ended=40, claimed=claimed)
        await past_order(own_stack, like, opened=opened, ended=30)
        await past_order(own_stack, like, opened=opened, ended=40, claimed=5.5)  # claimed before it waited
        await past_order(own_stack, like, opened=opened, ended=4)  # ended before the nudge
    assert await claim_odds(own_stack) == ClaimOdds(waited=6, taken=4, this_hour=False)
    assert await told_odds(own_stack, like) == ("notification-odds-unknown", {})
    for _ in range(2):
        await past_order(own_stack, like, opened=half_a_day_off, ended=30)
        await past_order(own_stack, like, opened=timedelta(days=15), ended=40, claimed=8)  # too long ago
    assert await claim_odds(own_stack) == ClaimOdds(waited=8, taken=4, this_hour=False)
    assert await told_odds(own_stack, like) == ("notification-odds-day", {"waited": 8, "taken": 4})
    for claimed in (8.0, 20.0):
        await past_order(own_stack, like, opened=timedelta(days=5), ended=40, claimed=claimed)
    assert await claim_odds(own_stack) == ClaimOdds(waited=8, taken=6, this_hour=True)
    await fire_timers_of(own_stack, like, ODDS)
    assert await own_stack.notification_keys(like, like.customer_id) == ["notification-odds-hour"]
