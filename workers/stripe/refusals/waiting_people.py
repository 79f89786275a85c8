"""What a person reads who waits for a call that Stripe refused, though no bank has said no."""

from collections.abc import Awaitable, Callable

from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.saga.notifications import tap_answer_delayed, tap_not_possible
from domain.saga.run import SagaRun
from workers.engine.call_failures import Refused

TellHeldUp = Callable[[UnitOfWork, SagaRun], Awaitable[None]]
TellRefused = Callable[[UnitOfWork, SagaRun, Refused], Awaitable[None]]


def tell_held_up(what: str) -> TellHeldUp:
    """Return what tells the person of the run that this comes later, by itself; they read it once."""

    async def tell(work: UnitOfWork, run: SagaRun) -> None:
        if run.person_id is not None:
            await notify(work, tap_answer_delayed(run, what))

    return tell


def tell_refused(what: str) -> TellRefused:
    """Return what tells the person of the run that this did not work.

    After the pivot nothing is given up: an admin sees the stuck saga, and the person reads that it comes later.
    """

    async def tell(work: UnitOfWork, run: SagaRun, _refusal: Refused) -> None:
        if run.person_id is None or run.is_compensating:
            return
        is_late = run.progress.position > run.saga.pivot_index
        await notify(work, tap_answer_delayed(run, what) if is_late else tap_not_possible(run, what))

    return tell
