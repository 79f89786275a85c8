"""A task inside every worker, alive while Redis is away: timers, sagas, messages, hints, reconciliation."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from domain.logs import get_logger
from domain.store.due import due_sagas, is_event_waiting, is_timer_due
from domain.store.unit_of_work import Singly
from workers.deliveries import Deliveries
from workers.engine import run_saga
from workers.hints import read_hints
from workers.messages import Office
from workers.reconciling.rounds import reconcile
from workers.timers import fire_timers
from workers.workshop import Workshop

EVERY = 0.4  # seconds; a timer is at most this late, plus its own work
DELIVER_EVERY = 0.2  # seconds; begins a few at a time
COMPARE_EVERY = 2.0  # seconds between two looks whether one of Stripe's lists is due, or an admin asked
MOST_AT_ONCE = 50
BELLS_FIRST = timedelta(seconds=0.5)  # what rings meanwhile is done twice: once found here, once in vain by the bell

log = get_logger(__name__)

Round = Callable[[], Awaitable[None]]


async def sweep(workshop: Workshop, office: Office, stopping: asyncio.Event) -> None:
    """Until `stopping`: find what is due without a bell; one round's failure is not the next one's."""
    tasks: set[asyncio.Task[None]] = set()
    rounds: tuple[Round, ...] = (
        lambda: _fire_due(workshop, office.singly),
        lambda: _run_due(workshop, office.singly, tasks),
    )
    deliveries = Deliveries(office=office)
    messages: tuple[Round, ...] = (lambda: deliveries.begin(BELLS_FIRST),)
    hints: tuple[Round, ...] = (lambda: _read_new(workshop, office.singly),)
    comparing = _repeat((lambda: reconcile(workshop, stopping),), stopping, COMPARE_EVERY)
    delivering = _repeat(messages, stopping, DELIVER_EVERY)
    await asyncio.gather(comparing, delivering, *(_repeat(each, stopping) for each in (rounds, hints)))
    await deliveries.finish()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _repeat(rounds: tuple[Round, ...], stopping: asyncio.Event, every: float = EVERY) -> None:
    while not stopping.is_set():
        for each in rounds:
            try:
                await each()
            except Exception as fault:
                log.warning("sweep_failed", error=fault)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), every)


async def _fire_due(workshop: Workshop, singly: Singly) -> None:
    async with singly() as connection:
        due = await is_timer_due(connection)
    if due:
        await fire_timers(workshop)


async def _read_new(workshop: Workshop, singly: Singly) -> None:
    async with singly() as connection:
        waiting = await is_event_waiting(connection)
    if waiting:
        await read_hints(workshop, MOST_AT_ONCE)


async def _run_due(workshop: Workshop, singly: Singly, tasks: set[asyncio.Task[None]]) -> None:
    async with singly() as connection:
        found = await due_sagas(connection, MOST_AT_ONCE)
    for saga_id in found:
        if saga_id not in workshop.running:
            _spawn(tasks, workshop, saga_id)


def _spawn(tasks: set[asyncio.Task[None]], workshop: Workshop, saga_id: UUID) -> None:
    task = asyncio.create_task(_run(workshop, saga_id))
    tasks.add(task)
    task.add_done_callback(tasks.discard)


async def _run(workshop: Workshop, saga_id: UUID) -> None:
    try:
        await run_saga(workshop, saga_id)
    except Exception as fault:
        log.warning("saga_failure_not_recorded", saga=saga_id, error=fault)
