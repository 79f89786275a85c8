"""A worker frozen for longer than its lease and woken late changes nothing: sagas, lists of Stripe's, differences."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from domain.difference import DifferenceKind, Sight
from domain.store.differences import next_open, report
from domain.store.readings import Reading, take_reading
from domain.store.use_cases import comparing
from tests.frozen import Freezing, FrozenWorker, freeze
from tests.town import Town
from tests.workers.comparing import compare, differences, stray_intent, told
from tests.workers.scenes import SCENES, new_admin
from workers.engine import run_saga
from workers.reconciling.looking import look_again, look_at_wanted
from workers.reconciling.rounds import read, reconcile
from workers.reconciling.turn import Turn, new_turn
from workers.workshop import Workshop

WHOLE = {"saga": "SELECT * FROM saga ORDER BY id", "reading": "SELECT * FROM reading ORDER BY task"}


def freezing(town: Town, *, through: int = 0, fault: Exception | None = None) -> tuple[Freezing, Workshop]:
    """A worker that freezes before one of its transactions."""
    ice = Freezing(database=town.database, through=through, fault=fault)
    return ice, replace(town.worker("late"), database=ice.work)


def turn_of(workshop: Workshop) -> Turn:
    """Its turn at reconciliation."""
    return new_turn(workshop, asyncio.Event())


async def all_of(town: Town, table: str) -> Sequence[Any]:
    """The whole table."""
    return await town.rows(WHOLE[table])


async def test_a_fault_of_a_worker_that_wakes_late_does_not_count_against_a_saga(town: Town) -> None:
    scene = await SCENES["placing"](town)
    ice, workshop = freezing(town, through=1, fault=OSError("the connection was closed meanwhile"))
    late = await freeze(ice, run_saga(workshop, scene.saga_id))
    await town.fault("POST /v1/payment_intents", "status", status=429, times=9)
    await town.hurry()
    await town.sql("UPDATE saga SET wake_at = now() WHERE wake_at IS NOT NULL")
    before = await all_of(town, "saga")
    await late.wake()
    assert await all_of(town, "saga") == before
    await town.no_faults()
    await town.hurry()
    await scene.check()


async def taken_intents(town: Town) -> Reading:
    """The list of payments, due and leased by the worker that will be late."""
    await town.sql("UPDATE reading SET due_at = now() + interval '10 seconds' WHERE task <> 'payment_intents'")
    await town.sql("UPDATE reading SET due_at = now() WHERE task = 'payment_intents'")
    async with town.database() as work:
        taken = await take_reading(work, "late")
    assert taken is not None
    assert taken.task == "payment_intents"
    return taken


async def read_by_another(town: Town) -> None:
    """The late worker's lease is over, and another one reads its list."""
    await town.sql("UPDATE reading SET leased_until = now() WHERE leased_until IS NOT NULL")
    await reconcile(town.worker("other"), asyncio.Event())


async def test_a_page_that_a_late_worker_read_long_ago_opens_no_difference(town: Town) -> None:
    await compare(town)
    intent = await stray_intent(town)
    ice, workshop = freezing(town)
    late = await freeze(ice, read(turn_of(workshop), await taken_intents(town)))
    await town.workshop.stripe.v1.payment_intents.cancel_async(intent["id"])
    await read_by_another(town)
    before = await all_of(town, "reading")
    await late.wake()
    assert (await differences(town), await told(town)) == ([], [])
    assert await all_of(town, "reading") == before


async def test_a_late_worker_for_which_stripe_was_away_puts_off_nobody_else(town: Town) -> None:
    await compare(town)
    await town.fault("GET /v1/payment_intents", "reset", times=9)
    ice, workshop = freezing(town)
    late = await freeze(ice, read(turn_of(workshop), await taken_intents(town)))
    await town.no_faults()
    await read_by_another(town)
    before = await all_of(town, "reading")
    await late.wake()
    assert await all_of(town, "reading") == before


async def late_look(town: Town, seen: Sight) -> FrozenWorker:
    """A worker that looked at this difference, found it gone, and froze before it ended it."""
    async with town.database() as work:
        await report(work, seen)
        (known,) = await next_open(work, 0, 2)
    ice, workshop = freezing(town, through=1)
    return await freeze(ice, look_again(turn_of(workshop), known))


async def test_a_late_look_does_not_end_a_difference_that_was_seen_meanwhile(town: Town) -> None:
    seen = Sight(kind=DifferenceKind.PAYOUT_ALONE, subject="payable 0", campus_id=town.campus.id)
    late = await late_look(town, seen)
    async with town.database() as work:
        await report(work, seen)
    await late.wake()
    assert await differences(town) == [("payout_alone", "payable 0", "")]


async def test_a_late_look_answers_nobody_who_asked_after_it(town: Town) -> None:
    await stray_intent(town)
    await compare(town)
    admin, ask = await new_admin(town), comparing.have_looked_at
    async with town.database() as work:
        (known,) = await next_open(work, 0, 2)
        await ask(work, town.campus, admin, known.id, -200)
    ice, workshop = freezing(town, through=2)
    late = await freeze(ice, look_at_wanted(turn_of(workshop)))
    await reconcile(town.worker("other"), asyncio.Event())
    async with town.database() as work:
        await ask(work, town.campus, admin, known.id, -200)
    await late.wake()
    assert (await told(town)).count("push-difference-stays") == 1
    assert len(await town.rows("SELECT 1 FROM difference WHERE look_wanted_at IS NOT NULL")) == 1
