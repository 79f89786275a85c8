"""Due timers: each is fired in the commit that does what it is for."""

from datetime import timedelta

from domain.errors import CampusGError
from domain.logs import get_logger
from domain.parking import MOST_TRIES, ParkedKind, Poison, spelled
from domain.store.ladders import LADDERS
from domain.store.parking import park
from domain.store.progress import start_saga
from domain.store.runs import Start
from domain.store.timers import DueTimer, fire_due, put_off
from domain.store.unit_of_work import UnitOfWork
from domain.timers import TIMER_STARTS
from workers.workshop import Workshop

MOST_AT_ONCE = 50
AGAIN_AFTER = timedelta(seconds=10)

log = get_logger(__name__)


async def fire_timers(workshop: Workshop) -> None:
    """Do what every due timer is for, in the commit that marks it fired."""
    async with workshop.database() as work:
        for due in await fire_due(work, MOST_AT_ONCE):
            await _fire(work, due)


async def _fire(work: UnitOfWork, due: DueTimer) -> None:
    """Do what the timer is for; when the order went another way meanwhile, nobody wants it any more."""
    try:
        async with work.connection.begin_nested():
            start = await _take(work, due)
            if start is not None:
                await start_saga(work, start)
    except CampusGError as refusal:
        log.info("timer_not_needed", timer=due.id, order=due.order_id, refusal=refusal)
    except Exception as fault:  # a fault of ours with one order must not keep the others' deadlines from firing
        log.exception("timer_failed", timer=due.id, order=due.order_id)
        await _note_fault(work, due, fault)


async def _note_fault(work: UnitOfWork, due: DueTimer, fault: Exception) -> None:
    """It comes again a little later; after the last try it stays fired, and a human decides."""
    if due.tries + 1 < MOST_TRIES:
        await put_off(work, due, AGAIN_AFTER)
        return
    poison = Poison(
        kind=ParkedKind.TIMER,
        subject=str(due.id),
        campus_id=due.campus_id,
        order_id=due.order_id,
        shown=due.kind,
        tries=due.tries + 1,
        error=spelled(fault),
    )
    await park(work, poison)


async def _take(work: UnitOfWork, due: DueTimer) -> Start | None:
    """The saga to start: a deadline is one, a rung of a ladder may ask for one."""
    rung = LADDERS.get(due.kind)
    if rung is not None:
        return await rung(work, due)
    kind = TIMER_STARTS[due.kind]
    return Start(kind=kind, name=f"{kind}:{due.order_id}:{due.id}", campus_id=due.campus_id, order_id=due.order_id)
