"""The shape of an external step: prepare in one transaction, execute in none, record in the next."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from domain.database.unit_of_work import UnitOfWork
from domain.saga.run import SagaRun
from workers.engine.call_failures import Refused
from workers.stripe.gateway import StripeGateway

StepParams = dict[str, Any]  # JSON, kept on the row of the run
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """A call as it was sent, or will be sent."""

    key: str
    params: StepParams
    first_sent_at: datetime
    now: datetime  # of the database: a worker's clock may be wrong, and waiting for a trace concerns money


# Writes the result of a call, in the transaction of the next progress. It may run again when that is rolled back.
RecordResult = Callable[[UnitOfWork, SagaRun], Awaitable[None]]
FindExisting = Callable[[StripeGateway, CallRequest], Awaitable[RecordResult | None]]


async def ignore_refusal(_work: UnitOfWork, _run: SagaRun, _refusal: Refused) -> None:
    """Record nothing: the saga's own record of the refusal is enough."""


async def tell_nobody(_work: UnitOfWork, _run: SagaRun) -> None:
    """Tell nobody: no person waits for this call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalStepHooks:
    """One call to Stripe and the writes around it, as `define_external_step` explains them.

    The engine does not know what the call returns: `execute` and `find_existing` return how to record it.
    """

    prepare: Callable[[UnitOfWork, SagaRun, str], Awaitable[StepParams | None]]
    execute: Callable[[StripeGateway, CallRequest], Awaitable[RecordResult]]
    find_existing: FindExisting | None
    refused: Callable[[UnitOfWork, SagaRun, Refused], Awaitable[None]]
    held_up: Callable[[UnitOfWork, SagaRun], Awaitable[None]]
    rekey_after: timedelta


def define_external_step(
    *,
    prepare: Callable[[UnitOfWork, SagaRun, str], Awaitable[StepParams | None]],
    execute: Callable[[StripeGateway, CallRequest], Awaitable[Result]],
    record: Callable[[UnitOfWork, SagaRun, Result], Awaitable[None]],
    find_existing: Callable[[StripeGateway, CallRequest], Awaitable[Result | None]] | None = None,
    refused: Callable[[UnitOfWork, SagaRun, Refused], Awaitable[None]] = ignore_refusal,
    held_up: Callable[[UnitOfWork, SagaRun], Awaitable[None]] = tell_nobody,
    rekey_after: timedelta = timedelta(0),
) -> ExternalStepHooks:
    """Return an external step whose call has this type of result.

    `prepare` freezes the parameters. It returns None when there is nothing to do, and may raise Refused. `execute`
    sends them under the idempotency key. `record` writes the result in the transaction of the next progress. `refused`
    writes what a refusal changes beside the saga itself. `held_up` tells the person who waits for the call, once, that
    our key must be mended first: the call is sent again by itself.

    `find_existing` finds out what a call with an unknown outcome did. None from it means: nothing, as far as Stripe
    shows. A call without a trace may be sent under another key when its outcome was last unknown `rekey_after` ago.
    Zero means at once: the state of the object, or the harmlessness of the call, makes a second call safe.
    """

    async def execute_and_bind(client: StripeGateway, request: CallRequest) -> RecordResult:
        return _bind(record, await execute(client, request))

    async def find_and_bind(client: StripeGateway, request: CallRequest) -> RecordResult | None:
        found = None if find_existing is None else await find_existing(client, request)
        return None if found is None else _bind(record, found)

    return ExternalStepHooks(
        prepare=prepare,
        execute=execute_and_bind,
        find_existing=None if find_existing is None else find_and_bind,
        refused=refused,
        held_up=held_up,
        rekey_after=rekey_after,
    )


def _bind(record: Callable[[UnitOfWork, SagaRun, Result], Awaitable[None]], result: Result) -> RecordResult:
    return lambda work, run: record(work, run, result)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalStepRegister:
    """All external steps by the names that saga rows store, bound at start."""

    steps: Mapping[str, ExternalStepHooks]


def add_signal(run: SagaRun, name: str) -> None:
    """Add a signal to the run, because the result of a call is what the next wait waits for."""
    run.engine.signals = sorted({*run.engine.signals, name})
