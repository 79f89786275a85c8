"""The shape of an outside step: plan it in one transaction, call it in none, record it in the next."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.store.saga_run import SagaRun
from domain.store.unit_of_work import UnitOfWork
from workers.call_failures import Refused
from workers.stripe_gateway import StripeGateway

StepParams = dict[str, Any]
StepResult = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """What a call was, or will be, sent as."""

    key: str
    params: StepParams
    first_sent_at: datetime
    now: datetime  # the database's clock: a worker's own may be wrong, and waiting for a trace is about money


FindExisting = Callable[[StripeGateway, CallRequest], Awaitable[StepResult | None]]


async def ignore_refusal(_work: UnitOfWork, _run: SagaRun, _refusal: Refused) -> None:
    """A refusal that leaves no trace beside the saga's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalStepHooks:
    """One call and the writes around it.

    `plan` freezes the parameters (None: there is nothing to do; it may raise Refused), `call` sends them under the key,
    `record` writes the result in the transaction of the next progress. `look` finds out what an unanswered call did;
    None from it means: nothing, as far as one can see. `rekey_after` the last sign of life a call without a trace
    may be sent under another key; at once where the object's own state, or its harmlessness, makes a second call safe.
    """

    prepare: Callable[[UnitOfWork, SagaRun, str], Awaitable[StepParams | None]]
    execute: Callable[[StripeGateway, CallRequest], Awaitable[StepResult]]
    record: Callable[[UnitOfWork, SagaRun, StepResult], Awaitable[None]]
    find_existing: FindExisting | None = None
    refused: Callable[[UnitOfWork, SagaRun, Refused], Awaitable[None]] = ignore_refusal
    rekey_after: timedelta = timedelta(0)


def add_signal(run: SagaRun, name: str) -> None:
    """A call's own result is a signal to the wait behind it."""
    run.data["signals"] = sorted({*run.data.get("signals", []), name})
