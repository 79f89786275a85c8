"""Reconciliation: events no webhook brought, watermarks that survive, one worker at a time, dying holds."""

import asyncio

from sqlalchemy import select

from domain.order import OrderStatus
from domain.store.schema import reading
from tests.town import Town
from tests.workers.comparing import compare, differences, paths, told, turn
from workers.reconciling.rounds import LISTINGS, reconcile


async def test_events_no_webhook_brought_are_kept_once_and_handled(town: Town) -> None:
    """36: no webhook reaches this town at all."""
    order = await town.open_job()
    await compare(town)
    events = await town.look("objects", kind="event")
    kept = {row.id for row in await town.rows("SELECT id FROM stripe_event")}
    assert {event["id"] for event in events} <= kept
    assert await town.rows("SELECT 1 FROM stripe_event WHERE handled_at IS NULL") == []
    await compare(town)
    assert await town.rows("SELECT id FROM stripe_event GROUP BY id HAVING count(*) > 1") == []
    assert (await town.order(order.id)).status is OrderStatus.CREATED
    assert await differences(town) == []


async def test_a_connected_accounts_events_are_read_too(town: Town) -> None:
    runner = await town.member(runner=True, card=None)
    await compare(town)
    await town.control(f"accounts/{runner.stripe_account}", transfers="inactive")
    await compare(town)
    rows = await town.rows("SELECT 1 FROM stripe_event WHERE account = :id", id=runner.stripe_account)
    assert rows
    assert await town.rows("SELECT 1 FROM stripe_event WHERE handled_at IS NULL") == []


async def test_the_watermark_survives_a_restart_and_a_turn_that_ends_in_the_middle(town: Town) -> None:
    await town.open_job()
    await compare(town)
    (before,) = await town.rows("SELECT seen_until FROM reading WHERE task = 'events'")
    assert before.seen_until > 1_000_000_000
    await town.sql("UPDATE reading SET seen_until = seen_until + 4000, cursor = NULL WHERE task = 'events'")
    await town.sql("DELETE FROM stripe_event")
    await turn(town, "after a restart")
    assert await town.rows("SELECT 1 FROM stripe_event") == [], "it went on from where it was, not from the beginning"
    await town.sql("UPDATE reading SET seen_until = seen_until - 4000 WHERE task = 'events'")
    stopping = asyncio.Event()
    stopping.set()
    await town.sql("UPDATE reading SET due_at = now()")
    await reconcile(town.worker("dying"), stopping)
    await turn(town, "next")
    assert await town.rows("SELECT 1 FROM stripe_event") != []


async def test_two_workers_read_each_list_once(town: Town) -> None:
    await town.open_job()
    await turn(town)
    before = len(await paths(town))
    await town.sql("UPDATE reading SET due_at = now()")
    await asyncio.gather(*(reconcile(town.worker(f"worker {number}"), asyncio.Event()) for number in range(4)))
    calls = (await paths(town))[before:]
    lists = [call for call in calls if call.removeprefix("GET /v1/") in {"events", *LISTINGS, "balance_transactions"}]
    assert sorted(lists) == sorted(set(lists)), "each once"
    assert len(lists) == len(LISTINGS)


async def test_a_dead_workers_list_is_read_on_when_its_lease_is_over(town: Town) -> None:
    await turn(town)
    await town.sql(
        "UPDATE reading SET worker = 'dead', leased_until = now() + interval '1 minute', due_at = now()"
        " WHERE task = 'events'"
    )
    before = await paths(town)
    await turn(town)
    assert await paths(town) == before, "while one reads, the others wait"
    await town.sql("UPDATE reading SET leased_until = now() WHERE task = 'events'")
    await turn(town)
    assert (await paths(town))[len(before) :].count("GET /v1/events") >= 1


async def test_while_stripe_is_away_it_is_asked_once_and_then_left_alone(town: Town) -> None:
    await turn(town)
    await town.fault("GET *", "status", status=503, times=100)
    before = len(await paths(town))
    await turn(town)
    assert len(await paths(town)) == before + 1
    await reconcile(town.worker("other"), asyncio.Event())
    assert len(await paths(town)) == before + 1, "everything is put off, not that list alone"
    await town.no_faults()
    async with town.database() as work:
        failed = (await work.connection.execute(select(reading.c.error).where(reading.c.failures > 0))).scalars().all()
    assert len(failed) == 1
    await compare(town)
    assert await town.rows("SELECT 1 FROM reading WHERE failures > 0 OR error IS NOT NULL") == []


async def test_a_hold_that_ends_while_its_order_is_under_way_is_told_once(town: Town) -> None:
    """26: in time for a person to act."""
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    await town.sql("UPDATE hold SET capture_before = now() + interval '11 hours' WHERE order_id = :id", id=order.id)
    await turn(town)
    assert await told(town) == [], "nothing is bought yet: it can still be given back"
    await town.carry(runner, order)
    for _ in range(2):
        await turn(town)
    assert await told(town) == ["push-hold-dying"]
