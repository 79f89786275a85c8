"""Outside steps around a hold: make it, watch it, release it, check it, capture it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, update

from domain.payment import HoldEvent, HoldStatus
from domain.saga import Wait
from domain.store.campus_repository import find_campus
from domain.store.money_repository import (
    find_current_hold,
    find_hold,
    is_current_hold_of,
    is_current_hold_with_intent,
    move_current_hold,
    move_hold_where,
)
from domain.store.order_repository import find_order
from domain.store.outbox import refresh_order_messages
from domain.store.person_repository import find_member
from domain.store.replacement_hold_repository import is_replacement_hold_of
from domain.store.saga_run import SagaRun
from domain.store.schema import orders
from domain.store.unit_of_work import UnitOfWork
from workers.call_failures import Refused, TryLater
from workers.steps.charge_steps import (
    MAX_CLOCK_SKEW_SECONDS,
    close_lapsed_hold,
    describe_taken_payment,
    replace_lapsed_hold,
)
from workers.steps.external_step import CallRequest, ExternalStepHooks, StepParams, StepResult, add_signal
from workers.stripe_gateway import (
    StripeGateway,
    cancel_intent,
    capture_intent,
    create_intent,
    find_intent,
    retrieve_intent,
)

HOLD_TRACE_TIMEOUT = timedelta(seconds=60)  # an unanswered call that left no trace by then left none


def match_hold_of_run(run: SagaRun) -> ColumnElement[bool]:
    """The hold this run works at: the candidate it asked for, else the one its order counts on."""
    return (
        is_replacement_hold_of(run.id)
        if run.saga.has_step("authorize_replacement_hold")
        else is_current_hold_of(run.required_order_id)
    )


async def _move_hold_of_run(work: UnitOfWork, run: SagaRun, happened: HoldEvent, **changes: object) -> None:
    await move_hold_where(work, match_hold_of_run(run), happened, **changes)


async def prepare_hold(work: UnitOfWork, run: SagaRun, key: str) -> StepParams:
    """The intent to make: the ceiling, on the saved card, captured later."""
    requested_hold = await find_hold(work, match_hold_of_run(run))
    if requested_hold is None:
        raise LookupError(f"saga {run.name} asks for no hold")
    order = await find_order(work, run.campus_id, run.required_order_id)
    member = await find_member(work, run.campus_id, order.customer_id)
    campus = await find_campus(work, run.campus_id)
    if member.card is None or member.stripe_customer is None:
        raise Refused("declined", "no card")
    run.data["hold_request"] = {"key": key, "customer": member.stripe_customer, "at": work.now.timestamp()}
    return {
        "amount": requested_hold.amount,
        "currency": requested_hold.currency,
        "customer": member.stripe_customer,
        "payment_method": member.card.payment_method,
        "capture_method": "manual",
        "confirm": True,
        "return_url": campus.chat_link,
        "transfer_group": f"order_{order.id}",
        "metadata": {"order": str(order.id), "saga": str(run.id), "call": key},
        "expand": ["latest_charge"],
    }


async def authorize_hold(client: StripeGateway, request: CallRequest) -> StepResult:
    """Ask Stripe to hold; the intent as plain data. Whatever Stripe refuses it for, to the customer it is declined."""
    try:
        return _intent_result(await create_intent(client, request.params, request.key))
    except Refused as refusal:
        raise Refused("declined", str(refusal), **{"code": refusal.reason, **refusal.details}) from refusal


async def find_created_hold(client: StripeGateway, request: CallRequest) -> StepResult | None:
    """The intent an unanswered call made, if it made one."""
    since = int(request.first_sent_at.timestamp()) - MAX_CLOCK_SKEW_SECONDS
    found = await find_intent(client, request.params["customer"], since, request.key)
    return None if found is None else _intent_result(await retrieve_intent(client, found["id"]))


async def record_hold(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """The hold is made, or the bank wants a word first, or it is refused after all."""
    changes = {"payment_intent": result["payment_intent"]}
    match result["status"]:
        case "requires_capture":
            more_changes = {"charge": result["charge"], "capture_before": _to_datetime(result["capture_before"])}
            await _move_hold_of_run(
                work, run, HoldEvent.MADE, made_at=func.now(), approval_url=None, **changes, **more_changes
            )
            add_signal(run, _awaited_signal(run))
        case "requires_action":
            await _move_hold_of_run(work, run, HoldEvent.APPROVAL_ASKED, approval_url=result["approval_url"], **changes)
            await refresh_order_messages(
                work, await find_order(work, run.campus_id, run.required_order_id), group=False
            )
        case "requires_payment_method" | "canceled":
            await _move_hold_of_run(
                work, run, HoldEvent.DECLINED, refusal=result["refusal"], approval_url=None, **changes
            )
            add_signal(run, "declined")
        case _:
            pass  # processing, or still waiting: the next look will know


def _awaited_signal(run: SagaRun) -> str:
    """The signal that says the hold is made."""
    return next(step.signal for step in run.saga.steps if isinstance(step, Wait))


async def record_decline(work: UnitOfWork, run: SagaRun, refusal: Refused) -> None:
    """A declined card leaves an intent behind; its id is kept, so that undoing can cancel it."""
    intent = refusal.details.get("payment_intent") or {}
    if not intent:
        run.data.pop("hold_request", None)  # a definite no without an intent: there is nothing to look for
    await _move_hold_of_run(
        work,
        run,
        HoldEvent.DECLINED,
        payment_intent=intent.get("id"),
        refusal=str(refusal.details.get("code") or refusal.reason),
    )


async def prepare_intent_lookup(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams | None:
    """Which intent to look at."""
    hold = await find_hold(work, match_hold_of_run(run))
    return None if hold is None or hold.payment_intent is None else {"payment_intent": hold.payment_intent}


async def fetch_intent(client: StripeGateway, request: CallRequest) -> StepResult:
    """The intent as it is now."""
    return _intent_result(await retrieve_intent(client, request.params["payment_intent"]))


async def record_intent_lookup(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """A bank's yes or no that came meanwhile."""
    if result["status"] != "requires_action":
        await record_hold(work, run, result)


