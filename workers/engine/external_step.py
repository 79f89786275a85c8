"""The shape of an external step: prepare in one transaction, execute in none, record in the next."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.database.unit_of_work import UnitOfWork
from domain.saga.run import SagaRun
from workers.engine.call_failures import Refused
from workers.stripe.gateway import StripeGateway

StepParams = dict[str, Any]
StepResult = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """A call as it was sent, or will be sent."""

    key: str
    params: StepParams
    first_sent_at: datetime
    now: datetime  # of the database: a worker's clock may be wrong, and waiting for a trace concerns money


FindExisting = Callable[[StripeGateway, CallRequest], Awaitable[StepResult | None]]


async def ignore_refusal(_work: UnitOfWork, _run: SagaRun, _refusal: Refused) -> None:
    """Record nothing: the saga's own record of the refusal is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalStepHooks:
    """One call to Stripe and the writes around it.

    `prepare` freezes the parameters. It returns None when there is nothing to do, and may raise Refused. `execute`
    sends them under the idempotency key. `record` writes the result in the transaction of the next progress. `refused`
    writes what a refusal changes beside the saga itself.

    `find_existing` finds out what a call with an unknown outcome did. None from it means: nothing, as far as Stripe
    shows. A call without a trace may be sent under another key when its outcome was last unknown `rekey_after` ago.
    Zero means at once: the state of the object, or the harmlessness of the call, makes a second call safe.
    """

    prepare: Callable[[UnitOfWork, SagaRun, str], Awaitable[StepParams | None]]
    execute: Callable[[StripeGateway, CallRequest], Awaitable[StepResult]]
    record: Callable[[UnitOfWork, SagaRun, StepResult], Awaitable[None]]
    find_existing: FindExisting | None = None
    refused: Callable[[UnitOfWork, SagaRun, Refused], Awaitable[None]] = ignore_refusal
    rekey_after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalStepRegister:
    """All external steps by the names that saga rows store, bound at start."""

    steps: Mapping[str, ExternalStepHooks]


def add_signal(run: SagaRun, name: str) -> None:
    """Add a signal to the run, because the result of a call is what the next wait waits for."""
    run.engine.signals = sorted({*run.engine.signals, name})
