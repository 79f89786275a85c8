"""The adoption of what a person did at Stripe: a payment captured in advance, a refund, a reversed transfer.

The object is read before the transaction. Nothing is adopted while a saga of its order is not over: its own call may
have done it. While the saga is at work, the object is looked at again; behind a stuck one a person looks.
"""

from enum import Enum, auto

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.repository import find_posting
from domain.orders.repository import find_order_of_any_campus, lock_order
from domain.orders.states import Order
from domain.payments.advances import adopt_advance
from domain.payments.customer_debt_repository import find_customer_debt
from domain.payments.hold_repository import find_hold_by_charge, find_hold_by_intent
from domain.payments.model import LIVE_HOLDS, CustomerDebtStatus, Hold
from domain.refunds.at_stripe.adoption import RefundAtStripe, adopt_refund
from domain.refunds.model import RefundStatus
from domain.saga.lookup_repository import has_any_unfinished_saga, is_saga_at_work
from domain.screening.reversals import adopt_reversal
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.stripe.gateway_intents import retrieve_intent
from workers.stripe.gateway_refunds import retrieve_refund
from workers.stripe.objects.balance import BalanceTransaction, BalanceTransactionType
from workers.stripe.objects.payment_intent import PaymentIntentStatus
from workers.stripe.objects.refund import StripeRefund, StripeRefundStatus
from workers.stripe.steps.taken_payment import read_taken_payment

CHARGE_TYPES = (BalanceTransactionType.CHARGE, BalanceTransactionType.PAYMENT)
REFUND_TYPES = (
    BalanceTransactionType.REFUND,
    BalanceTransactionType.PAYMENT_REFUND,
    BalanceTransactionType.REFUND_FAILURE,
    BalanceTransactionType.PAYMENT_FAILURE_REFUND,
)


def is_of_charge(found: BalanceTransaction) -> bool:
    """Return whether a payment made it: the charge, or the remainder of a hold that was captured in part."""
    return found.type in CHARGE_TYPES or found.is_capture_remainder


def find_charge(found: BalanceTransaction) -> str | None:
    """Return the charge of a balance transaction that a payment made."""
    return found.cause.charge if found.is_capture_remainder else found.source


class Adoption(Enum):
    """What became of something that no row of ours knew."""

    DONE = auto()
    BUSY = auto()  # a saga of its order is at work: look again later
    UNKNOWN = auto()  # a person has to look


async def adopt_movement(context: ReconciliationContext, found: BalanceTransaction) -> Adoption:
    """Adopt what made a balance transaction that is not booked."""
    if found.source is None:
        return Adoption.UNKNOWN
    if is_of_charge(found):
        charge = find_charge(found)
        async with context.database() as work:
            hold = None if charge is None else await find_hold_by_charge(work, charge)
        return Adoption.UNKNOWN if hold is None else await adopt_captured_hold(context, hold)
    if found.type in REFUND_TYPES:
        source = found.source
        return await adopt_found_refund(
            context, await context.call_stripe(lambda client: retrieve_refund(client, source))
        )
    if found.type is BalanceTransactionType.TRANSFER_REFUND:
        return await _adopt_reversal(context, found, found.source)
    return Adoption.UNKNOWN


async def adopt_captured_hold(context: ReconciliationContext, hold: Hold) -> Adoption:
    """Adopt a live hold whose payment was captured at Stripe; one that was not is not adopted.

    Nor is a payment for an order with an open debt of its customer: it may have paid the debt.
    """
    payment_intent = hold.payment_intent
    if hold.status not in LIVE_HOLDS or payment_intent is None:
        return Adoption.UNKNOWN
    found = await context.call_stripe(lambda client: retrieve_intent(client, payment_intent))
    if found.status is not PaymentIntentStatus.SUCCEEDED:
        return Adoption.UNKNOWN
    async with context.database() as work:
        order = await _lock_idle_order(work, hold.order_id)
        if isinstance(order, Adoption):
            return order
        owed = await find_customer_debt(work, hold.order_id)
        if owed is not None and owed.status is CustomerDebtStatus.OPEN:
            return Adoption.UNKNOWN
        is_adopted = await adopt_advance(work, hold, read_taken_payment(found))
    return Adoption.DONE if is_adopted else Adoption.BUSY


async def adopt_found_refund(context: ReconciliationContext, found: StripeRefund) -> Adoption:
    """Adopt a refund of a payment of ours that no saga made; the payment may have to be adopted first."""
    if found.payment_intent is None or found.metadata.saga is not None:
        return Adoption.UNKNOWN
    async with context.database() as work:
        hold = await find_hold_by_intent(work, found.payment_intent)
    if hold is None:
        return Adoption.UNKNOWN
    if hold.status in LIVE_HOLDS and (adoption := await adopt_captured_hold(context, hold)) is not Adoption.DONE:
        return adoption
    async with context.database() as work:
        order = await _lock_idle_order(work, hold.order_id)
        if isinstance(order, Adoption):
            return order
        await adopt_refund(work, order.campus_id, order.id, _as_adopted(found))
    return Adoption.DONE


async def _adopt_reversal(context: ReconciliationContext, movement: BalanceTransaction, reversal: str) -> Adoption:
    """Adopt the reversal of a transfer that we booked, unless a saga of ours made it."""
    if movement.cause.metadata.saga is not None:
        return Adoption.UNKNOWN
    async with context.database() as work:
        sent = await find_posting(work, f"transfer:{movement.cause.transfer}")
        if sent is None or sent.order_id is None:
            return Adoption.UNKNOWN
        order = await _lock_idle_order(work, sent.order_id)
        if isinstance(order, Adoption):
            return order
        await adopt_reversal(work, order.campus_id, order.id, reversal, movement.net)
    return Adoption.DONE


async def _lock_idle_order(work: UnitOfWork, order_id: int) -> Order | Adoption:
    """Return the order, locked, so that no saga starts for it; while one is not over, what becomes of the act."""
    order = await find_order_of_any_campus(work, order_id)
    if order is None:
        raise LookupError(f"money was moved for order {order_id}, which does not exist")
    locked = await lock_order(work, order.campus_id, order_id)
    if await is_saga_at_work(work, order_id):
        return Adoption.BUSY
    return Adoption.UNKNOWN if await has_any_unfinished_saga(work, order_id) else locked


def _as_adopted(found: StripeRefund) -> RefundAtStripe:
    if found.status.is_failure:
        status = RefundStatus.FAILED
    else:
        is_over = found.status is StripeRefundStatus.SUCCEEDED
        status = RefundStatus.SUCCEEDED if is_over else RefundStatus.PENDING
    return RefundAtStripe(
        refund=found.id,
        payment_intent=str(found.payment_intent),
        amount=found.amount,
        currency=found.currency,
        status=status,
        failure=found.failure_reason or found.raw_status,
    )
