"""External steps of a refund: pay it to the customer's card, reverse the runner's part, look up how it ended."""

from dataclasses import dataclass

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import refund_posting, reversal_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.orders.repository import find_order
from domain.payouts.model import INSUFFICIENT_FUNDS
from domain.payouts.payable_adjustments import reopen_payout
from domain.payouts.repository import find_payable, record_transfer_reversed
from domain.reconciliation.list_cursor_repository import REFUNDS, read_list_soon
from domain.refunds.model import REFUNDED_AT_STRIPE, RefundEvent, RefundStatus
from domain.refunds.notifications import refund_made, refund_made_runner
from domain.refunds.refund_steps import book_runner_debt, fail_refund
from domain.refunds.repository import list_order_refunds, lock_refund, move_refund, update_refund
from domain.refunds.sagas.refund_data import refund_row_of
from domain.refunds.sagas.refund_order import RefundOrderData
from domain.saga.refusals import RefusalKind
from domain.saga.run import SagaRun
from domain.settings.timeouts import Timeout
from workers.engine.call_failures import OutcomeUnknown, Refused
from workers.engine.external_step import CallRequest, StepParams, add_signal, define_external_step
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_failures import ACCOUNT_INVALID
from workers.stripe.gateway_payouts import (
    find_reversal,
    retrieve_account_balance,
    retrieve_transfer,
    reverse_transfer,
)
from workers.stripe.gateway_refunds import create_refund, find_refund, list_refunds_of_intent, retrieve_refund
from workers.stripe.objects.refund import StripeRefund, StripeRefundStatus
from workers.stripe.objects.transfer import TransferReversal

ACCOUNT_CANNOT_PAY = frozenset({ACCOUNT_INVALID, INSUFFICIENT_FUNDS})  # refusals that make a reversal a debt at once
KNOWN_REFUNDS = "known"  # in the parameters: the refunds of the payment that our rows name; calls of before lack it


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedReversal:
    """A reversal that Stripe refused because the runner's account does not have the money any more, and why."""

    reason: str


async def prepare_refund(work: UnitOfWork, run: SagaRun, key: str) -> StepParams:
    """Return the refund of the agreed amount, to the payment it came from, and the refunds of it that we know."""
    refund = await lock_refund(work, refund_row_of(run))
    made = await list_order_refunds(work, refund.order_id)
    return {
        KNOWN_REFUNDS: [one.refund for one in made if one.refund is not None],
        "payment_intent": refund.payment_intent,
        "amount": refund.amount,
        "reason": "requested_by_customer",
        "metadata": {"order": str(refund.order_id), "saga": str(run.id), "call": key},
    }


async def execute_refund(client: StripeGateway, request: CallRequest) -> StripeRefund:
    """Create the refund, then look up its status: a call sent again is answered with the first status.

    Raise Refused when a person made a refund of this payment at Stripe that we do not know yet: it may be this one.
    Raise OutcomeUnknown when Stripe refuses the lookup, because it accepted the refund itself.
    """
    params = {name: value for name, value in request.params.items() if name != KNOWN_REFUNDS}
    if KNOWN_REFUNDS in request.params:
        await _require_no_other_refund(client, request)
    created = await create_refund(client, params, request.key)
    try:
        return await retrieve_refund(client, created.id)
    except Refused as refusal:  # of the lookup only: the refund was accepted before
        raise OutcomeUnknown("refund_unseen", str(refusal)) from refusal


async def _require_no_other_refund(client: StripeGateway, request: CallRequest) -> None:
    known: list[str] = request.params[KNOWN_REFUNDS]
    refunds = await list_refunds_of_intent(client, request.params["payment_intent"])
    if any(one.metadata.call == request.key for one in refunds):
        return  # this call was sent before, and did it
    for one in refunds:
        if one.metadata.saga is None and one.id not in known and not one.status.is_failure:
            raise Refused(REFUNDED_AT_STRIPE, f"{one.id} of {one.amount}")


async def look_at_refunds(work: UnitOfWork, _run: SagaRun, refusal: Refused) -> None:
    """Have the refund that a person made at Stripe found soon."""
    if refusal.reason == REFUNDED_AT_STRIPE:
        await read_list_soon(work, REFUNDS)


async def find_sent_refund(client: StripeGateway, request: CallRequest) -> StripeRefund | None:
    """Return the refund that a call with an unknown outcome made; None if it made none."""
    return await find_refund(client, request.params["payment_intent"], request.key)


async def record_refund(work: UnitOfWork, run: SagaRun, accepted: StripeRefund) -> None:
    """Book the refund that Stripe accepted, and tell both sides.

    The bank may still take its time, or refuse. A refund that failed by now was accepted all the same: Stripe books it
    both ways, and so do we. Raise LookupError when the refund was not requested.
    """
    run.data_as(RefundOrderData).refund = accepted.id
    await update_refund(work, refund_row_of(run), refund=accepted.id)
    is_settled = accepted.status is StripeRefundStatus.SUCCEEDED
    happened, settled_at = (RefundEvent.SUCCEEDED, work.now) if is_settled else (RefundEvent.ACCEPTED, None)
    refund = await move_refund(work, refund_row_of(run), happened, settled_at=settled_at)
    if refund is None:
        raise LookupError(f"refund {refund_row_of(run)} was not asked for")
    if is_settled:
        add_signal(run, "refund_settled")
    posting = refund_posting(
        refund=accepted.id,
        runner=refund.runner_id,
        platform_amount=refund.platform_amount,
        runner_amount=refund.runner_amount,
        currency=refund.currency,
        from_advance=refund.from_advance,
    )
    await post_to_ledger(work, posting, refund.order_id)
    if accepted.status.is_failure:
        await record_refund_lookup(work, run, accepted)
        return
    await refresh_existing_order_messages(work, refund.order_id)
    order = await find_order(work, refund.campus_id, refund.order_id)
    await notify(work, refund_made(refund, order.customer_id))
    if refund.runner_amount:
        await notify(work, refund_made_runner(refund))


