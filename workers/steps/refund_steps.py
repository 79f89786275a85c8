"""Outside steps of a refund: to the customer's card, back from the runner's account, and what became of it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func

from domain.money import format_money
from domain.payment import Refund, RefundEvent, RefundStatus
from domain.postings import refund_posting, reversal_posting
from domain.store.money_repository import find_payable, post_to_ledger
from domain.store.order_repository import find_order
from domain.store.outbox import refresh_existing_order_messages, tell
from domain.store.refund_repository import lock_refund, move_refund, update_refund
from domain.store.saga_run import SagaRun
from domain.store.steps.local_refund_steps import book_runner_debt, fail_refund
from domain.store.steps.payable_adjustments import record_transfer_reversed, reopen_payout
from domain.store.unit_of_work import UnitOfWork
from workers.call_failures import OutcomeUnknown, Refused
from workers.steps.external_step import CallRequest, ExternalStepHooks, StepParams, StepResult, add_signal
from workers.stripe_gateway import (
    RESOURCE_MISSING,
    StripeGateway,
    create_refund,
    find_refund,
    find_reversal,
    retrieve_refund,
    reverse_transfer,
)

MONEY_TRACE_TIMEOUT = timedelta(hours=24)  # money without a trace by then did not move
FAILED_REFUND_STATUSES = ("failed", "canceled")
# A reversal refused for one of these is a fault of ours, or somebody else's doing: a human has to look.
NOT_OWED_BY_RUNNER_CODES = frozenset({"idempotency_error", "invalid_request", RESOURCE_MISSING})


async def prepare_refund(work: UnitOfWork, run: SagaRun, key: str) -> StepParams:
    """What was agreed on, to the payment it came from."""
    refund = await lock_refund(work, run.data["refund_row"])
    return {
        "payment_intent": refund.payment_intent,
        "amount": refund.amount,
        "reason": "requested_by_customer",
        "metadata": {"order": str(refund.order_id), "saga": str(run.id), "call": key},
    }


async def execute_refund(client: StripeGateway, request: CallRequest) -> StepResult:
    """Send it back, and see how that stands: a call sent again is answered with what was true the first time."""
    created = await create_refund(client, request.params, request.key)
    try:
        return _refund_result(await retrieve_refund(client, created["id"]))
    except Refused as refusal:  # of the second question: the first was answered with yes
        raise OutcomeUnknown("refund_unseen", str(refusal)) from refusal


async def find_sent_refund(client: StripeGateway, request: CallRequest) -> StepResult | None:
    """The refund an unanswered call made, if it made one."""
    found = await find_refund(client, request.params["payment_intent"], request.key)
    return None if found is None else _refund_result(found)


async def record_refund(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """Stripe took it: booked, told to both; a bank may still take its time, or say no.

    One that failed by now was taken all the same: Stripe's books have it both ways, so ours do.
    """
    run.data["refund"] = result["refund"]
    await update_refund(work, run.data["refund_row"], refund=result["refund"])
    happened = RefundEvent.SUCCEEDED if result["status"] == "succeeded" else RefundEvent.ACCEPTED
    refund = await move_refund(work, run.data["refund_row"], happened, settled_at=_settled_at(happened))
    if refund is None:
        raise LookupError(f"refund {run.data['refund_row']} was not asked for")
    if happened is RefundEvent.SUCCEEDED:
        add_signal(run, "refund_settled")
    posting = refund_posting(
        refund=result["refund"],
        runner=refund.runner_id,
        platform_amount=refund.platform_amount,
        runner_amount=refund.runner_amount,
        currency=refund.currency,
    )
    await post_to_ledger(work, posting, refund.order_id)
    if result["status"] in FAILED_REFUND_STATUSES:
        await record_refund_lookup(work, run, result)
        return
    await refresh_existing_order_messages(work, refund.order_id)
    await _notify_both_sides(work, refund)


def _settled_at(happened: RefundEvent) -> Any:
    return func.now() if happened is RefundEvent.SUCCEEDED else None


async def _notify_both_sides(work: UnitOfWork, refund: Refund) -> None:
    order = await find_order(work, refund.campus_id, refund.order_id)
    amount = format_money(refund.amount, refund.currency)
    await tell(
        work,
        campus_id=refund.campus_id,
        chat_id=order.customer_id,
        name=f"refunded:{refund.id}",
        key="notification-refunded",
        order_id=refund.order_id,
        args={"order": refund.order_id, "amount": amount, "reason": refund.reason},
    )
    if refund.runner_amount == 0:
        return
    await tell(
        work,
        campus_id=refund.campus_id,
        chat_id=refund.runner_id,
        name=f"refunded_runner:{refund.id}",
        key="notification-refunded-runner",
        order_id=refund.order_id,
        args={
            "order": refund.order_id,
            "amount": amount,
            "runner_amount": format_money(refund.runner_amount, refund.currency),
            "reason": refund.reason,
        },
    )


async def prepare_reversal(work: UnitOfWork, run: SagaRun, key: str) -> StepParams | None:
    """What the runner was sent and bears; None when she bears nothing that was sent, or the refund failed meanwhile."""
    refund = await lock_refund(work, run.data["refund_row"])
    if refund.to_take_back == 0 or refund.status is RefundStatus.FAILED:
        return None
    return {
        "transfer": refund.transfer,
        "reversal": {
            "amount": refund.to_take_back,
            "metadata": {"order": str(refund.order_id), "saga": str(run.id), "call": key},
        },
    }


async def execute_reversal(client: StripeGateway, request: CallRequest) -> StepResult:
    """Take it back; `refusal` says why her account has it no more."""
    try:
        found = await reverse_transfer(client, request.params["transfer"], request.params["reversal"], request.key)
    except Refused as refusal:
        if refusal.reason in NOT_OWED_BY_RUNNER_CODES:
            raise
        return {"reversal": None, "refusal": refusal.reason}
    return _reversal_result(found)


async def find_sent_reversal(client: StripeGateway, request: CallRequest) -> StepResult | None:
    """The reversal an unanswered call made, if it made one."""
    found = await find_reversal(client, request.params["transfer"], request.key)
    return None if found is None else _reversal_result(found)


async def record_reversal(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """It is back, or she owes it; where the refund failed meanwhile, what came back is hers again."""
    refund = await lock_refund(work, run.data["refund_row"])
    is_borne_by_runner = refund.status is not RefundStatus.FAILED
    if result["reversal"] is None:
        if is_borne_by_runner:
            await book_runner_debt(work, refund, result["refusal"])
        return
    amount = result["amount"]
    await update_refund(work, refund.id, reversal=result["reversal"], taken_back=amount)
    await record_transfer_reversed(work, refund.order_id, amount, borne=is_borne_by_runner)
    posting = reversal_posting(
        reversal=result["reversal"], runner=refund.runner_id, amount=amount, currency=refund.currency
    )
    await post_to_ledger(work, posting, refund.order_id)
    payable = await find_payable(work, refund.order_id)
    if payable is not None:
        await reopen_payout(work, run, payable)
    await refresh_existing_order_messages(work, refund.order_id)


async def prepare_refund_lookup(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    """Which refund to look at."""
    refund = await lock_refund(work, run.data["refund_row"])
    return {"refund": refund.refund}


async def fetch_refund(client: StripeGateway, request: CallRequest) -> StepResult:
    """The refund as it is now."""
    return _refund_result(await retrieve_refund(client, request.params["refund"]))


async def record_refund_lookup(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """It arrived, it failed, or the bank has not answered yet."""
    if result["status"] in FAILED_REFUND_STATUSES:
        await fail_refund(work, run, run.data["refund_row"], result["failure"] or result["status"])
    elif result["status"] == "succeeded":
        await move_refund(work, run.data["refund_row"], RefundEvent.SUCCEEDED, settled_at=func.now())
    else:
        return
    add_signal(run, "refund_settled")


def _refund_result(found: dict[str, Any]) -> StepResult:
    return {"refund": found["id"], "status": found["status"], "failure": found.get("failure_reason")}


def _reversal_result(found: dict[str, Any]) -> StepResult:
    return {"reversal": found["id"], "amount": found["amount"], "refusal": None}


CREATE_REFUND = ExternalStepHooks(
    prepare=prepare_refund,
    execute=execute_refund,
    record=record_refund,
    find_existing=find_sent_refund,
    rekey_after=MONEY_TRACE_TIMEOUT,
)
REVERSE_TRANSFER = ExternalStepHooks(
    prepare=prepare_reversal,
    execute=execute_reversal,
    record=record_reversal,
    find_existing=find_sent_reversal,
    rekey_after=MONEY_TRACE_TIMEOUT,
)
LOOK_AT_REFUND = ExternalStepHooks(prepare=prepare_refund_lookup, execute=fetch_refund, record=record_refund_lookup)