async def prepare_hold_release(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams | None:
    """What to give back; a hold that was never asked for is simply closed."""
    hold = await find_hold(work, match_hold_of_run(run))
    if hold is None or hold.status in (HoldStatus.RELEASED, HoldStatus.CAPTURED):
        return None
    requested = run.data.get("hold_request")
    if hold.payment_intent is None and requested is None:
        await _move_hold_of_run(work, run, HoldEvent.RELEASED)
        return None
    if requested is not None:
        requested = {**requested, "since": requested["at"], "at": _last_requested_at(work, run, float(requested["at"]))}
    return {"payment_intent": hold.payment_intent, "asked": requested}


def _last_requested_at(work: UnitOfWork, run: SagaRun, first: float) -> float:
    """When the hold was asked for last, in seconds of the epoch, as late as it may have been.

    A call still on the row may have been sent until just now, by a worker that is gone; else the last answer that told
    nothing counts. Only a minute without a trace after that says that there will be none: Stripe may still be at it.
    """
    if run.call is not None:
        return work.now.timestamp()
    return max(first, float(run.data.get("outcome_unknown_at", 0)))


async def release_hold(client: StripeGateway, request: CallRequest) -> StepResult:
    """Cancel the intent, looking first for one whose answer never came; nothing is created in order to undo it."""
    intent = await find_requested_intent(client, request)
    if intent is None:
        return {"payment_intent": None}
    return {"payment_intent": (await cancel_intent(client, intent, request.key))["id"]}


async def find_requested_intent(client: StripeGateway, request: CallRequest) -> str | None:
    """The intent to close; None when none was made, TryLater while that is not certain.

    `asked` says how long that takes, in seconds, where it takes longer than usual.
    """
    recorded_intent: str | None = request.params["payment_intent"]
    if recorded_intent is not None:
        return recorded_intent
    requested: dict[str, Any] = request.params["asked"]
    found = await find_intent(
        client, requested["customer"], int(requested["since"]) - MAX_CLOCK_SKEW_SECONDS, requested["key"]
    )
    sure_after = timedelta(seconds=requested.get("sure_after", HOLD_TRACE_TIMEOUT.total_seconds()))
    if found is None and request.now - datetime.fromtimestamp(requested["at"], UTC) < sure_after:
        raise TryLater("hold_outcome_unknown", "no answer yet whether a hold was made")
    return None if found is None else str(found["id"])


async def record_hold_release(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """The money is free."""
    changes = {} if result["payment_intent"] is None else {"payment_intent": result["payment_intent"]}
    await _move_hold_of_run(work, run, HoldEvent.RELEASED, approval_url=None, **changes)


async def check_hold(client: StripeGateway, request: CallRequest) -> StepResult:
    """Whether the money is still held; Refused `hold_gone` when it is not."""
    found = await fetch_intent(client, request)
    if found["status"] != "requires_capture":
        raise Refused("hold_gone", found["status"])
    return found


async def record_hold_check(work: UnitOfWork, run: SagaRun, _result: StepResult) -> None:
    """The runner may buy now, if the job is still hers."""
    checked = update(orders).where(orders.c.id == run.required_order_id, orders.c.claim == run.id)
    await work.connection.execute(checked.values(hold_checked=True, version=orders.c.version + 1))
    await refresh_order_messages(work, await find_order(work, run.campus_id, run.required_order_id), group=False)


async def record_hold_gone(work: UnitOfWork, run: SagaRun, refusal: Refused) -> None:
    """The hold died before anything was bought; one that took its place since it was asked about is not meant."""
    if refusal.reason == "hold_gone" and run.call is not None:
        checked_hold = is_current_hold_with_intent(run.required_order_id, run.call["params"]["payment_intent"])
        await move_hold_where(work, checked_hold, HoldEvent.RELEASED, refusal=str(refusal))


async def prepare_capture(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    """Take what the receipt says, once; the rest of the hold is released by that."""
    order = await find_order(work, run.campus_id, run.required_order_id)
    hold = await find_current_hold(work, run.required_order_id)
    if hold is None or hold.payment_intent is None:
        raise Refused("no_hold")
    return {
        "payment_intent": hold.payment_intent,
        "capture": {"amount_to_capture": order.total, "expand": ["latest_charge.balance_transaction"]},
        "may_lapse": run.saga.has_step("charge_again"),  # rows of before have nobody who would ask for the money anew
    }


async def execute_capture(client: StripeGateway, request: CallRequest) -> StepResult:
    """Capture; the charge, its fee (minor units) and balance transaction. Of a hold that is gone: why."""
    try:
        found = await capture_intent(client, request.params["payment_intent"], request.params["capture"], request.key)
    except Refused as refusal:
        if not request.params.get("may_lapse"):
            raise
        return await close_lapsed_hold(client, request, refusal)
    return _capture_result(found, request)


async def find_capture(client: StripeGateway, request: CallRequest) -> StepResult | None:
    """Whether an unanswered capture was done."""
    found = await retrieve_intent(client, request.params["payment_intent"])
    return _capture_result(found, request) if found["status"] == "succeeded" else None


async def record_capture(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """The money is ours to divide; or there is none, and it is asked for anew."""
    if "lapsed" in result:
        await replace_lapsed_hold(work, run, result)
        return
    captured = {"captured": result["amount"], "charge": result["charge"]}
    if await move_current_hold(work, run.required_order_id, HoldEvent.CAPTURED, **captured) is None:
        raise LookupError(f"the hold of order {run.required_order_id} was captured, and is not held here")
    run.data["capture"] = result


def _capture_result(intent: dict[str, Any], request: CallRequest) -> StepResult:
    if intent["amount_received"] != request.params["capture"]["amount_to_capture"]:
        raise Refused("captured_otherwise", f"{intent['amount_received']} was captured")
    return describe_taken_payment(intent)


def _intent_result(found: dict[str, Any]) -> StepResult:
    charge = found.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    action = (found.get("next_action") or {}).get("redirect_to_url") or {}
    error = found.get("last_payment_error") or {}
    return {
        "payment_intent": found["id"],
        "status": found["status"],
        "approval_url": action.get("url"),
        "charge": charge.get("id"),
        "capture_before": card.get("capture_before"),
        "refusal": error.get("code") or found.get("cancellation_reason") or found["status"],
    }


def _to_datetime(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


AUTHORIZE_HOLD = ExternalStepHooks(
    prepare=prepare_hold,
    execute=authorize_hold,
    record=record_hold,
    find_existing=find_created_hold,
    refused=record_decline,
    rekey_after=HOLD_TRACE_TIMEOUT,
)
LOOK_AT_HOLD = ExternalStepHooks(prepare=prepare_intent_lookup, execute=fetch_intent, record=record_intent_lookup)
RELEASE_HOLD = ExternalStepHooks(prepare=prepare_hold_release, execute=release_hold, record=record_hold_release)
CHECK_HOLD = ExternalStepHooks(
    prepare=prepare_intent_lookup, execute=check_hold, record=record_hold_check, refused=record_hold_gone
)
CAPTURE_PAYMENT = ExternalStepHooks(
    prepare=prepare_capture, execute=execute_capture, record=record_capture, find_existing=find_capture
)
