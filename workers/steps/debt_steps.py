"""Outside steps of settle_debt: charge the card of who is there, watch what her bank says, close what was not paid."""

from typing import Any

from domain.money import format_money
from domain.payment import HoldEvent
from domain.store.campus_repository import find_campus
from domain.store.money_repository import move_current_hold
from domain.store.order_repository import find_order
from domain.store.outbox import refresh_existing_order_messages, tell
from domain.store.person_repository import find_member
from domain.store.saga_run import SagaRun
from domain.store.steps.local_debt_steps import book_settlement
from domain.store.unit_of_work import UnitOfWork
from workers.call_failures import OutcomeUnknown, Refused, TryLater
from workers.steps.charge_steps import (
    CHARGE_TRACE_TIMEOUT,
    IDEMPOTENCY_ERROR,
    MAX_CLOCK_SKEW_SECONDS,
    build_charge,
    describe_taken_payment,
    record_taken_payment,
    require_no_unknown_payment,
)
from workers.steps.external_step import CallRequest, ExternalStepHooks, StepParams, StepResult, add_signal
from workers.steps.hold_steps import (
    find_requested_intent,
    prepare_hold_release,
    prepare_intent_lookup,
    record_decline,
    record_hold_release,
)
from workers.stripe_gateway import StripeGateway, cancel_intent, create_intent, find_intent, retrieve_intent


async def prepare_debt_charge(work: UnitOfWork, run: SagaRun, key: str) -> StepParams:
    """All she owes, on her card, with her there: her bank may ask."""
    await require_no_unknown_payment(work, run.required_order_id)
    order = await find_order(work, run.campus_id, run.required_order_id)
    member = await find_member(work, run.campus_id, run.required_person_id)
    if member.card is None or member.stripe_customer is None:
        raise Refused("declined", "no card")
    run.data["hold_request"] = {"key": key, "customer": member.stripe_customer, "at": work.now.timestamp()}
    return build_charge(order, member, await find_campus(work, run.campus_id), run, key)


async def execute_debt_charge(client: StripeGateway, request: CallRequest) -> StepResult:
    """Ask for it; whatever Stripe refuses it for, to the customer it is declined."""
    try:
        found = await create_intent(client, request.params, request.key)
    except Refused as refusal:
        if refusal.reason == IDEMPOTENCY_ERROR:
            raise
        raise Refused("declined", str(refusal), **{"code": refusal.reason, **refusal.details}) from refusal
    if found["status"] == "processing":
        raise OutcomeUnknown("processing", "the bank has not answered yet")
    return _payment_result(found)


async def find_debt_charge(client: StripeGateway, request: CallRequest) -> StepResult | None:
    """The payment an unanswered call made, if it made one."""
    since = int(request.first_sent_at.timestamp()) - MAX_CLOCK_SKEW_SECONDS
    found = await find_intent(client, request.params["customer"], since, request.key)
    if found is None:
        return None
    found = await retrieve_intent(client, found["id"])
    if found["status"] == "processing":
        raise TryLater("processing", "the bank has not answered yet")
    return _payment_result(found)