async def prepare_reversal(work: UnitOfWork, run: SagaRun, key: str) -> StepParams | None:
    """Return the reversal of what the runner was sent and has to bear.

    None when the runner bears nothing that was sent, or when the refund failed meanwhile.
    """
    refund = await lock_refund(work, refund_row_of(run))
    if refund.to_take_back == 0 or refund.status is RefundStatus.FAILED:
        return None
    return {
        "transfer": refund.transfer,
        "reversal": {
            "amount": refund.to_take_back,
            "metadata": {"order": str(refund.order_id), "saga": str(run.id), "call": key},
        },
    }


async def execute_reversal(client: StripeGateway, request: CallRequest) -> TransferReversal | RefusedReversal:
    """Reverse the transfer; it is a debt of the runner where their account has not the money any more, or is gone.

    Where Stripe does not say so by a code, the account's available money decides. Raise Refused for any other reason.
    """
    try:
        return await reverse_transfer(client, request.params["transfer"], request.params["reversal"], request.key)
    except Refused as refusal:
        if refusal.kind is RefusalKind.BANK or refusal.answer is None:
            raise
        if refusal.reason in ACCOUNT_CANNOT_PAY:
            return RefusedReversal(reason=refusal.reason)
        is_named = refusal.kind is RefusalKind.CONFIGURATION and refusal.answer.code is not None
        if is_named or await _can_account_cover(client, request):
            raise
        return RefusedReversal(reason=refusal.reason)


async def _can_account_cover(client: StripeGateway, request: CallRequest) -> bool:
    """Return whether the runner's account has what is to be taken back; money that is pending does not count."""
    try:
        transfer = await retrieve_transfer(client, request.params["transfer"])
        if transfer.destination is None:
            return True
        balance = await retrieve_account_balance(client, transfer.destination)
    except Refused as refusal:
        return refusal.reason != ACCOUNT_INVALID
    needed: int = request.params["reversal"]["amount"]
    return balance.available.get(transfer.currency, 0) >= needed


async def find_sent_reversal(client: StripeGateway, request: CallRequest) -> TransferReversal | RefusedReversal | None:
    """Return the reversal that a call with an unknown outcome made; None if it made none."""
    return await find_reversal(client, request.params["transfer"], request.key)


async def record_reversal(work: UnitOfWork, run: SagaRun, result: TransferReversal | RefusedReversal) -> None:
    """Record what came back, or a debt of the runner when nothing came back.

    When the refund failed meanwhile, the runner owes nothing, and what came back is owed to the runner again.
    """
    refund = await lock_refund(work, refund_row_of(run))
    is_borne_by_runner = refund.status is not RefundStatus.FAILED
    if isinstance(result, RefusedReversal):
        if is_borne_by_runner:
            await book_runner_debt(work, refund, result.reason)
        return
    await update_refund(work, refund.id, reversal=result.id, taken_back=result.amount)
    await record_transfer_reversed(work, refund.order_id, result.amount, borne=is_borne_by_runner)
    posting = reversal_posting(
        reversal=result.id, runner=refund.required_runner_id, amount=result.amount, currency=refund.currency
    )
    await post_to_ledger(work, posting, refund.order_id)
    payable = await find_payable(work, refund.order_id)
    if payable is not None:
        await reopen_payout(work, run, payable)
    await refresh_existing_order_messages(work, refund.order_id)


async def prepare_refund_lookup(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    refund = await lock_refund(work, refund_row_of(run))
    return {"refund": refund.refund}


async def fetch_refund(client: StripeGateway, request: CallRequest) -> StripeRefund:
    return await retrieve_refund(client, request.params["refund"])


async def record_refund_lookup(work: UnitOfWork, run: SagaRun, found: StripeRefund) -> None:
    """Record that the refund arrived or failed; change nothing while the bank has not answered."""
    if found.status.is_failure:
        await fail_refund(work, run, refund_row_of(run), found.failure_reason or found.raw_status)
    elif found.status is StripeRefundStatus.SUCCEEDED:
        await move_refund(work, refund_row_of(run), RefundEvent.SUCCEEDED, settled_at=work.now)
    else:
        return
    add_signal(run, "refund_settled")


CREATE_REFUND = define_external_step(
    prepare=prepare_refund,
    execute=execute_refund,
    record=record_refund,
    find_existing=find_sent_refund,
    refused=look_at_refunds,
    rekey_after=Timeout.STRIPE_MONEY_TRACE.delta,
)
REVERSE_TRANSFER = define_external_step(
    prepare=prepare_reversal,
    execute=execute_reversal,
    record=record_reversal,
    find_existing=find_sent_reversal,
    rekey_after=Timeout.STRIPE_MONEY_TRACE.delta,
)
REFRESH_REFUND = define_external_step(prepare=prepare_refund_lookup, execute=fetch_refund, record=record_refund_lookup)
