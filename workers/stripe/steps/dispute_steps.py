"""The external step of a dispute: its status at Stripe, and which money moved for it."""

from datetime import UTC, datetime
from typing import Any

from domain.database.unit_of_work import UnitOfWork
from domain.refunds.dispute_effects import (
    book_withdrawal,
    find_or_open_dispute,
    is_dispute_decided,
    record_dispute_lost,
    record_dispute_won,
    tell_dispute_opened,
)
from domain.refunds.dispute_repository import lock_dispute
from domain.refunds.sagas.follow_dispute import FollowDisputeData
from domain.saga.run import SagaRun
from workers.engine.external_step import CallRequest, ExternalStepHooks, StepParams, StepResult
from workers.stripe.gateway import StripeGateway, retrieve_dispute

WON_STATUSES = ("won", "warning_closed", "prevented")  # the money is ours, or was never taken


async def prepare_dispute_lookup(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    return {"dispute": run.data_as(FollowDisputeData).dispute}


async def fetch_dispute(client: StripeGateway, request: CallRequest) -> StepResult:
    """Return the dispute as it is now, and what moved on our balance for it, in minor units."""
    found = await retrieve_dispute(client, request.params["dispute"])
    balance_transactions: list[dict[str, Any]] = found.get("balance_transactions") or []
    return {
        "dispute": found["id"],
        "status": found["status"],
        "amount": found["amount"],
        "currency": found["currency"],
        "reason": found["reason"],
        "answer_by": (found.get("evidence_details") or {}).get("due_by"),
        "withdrawn": -sum(one["amount"] for one in balance_transactions if one["amount"] < 0),
        "returned": sum(one["amount"] for one in balance_transactions if one["amount"] > 0),
        "fee": sum(one["fee"] for one in balance_transactions if one["amount"] < 0),
        "fee_returned": -sum(one["fee"] for one in balance_transactions if one["amount"] > 0),
    }


async def record_dispute_lookup(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """Record how far the dispute went: opened, money withdrawn, won or lost.

    It only moves forward. Each change is booked and told once, however often Stripe reports it. A dispute counts as won
    when the money is back: until then a later event runs this step again.
    """
    dispute_id = result["dispute"]
    opened_dispute = await find_or_open_dispute(
        work, run, dispute_id, result["amount"], result["currency"], result["reason"]
    )
    if is_dispute_decided(opened_dispute):
        return
    await book_withdrawal(work, opened_dispute, result["withdrawn"], result["fee"])
    seconds = result["answer_by"]
    await tell_dispute_opened(work, opened_dispute, None if seconds is None else datetime.fromtimestamp(seconds, UTC))
    current_dispute = await lock_dispute(work, dispute_id) or opened_dispute
    if result["status"] == "lost":
        await record_dispute_lost(work, current_dispute)
    elif result["status"] in WON_STATUSES and result["returned"] >= current_dispute.withdrawn:
        await record_dispute_won(work, run, current_dispute, result["fee_returned"])


REFRESH_DISPUTE = ExternalStepHooks(prepare=prepare_dispute_lookup, execute=fetch_dispute, record=record_dispute_lookup)
