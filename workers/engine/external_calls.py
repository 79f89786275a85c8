"""Calls of external steps: prepared on the saga row, sent under one key, looked up when the outcome is unknown."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from domain.database.unit_of_work import UnitOfWork
from domain.saga.next_move import CallExternalStep
from domain.saga.repository import write_run
from domain.saga.run import PreparedCall, SagaRun
from domain.settings.timeouts import Timeout
from workers.engine.call_failures import STRIPE_FAILED, IdempotencyKeyExpired, OutcomeUnknown, TryLater
from workers.engine.external_step import (
    CallRequest,
    ExternalStepHooks,
    ExternalStepRegister,
    FindExisting,
    RecordResult,
)
from workers.stripe.gateway import StripeGateway

# The second unknown outcome may be the cached failure of the first: Stripe keeps a 500 under its key.
UNKNOWN_OUTCOMES_BEFORE_LOOKUP = 2
IDEMPOTENCY_KEY_TTL = Timeout.STRIPE_KEY_LIFETIME.delta


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalCall:
    """A call to make for a saga run, as prepared. A poll has no `move`: it only reads."""

    run: SagaRun
    name: str
    step: ExternalStepHooks
    request: CallRequest
    move: CallExternalStep | None
    key: str  # sent with the call; metadata has the first key, `request.key`, by which the object is found
    key_issued_at: datetime
    outcome_unknown_at: datetime  # of the last unknown outcome, else key_issued_at: Stripe may be working since
    unknown_outcomes: int  # how many times it was sent and the outcome is unknown
    failed_attempts: int  # how many of these Stripe answered with a failure, which it keeps under this key


async def prepare_call(work: UnitOfWork, run: SagaRun, move: CallExternalStep) -> ExternalCall | None:
    """Return the call of this move, prepared now unless the run has it already; None when there is nothing to do."""
    if run.call is None or run.call.name != move.name:
        key = f"{run.id}:{move.name}:{run.attempt}"
        params = await _find_step(work, move.name).prepare(work, run, key)
        if params is None:
            run.call = None
            return None
        run.call = PreparedCall(
            name=move.name, key=key, params=params, first_sent_at=work.now.timestamp(), unknown_outcomes=0
        )
    return _load_prepared_call(work, run, run.call, move)


async def prepare_poll(work: UnitOfWork, run: SagaRun, name: str) -> ExternalCall | None:
    """Return a call that only reads from Stripe; it needs no key and is not kept on the row."""
    step = _find_step(work, name)
    params = await step.prepare(work, run, "")
    if params is None:
        return None
    request = CallRequest(key="", params=params, first_sent_at=work.now, now=work.now)
    now = work.now
    return ExternalCall(
        run=run,
        name=name,
        step=step,
        request=request,
        move=None,
        key="",
        key_issued_at=now,
        outcome_unknown_at=now,
        unknown_outcomes=0,
        failed_attempts=0,
    )


async def execute_call(client: StripeGateway, call: ExternalCall) -> RecordResult:
    """Send the call, or find what it did; return how to record its result; raise CallFailed.

    The call is sent under the same key while Stripe remembers it. After two unknown outcomes, or 23 hours, the step
    looks for an existing object first. A call needs another key when Stripe keeps a failure under this one, or forgot
    it: then raise IdempotencyKeyExpired, or TryLater until `rekey_after` has passed since the last unknown outcome.
    Where a second call could do harm, that is the time after which a call without a trace has done nothing.
    """
    step, now = call.step, call.request.now
    is_key_expired = now - call.key_issued_at > IDEMPOTENCY_KEY_TTL
    if step.find_existing is not None and (call.unknown_outcomes >= UNKNOWN_OUTCOMES_BEFORE_LOOKUP or is_key_expired):
        found = await _find_existing(step.find_existing, client, call.request)
        if found is not None:
            return found
    if is_key_expired or call.failed_attempts >= UNKNOWN_OUTCOMES_BEFORE_LOOKUP:
        if now - call.outcome_unknown_at < step.rekey_after:
            raise TryLater(
                "outcome_unknown", f"sent again under another key after {step.rekey_after}, if not found by then"
            )
        raise IdempotencyKeyExpired("key_spent")
    return await step.execute(client, replace(call.request, key=call.key))


async def _find_existing(
    find_existing: FindExisting, client: StripeGateway, request: CallRequest
) -> RecordResult | None:
    """Turn an unknown outcome of the lookup into TryLater: the call was not sent again, so its key stays usable."""
    try:
        return await find_existing(client, request)
    except OutcomeUnknown as failure:
        raise TryLater(failure.reason, str(failure)) from failure


async def rekey_call(work: UnitOfWork, run: SagaRun, move: CallExternalStep) -> ExternalCall:
    """Return the call under its next key, which is written to the row before the call is sent.

    Another worker that sends the call again uses the same key. So an unknown outcome is as safe as with the first key,
    and needs no further one.
    """
    if run.call is None:
        raise LookupError(f"saga {run.name} has no call to send under another key")
    run.call = replace(run.call, rekeyed=run.call.rekeyed + 1, keyed_at=work.now.timestamp(), failed=0)
    await write_run(work, run, status=run.progress.status)
    return replace(_load_prepared_call(work, run, run.call, move), run=run.copy())


def record_unknown_outcome(work: UnitOfWork, run: SagaRun, failure: OutcomeUnknown) -> None:
    """Count an unknown outcome and keep its time."""
    run.engine.outcome_unknown_at = work.now.timestamp()
    if failure.reason == STRIPE_FAILED:
        run.engine.failed_at = work.now.timestamp()
    if run.call is not None:
        run.call = replace(
            run.call,
            unknown_outcomes=run.call.unknown_outcomes + 1,
            outcome_unknown_at=work.now.timestamp(),
            failed=run.call.failed + (failure.reason == STRIPE_FAILED),
            last=failure.reason,
        )


def _load_prepared_call(work: UnitOfWork, run: SagaRun, prepared: PreparedCall, move: CallExternalStep) -> ExternalCall:
    key_issued_at = prepared.first_sent_at if prepared.keyed_at is None else prepared.keyed_at
    request = CallRequest(
        key=prepared.key, params=prepared.params, first_sent_at=_to_datetime(prepared.first_sent_at), now=work.now
    )
    return ExternalCall(
        run=run,
        name=move.name,
        step=_find_step(work, move.name),
        request=request,
        move=move,
        key=f"{request.key}:{prepared.rekeyed}" if prepared.rekeyed else request.key,
        key_issued_at=_to_datetime(key_issued_at),
        outcome_unknown_at=_to_datetime(max(key_issued_at, prepared.outcome_unknown_at)),
        unknown_outcomes=prepared.unknown_outcomes,
        failed_attempts=prepared.failed,
    )


def _find_step(work: UnitOfWork, name: str) -> ExternalStepHooks:
    return work.registers.get(ExternalStepRegister).steps[name]


def _to_datetime(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
