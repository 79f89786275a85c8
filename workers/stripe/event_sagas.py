"""What an event signals or starts, by the object that it is about; the saga reads the object from Stripe itself."""

from contextlib import suppress
from uuid import UUID

from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.payments.lapsed_holds import tell_hold_lapsed
from domain.payouts.sagas.follow_account import build_account_check_start
from domain.reconciliation.list_cursor_repository import MOVEMENTS, REFUNDS, read_list_soon
from domain.refunds.fraud_warnings import record_fraud_warning
from domain.refunds.model import RefundStatus
from domain.refunds.repository import find_refund_by_stripe_id
from domain.refunds.sagas.check_refund import build_refund_check_start
from domain.refunds.sagas.follow_dispute import build_dispute_check_start
from domain.saga.run import SagaStart
from domain.saga.signal_repository import signal_saga
from domain.saga.start import start_saga
from workers.stripe.event_repository import (
    AccountOwner,
    find_account_owner,
    find_disputed_order,
    find_saga_waiting_for_account,
    find_saga_waiting_for_checkout,
    find_saga_waiting_for_intent,
    find_saga_waiting_for_refund,
    has_live_hold,
)
from workers.stripe.objects.account import BankPayoutStatus, CapabilityStatus
from workers.stripe.objects.event import ReceivedEvent
from workers.stripe.objects.payment_intent import PaymentIntentStatus
from workers.stripe.objects.raw_object import parse_status
from workers.stripe.objects.refund import StripeRefundStatus


async def handle_intent_event(work: UnitOfWork, event: ReceivedEvent) -> None:
    """Signal the saga that waits for the intent.

    If none does, tell the admins of a hold that lapsed; have reconciliation read a hold soon that no row of ours holds.
    """
    if await _signal(work, event, await find_saga_waiting_for_intent(work, event.object.id)):
        return
    if event.object.status == PaymentIntentStatus.CANCELED:
        await tell_hold_lapsed(work, event.object.id)
    elif event.object.status == PaymentIntentStatus.SUCCEEDED and await has_live_hold(work, event.object.id):
        await read_list_soon(work, MOVEMENTS)  # nobody of ours captured it, or its saga has yet to record it
    elif event.object.status == PaymentIntentStatus.REQUIRES_CAPTURE and not await has_live_hold(work, event.object.id):
        await read_list_soon(work, "payment_intents")


async def handle_checkout_event(work: UnitOfWork, event: ReceivedEvent) -> None:
    """Signal the saga that waits for the Checkout page."""
    await _signal(work, event, await find_saga_waiting_for_checkout(work, event.object.id))


async def handle_refund_event(work: UnitOfWork, event: ReceivedEvent) -> None:
    """Signal the saga that waits for the refund; else start its check, unless our row says as much already."""
    if await _signal(work, event, await find_saga_waiting_for_refund(work, event.object.id)):
        return
    refund = await find_refund_by_stripe_id(work, event.object.id)
    if refund is None:
        await read_list_soon(work, REFUNDS)  # a person made it at Stripe
        return
    if refund.status is RefundStatus.FAILED:
        return
    status = parse_status(StripeRefundStatus, event.object.status, StripeRefundStatus.UNKNOWN)
    if status.is_failure or refund.status is not RefundStatus.SUCCEEDED:
        start = build_refund_check_start(refund.id, event.id, campus_id=refund.campus_id, order_id=refund.order_id)
        await _start(work, start)


async def handle_movement_event(work: UnitOfWork, event: ReceivedEvent) -> None:
    """Have the balance transactions read soon: money of the platform moved, perhaps by a person at Stripe."""
    if event.account is None:
        await read_list_soon(work, MOVEMENTS)


async def handle_dispute_event(work: UnitOfWork, event: ReceivedEvent) -> None:
    """Start the check of a dispute over a payment of ours."""
    payment_intent, charge = event.object.payment_intent, event.object.charge
    order = await find_disputed_order(work, payment_intent=payment_intent, charge=charge)
    if order is not None:
        start = build_dispute_check_start(event.object.id, event.id, campus_id=order.campus_id, order_id=order.order_id)
        await _start(work, start)


async def handle_fraud_warning_event(work: UnitOfWork, event: ReceivedEvent) -> None:
    """Record that a bank suspects the payment of an order; the event is believed nothing but its ids."""
    payment_intent, charge = event.object.payment_intent, event.object.charge
    order = await find_disputed_order(work, payment_intent=payment_intent, charge=charge)
    if order is not None:
        await record_fraud_warning(work, order.campus_id, order.order_id)


async def handle_account_event(work: UnitOfWork, event: ReceivedEvent) -> None:
    """Signal the saga that waits for the account; else start its check when what was told of it is not so any more."""
    if await _signal(work, event, await find_saga_waiting_for_account(work, event.object.id)):
        return
    can_receive_transfers = event.object.transfers is CapabilityStatus.ACTIVE
    owner = await find_account_owner(work, event.object.id)
    if owner is None:
        return
    if owner.payouts_ready is not can_receive_transfers or owner.trouble != event.object.trouble:
        await _start_account_check(work, event, event.object.id, owner)


async def handle_account_access_event(work: UnitOfWork, event: ReceivedEvent) -> None:
    """Start the check of the event's account: its owner has disconnected it, or connected it."""
    if event.account is not None:
        await _start_account_check(work, event, event.account, await find_account_owner(work, event.account))


async def handle_bank_payout_event(work: UnitOfWork, event: ReceivedEvent) -> None:
    """Start the check of the event's account when a pay-out from it to its bank failed.

    One of the platform itself only moves its own money.
    """
    await handle_movement_event(work, event)
    if event.account is not None and event.object.status == BankPayoutStatus.FAILED:
        owner = await find_account_owner(work, event.account)
        await _start_account_check(work, event, event.account, owner, payout=event.object.id)


async def _signal(work: UnitOfWork, event: ReceivedEvent, waiting: UUID | None) -> bool:
    """Signal the saga, if there is one, and return whether there is."""
    if waiting is not None:
        await signal_saga(work, waiting, f"stripe_event:{event.id}")
    return waiting is not None


async def _start(work: UnitOfWork, start: SagaStart) -> None:
    with suppress(Stale):  # the saga was started for this event before
        await start_saga(work, start)


async def _start_account_check(
    work: UnitOfWork, event: ReceivedEvent, account: str, owner: AccountOwner | None, *, payout: str | None = None
) -> None:
    """Start the check of the account for its owner; do nothing with an account that belongs to no runner."""
    if owner is not None:
        start = build_account_check_start(
            event.id, campus_id=owner.campus_id, person_id=owner.person_id, account=account, payout=payout
        )
        await _start(work, start)
