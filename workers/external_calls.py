"""Outside calls: frozen on the saga row before they are sent, sent under one key, looked up when no answer came."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from domain.saga import CallExternalStep
from domain.store.saga_repository import write_run
from domain.store.saga_run import SagaRun
from domain.store.unit_of_work import UnitOfWork
from workers.call_failures import STRIPE_FAILED, IdempotencyKeyExpired, OutcomeUnknown, TryLater
from workers.steps import EXTERNAL_STEPS
from workers.steps.external_step import CallRequest, FindExisting, StepResult
from workers.stripe_gateway import StripeGateway

UNKNOWN_OUTCOMES_BEFORE_LOOKUP = (
    2  # unclear answers: the second may be the first one's cached failure: Stripe keeps 500s under the key
)
IDEMPOTENCY_KEY_TTL = timedelta(hours=23)  # Stripe forgets a key after 24 h; sent again it would be a new call


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalCall:
    """A call to make for a run, as it stood when the call was frozen. A poll has no `move`: only a look."""

    run: SagaRun
    name: str
    request: CallRequest
    move: CallExternalStep | None
    key: str  # it goes out under; what it makes names the first one, `sent.key`, and is found by that
    key_issued_at: datetime  # when this key was taken
    outcome_unknown_at: (
        datetime  # when an answer last did not tell, or else the key was taken: Stripe may be at it since
    )
    unknown_outcomes: int  # how many times it was sent without an answer that tells
    failed_attempts: int  # how many of these Stripe answered with a failure, which it keeps under this key


async def prepare_call(work: UnitOfWork, run: SagaRun, move: CallExternalStep) -> ExternalCall | None:
    """The call of this move, frozen on the run: the one there is, or a newly planned one; None: nothing to do."""
    if run.call is None or run.call["name"] != move.name:
        key = f"{run.id}:{move.name}:{run.attempt}"
        params = await EXTERNAL_STEPS[move.name].prepare(work, run, key)
        if params is None:
            run.call = None
            return None
        run.call = {
            "name": move.name,
            "key": key,
            "params": params,
            "first_sent_at": work.now.timestamp(),
            "unknown_outcomes": 0,
        }
    return _load_prepared_call(run, move, work.now)


async def prepare_poll(work: UnitOfWork, run: SagaRun, name: str) -> ExternalCall | None:
    """A look that changes nothing at Stripe; it needs no key and is not remembered."""
    params = await EXTERNAL_STEPS[name].prepare(work, run, "")
    if params is None:
        return None
    request = CallRequest(key="", params=params, first_sent_at=work.now, now=work.now)
    now = work.now
    return ExternalCall(
        run=run,
        name=name,
        request=request,
        move=None,
        key="",
        key_issued_at=now,
        outcome_unknown_at=now,
        unknown_outcomes=0,
        failed_attempts=0,
    )


async def execute_call(client: StripeGateway, call: ExternalCall) -> StepResult:
    """Send the call, or look what became of it; raises CallFailed.

    The same key again while Stripe remembers it; after two unclear answers, or 23 hours, a look comes first. A failure
    that Stripe keeps under the key, or a key it forgot, needs another one (IdempotencyKeyExpired): where a second call could do
    harm, not before the step says that what went out under this one left no trace.
    """
    step, now = EXTERNAL_STEPS[call.name], call.request.now
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


async def _find_existing(find_existing: FindExisting, client: StripeGateway, request: CallRequest) -> StepResult | None:
    """A look that fails says nothing about the call: it was not sent again, and its key is as good as before."""
    try:
        return await find_existing(client, request)
    except OutcomeUnknown as failure:
        raise TryLater(failure.reason, str(failure)) from failure


async def rekey_call(work: UnitOfWork, run: SagaRun, move: CallExternalStep) -> ExternalCall:
    """The call under its next key, on the row before it is sent: whoever sends it again uses the same, for as long.

    So an unclear answer to it is as safe as one to the first: it is no reason for one more key.
    """
    prepared_call = run.call or {}
    run.call = {
        **prepared_call,
        "rekeyed": prepared_call.get("rekeyed", 0) + 1,
        "keyed_at": work.now.timestamp(),
        "failed": 0,
    }
    await write_run(work, run, status=run.progress.status)
    return replace(_load_prepared_call(run, move, work.now), run=run.copy())


def record_unknown_outcome(work: UnitOfWork, run: SagaRun, failure: OutcomeUnknown) -> None:
    """Count an answer that did not tell whether the call was done, and when that was."""
    run.data["outcome_unknown_at"] = work.now.timestamp()
    if failure.reason == STRIPE_FAILED:
        run.data["failed_at"] = work.now.timestamp()
    if run.call is not None:
        unknown_outcomes, failed_attempts = (
            run.call["unknown_outcomes"] + 1,
            run.call.get("failed", 0) + (failure.reason == STRIPE_FAILED),
        )
        run.call |= {
            "unknown_outcomes": unknown_outcomes,
            "outcome_unknown_at": work.now.timestamp(),
            "failed": failed_attempts,
            "last": failure.reason,
        }


def _load_prepared_call(run: SagaRun, move: CallExternalStep, now: datetime) -> ExternalCall:
    prepared_call = run.call or {}
    first_sent_at, rekey_count = prepared_call["first_sent_at"], prepared_call.get("rekeyed", 0)
    key_issued_at = prepared_call.get("keyed_at", first_sent_at)
    request = CallRequest(
        key=prepared_call["key"], params=prepared_call["params"], first_sent_at=_to_datetime(first_sent_at), now=now
    )
    return ExternalCall(
        run=run,
        name=move.name,
        request=request,
        move=move,
        key=f"{request.key}:{rekey_count}" if rekey_count else request.key,
        key_issued_at=_to_datetime(key_issued_at),
        outcome_unknown_at=_to_datetime(max(key_issued_at, prepared_call.get("outcome_unknown_at", 0))),
        unknown_outcomes=prepared_call["unknown_outcomes"],
        failed_attempts=prepared_call.get("failed", 0),
    )


def _to_datetime(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