async def record_debt_charge(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """It is paid, or her bank wants a word first, or it is declined."""
    changes = {"payment_intent": result["payment_intent"]}
    match result["status"]:
        case "succeeded":
            await record_taken_payment(work, run, result["taken"])
            add_signal(run, "debt_paid")
        case "requires_action":
            url = result["approval_url"]
            await move_current_hold(work, run.required_order_id, HoldEvent.APPROVAL_ASKED, approval_url=url, **changes)
            await refresh_existing_order_messages(work, run.required_order_id)
            await _notify_approval_link(work, run, url)
        case "requires_payment_method" | "canceled":
            more_changes = {"refusal": result["refusal"], "approval_url": None}
            await move_current_hold(work, run.required_order_id, HoldEvent.DECLINED, **changes, **more_changes)
            add_signal(run, "declined")
        case _:
            pass  # processing: the next look will know


async def _notify_approval_link(work: UnitOfWork, run: SagaRun, url: str | None) -> None:
    campus, order = await find_campus(work, run.campus_id), await find_order(work, run.campus_id, run.required_order_id)
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"debt_approval:{run.id}",
        key="notification-debt-approval",
        order_id=run.required_order_id,
        buttons=[] if url is None else [{"key": "button-approve-with-bank", "url": url, "style": "success"}],
        args={
            "order": run.required_order_id,
            "amount": format_money(order.total or 0, order.price.currency),
            "minutes": max(1, campus.windows.payment // 60),
        },
    )


async def fetch_debt_payment(client: StripeGateway, request: CallRequest) -> StepResult:
    """The payment as it is now."""
    return _payment_result(await retrieve_intent(client, request.params["payment_intent"]))


async def record_debt_payment_lookup(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """A bank's yes or no that came meanwhile; while it waits for hers there is no news."""
    if result["status"] != "requires_action":
        await record_debt_charge(work, run, result)


async def prepare_debt_charge_cancel(work: UnitOfWork, run: SagaRun, key: str) -> StepParams | None:
    """As a hold is let go. But what Stripe answered with a failure it may still do, and this takes money at once.

    So she is not told that nothing was charged, and asked again, before a day without a trace is over.
    """
    params = await prepare_hold_release(work, run, key)
    if params is not None and params["payment_intent"] is None and "failed_at" in run.data:
        params["asked"]["sure_after"] = CHARGE_TRACE_TIMEOUT.total_seconds()
        await _notify_outcome_unknown(work, run)
    return params


async def _notify_outcome_unknown(work: UnitOfWork, run: SagaRun) -> None:
    order = await find_order(work, run.campus_id, run.required_order_id)
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"debt_unclear:{run.id}",
        key="notification-debt-outcome-unknown",
        order_id=run.required_order_id,
        args={"order": run.required_order_id, "amount": format_money(order.total or 0, order.price.currency)},
    )


async def cancel_debt_charge(client: StripeGateway, request: CallRequest) -> StepResult:
    """Close what was not paid, looking first for one whose answer never came; a yes at the last moment counts."""
    intent = await find_requested_intent(client, request)
    if intent is None:
        return {"payment_intent": None}
    found = await retrieve_intent(client, intent)
    if found["status"] == "processing":
        raise TryLater("processing", "the bank has not answered yet")
    if found["status"] != "succeeded":
        found = await _cancel_unless_paid(client, intent, request.key)
    return {
        "payment_intent": intent,
        "taken": describe_taken_payment(found) if found["status"] == "succeeded" else None,
    }


async def _cancel_unless_paid(client: StripeGateway, intent: str, key: str) -> dict[str, Any]:
    try:
        return await cancel_intent(client, intent, key)
    except Refused:
        found = await retrieve_intent(client, intent)
        if found["status"] != "succeeded":
            raise
        return found


async def record_debt_charge_cancel(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """Nothing was taken, and nothing can be any more; or it was paid after all, and that is booked."""
    if result.get("taken") is None:
        await record_hold_release(work, run, result)
        return
    await record_taken_payment(work, run, result["taken"])
    await book_settlement(work, run)


def _payment_result(found: dict[str, Any]) -> StepResult:
    action = (found.get("next_action") or {}).get("redirect_to_url") or {}
    error = found.get("last_payment_error") or {}
    return {
        "payment_intent": found["id"],
        "status": found["status"],
        "approval_url": action.get("url"),
        "refusal": error.get("code") or found.get("cancellation_reason") or found["status"],
        "taken": describe_taken_payment(found) if found["status"] == "succeeded" else None,
    }


CHARGE_DEBT = ExternalStepHooks(
    prepare=prepare_debt_charge,
    execute=execute_debt_charge,
    record=record_debt_charge,
    find_existing=find_debt_charge,
    refused=record_decline,
    rekey_after=CHARGE_TRACE_TIMEOUT,
)
LOOK_AT_CHARGE = ExternalStepHooks(
    prepare=prepare_intent_lookup, execute=fetch_debt_payment, record=record_debt_payment_lookup
)
CANCEL_DEBT_CHARGE = ExternalStepHooks(
    prepare=prepare_debt_charge_cancel, execute=cancel_debt_charge, record=record_debt_charge_cancel
)
