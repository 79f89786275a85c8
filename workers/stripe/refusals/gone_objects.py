"""What Stripe does not know, any more or under this key, and the run that makes it anew."""

from dataclasses import replace

from domain.database.unit_of_work import UnitOfWork
from domain.saga.refusals import RefusalKind
from domain.saga.run import SagaRun, SagaStart
from workers.engine.call_failures import Refused
from workers.engine.external_step import add_signal

CUSTOMER_PARAM = "customer"  # as a call names it


def is_gone(refusal: Refused, param: str) -> bool:
    """Return whether Stripe does not know the object that this parameter named."""
    return refusal.kind is RefusalKind.GONE and refusal.answer is not None and refusal.answer.param == param


def start_anew(work: UnitOfWork, run: SagaRun, signal: str, start: SagaStart) -> None:
    """End a run that waits for what is gone, and request the one that takes its place; once.

    The signal ends the wait. A version of the saga that does not know it lapses instead, as if its time were over.
    """
    if signal in run.engine.signals:
        return
    add_signal(run, signal)
    run.progress = replace(run.progress, waiting_until=work.now)
    run.requested_sagas.append(start)
