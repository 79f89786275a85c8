"""The external step of a dispute: its status at Stripe, and which money moved for it."""

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
from workers.engine.external_step import CallRequest, StepParams, define_external_step
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_refunds import retrieve_dispute
from workers.stripe.objects.dispute import StripeDispute, StripeDisputeStatus


async def prepare_dispute_lookup(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    return {"dispute": run.data_as(FollowDisputeData).dispute}


async def fetch_dispute(client: StripeGateway, request: CallRequest) -> StripeDispute:
    """Return the dispute as it is now, with what moved on our balance for it."""
    return await retrieve_dispute(client, request.params["dispute"])


async def record_dispute_lookup(work: UnitOfWork, run: SagaRun, found: StripeDispute) -> None:
    """Record how far the dispute went: opened, money withdrawn, won or lost.

    It only moves forward. Each change is booked and told once, however often Stripe reports it. A dispute counts as won
    when the money is back: until then a later event runs this step again.
    """
    opened_dispute = await find_or_open_dispute(work, run, found.id, found.amount, found.currency, found.reason)
    if is_dispute_decided(opened_dispute):
        return
    await book_withdrawal(work, opened_dispute, found.withdrawn, found.fee)
    await tell_dispute_opened(work, opened_dispute, found.answer_by)
    current_dispute = await lock_dispute(work, found.id) or opened_dispute
    if found.status is StripeDisputeStatus.LOST:
        await record_dispute_lost(work, current_dispute)
    elif found.status.is_won and found.returned >= current_dispute.withdrawn:
        await record_dispute_won(work, run, current_dispute, found.fee_returned)


REFRESH_DISPUTE = define_external_step(
    prepare=prepare_dispute_lookup, execute=fetch_dispute, record=record_dispute_lookup
)
