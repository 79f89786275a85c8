"""What becomes of a saga that fails: a later try on its own row, or a stand that a human sees."""

from datetime import timedelta
from uuid import UUID

from domain.parking import spelled
from domain.saga import SagaStatus, backoff
from domain.store.events import SYSTEM, log
from domain.store.messages import tell_admins
from domain.store.runs import Run
from domain.store.saga_rows import claim_saga, write_run
from domain.store.unit_of_work import UnitOfWork
from domain.timers import ALERT_AFTER
from workers.workshop import Workshop

MOST_FAULTS = 10  # of our own making, one after the other, before a human looks


async def try_later(work: UnitOfWork, run: Run, error: str, rest: timedelta | None = None) -> None:
    """Count the try and rest; the admins are told once when it goes on for long."""
    run.failing_since = run.failing_since or work.now
    pause = backoff(run.tries) if rest is None else rest
    run.tries += 1
    if not run.alerted and work.now - run.failing_since >= ALERT_AFTER:
        run.alerted = True
        await _tell(work, run, "push-slow", error, [])
    await write_run(work, run, status=run.progress.status, error=error, rest=pause)


async def stand_stuck(work: UnitOfWork, run: Run, error: str) -> None:
    """Stop here with a reason and a button for the admins; nothing is guessed."""
    run.failing_since = run.failing_since or work.now
    await write_run(work, run, status=SagaStatus.STUCK, error=error)
    await log(
        work,
        SYSTEM,
        campus_id=run.campus_id,
        order_id=run.order_id,
        subject="saga",
        subject_id=run.name,
        happened="stuck",
        after=SagaStatus.STUCK,
        reason=error,
    )
    retry = {"key": "button-retry", "data": f"v1:retry:{run.number}:0"}
    resolve = {"key": "button-resolve", "data": f"v1:resolve:{run.number}:0"}
    await _tell(work, run, "push-stuck", error, [retry, resolve])


async def note_fault(workshop: Workshop, saga_id: UUID, fence: int, fault: Exception) -> None:
    """An error of our own: try again a few times, then stand stuck; the transaction it happened in is gone.

    `fence` is the one of the row as it was committed last. Nothing when another worker went past since.
    """
    async with workshop.database() as work:
        run = await claim_saga(work, saga_id, workshop.name, fence=fence)
        if run is None:
            return
        error = spelled(fault)
        if run.tries >= MOST_FAULTS:
            await stand_stuck(work, run, error)
        else:
            await try_later(work, run, error)


async def _tell(work: UnitOfWork, run: Run, key: str, error: str, buttons: list[dict[str, str]]) -> None:
    await tell_admins(
        work,
        campus_id=run.campus_id,
        name=f"{key}:{run.number}:{run.fence}",  # each time it stands is told, also in one attempt
        key=key,
        order_id=run.order_id,
        buttons=buttons,
        words={
            "order": str(run.order_id or "-"),
            "saga": run.kind,
            "step": run.step,
            "error": error[:300],
            "number": run.number,
        },
    )
