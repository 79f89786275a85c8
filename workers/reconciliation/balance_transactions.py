"""The comparison of Stripe's balance transactions, and of the whole balance, with the ledger.

A fee that Stripe named only after the capture is booked here, because it follows from our own capture. So is what moves
only the platform's own money, and what a person did at Stripe to an object of ours, where it is unambiguous.
"""

from collections.abc import Sequence

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.repository import sum_explained, sum_postings
from domain.orders.repository import find_order_of_any_campus
from domain.payments.hold_repository import find_hold_by_charge
from domain.reconciliation.discrepancy import DiscrepancyKind, ObservedDiscrepancy
from domain.reconciliation.list_cursor_repository import ListCursor
from domain.reconciliation.unbooked_repository import UnbookedMovement
from domain.saga.lookup_repository import is_saga_at_work
from domain.settings.timeouts import Timeout
from workers.reconciliation.at_stripe.adoption import CHARGE_TYPES, Adoption, adopt_movement, find_charge, is_of_charge
from workers.reconciliation.at_stripe.booked_transactions import (
    FEE_POSTING_KEY,
    BookedTransaction,
    LackingDiscrepancy,
    OrderBusyError,
    list_posting_keys,
)
from workers.reconciliation.at_stripe.converted import observe_converted
from workers.reconciliation.at_stripe.foreign_objects import book_foreign_movement
from workers.reconciliation.at_stripe.late_fees import book_fee, book_fee_of_part
from workers.reconciliation.at_stripe.platform_movements import book_platform_movement
from workers.reconciliation.at_stripe.unbooked_objects import (
    find_order_of_movement,
    is_of_booked_transfer,
    is_told_of_object,
    report_object,
    report_unbooked,
)
from workers.reconciliation.object_ownership import ObjectOwnership, require_first_campus_id
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.reconciliation.stripe_lists import StripeList, earliest, every
from workers.stripe.gateway_pages import list_balance_transactions
from workers.stripe.objects.balance import PAYMENTS_BALANCE, BalanceTransaction

INTERVAL = Timeout.BALANCE_INTERVAL.delta
OVERLAP_SECONDS = Timeout.BALANCE_OVERLAP.whole_seconds
INTENT_POSTING_KEYS = ("capture:{}", "settled:{}")  # captured at delivery, or later when the customer paid the debt


class FeeOfPartUnknownError(Exception):
    """A hold was captured in part before Stripe named its fee, which two balance transactions come to."""


async def compare_with_ledger(work: UnitOfWork, found: BalanceTransaction) -> LackingDiscrepancy | None:
    """Return the discrepancy of a balance transaction or None.

    Raise OrderBusyError when it differs while a saga of its order runs. What moves only the platform's own money is
    booked here. Our books have the balance of payments, and no other one.
    """
    if found.balance_type != PAYMENTS_BALANCE or await book_platform_movement(work, found):
        return None
    booked = await _read_booked(work, found)
    try:
        lacking = await _find_lacking(work, found, booked)
    except FeeOfPartUnknownError:
        await _require_idle(work, booked)
        raise
    if lacking is None:
        return None
    await _require_idle(work, booked)
    if lacking.is_fee:
        await book_fee(work, found, booked.order_id)
        return None
    return lacking


async def _require_idle(work: UnitOfWork, booked: BookedTransaction) -> None:
    if booked.order_id is not None and await is_saga_at_work(work, booked.order_id):
        raise OrderBusyError


async def _find_lacking(
    work: UnitOfWork, found: BalanceTransaction, booked: BookedTransaction
) -> LackingDiscrepancy | None:
    """Return how a balance transaction differs from what is booked and settled; None if it does not.

    Raise FeeOfPartUnknownError as `_is_part_booked` does.
    """
    explained = await sum_explained(work, found.id)
    if booked.amount is not None and booked.is_converted(found.currency):
        return await observe_converted(work, found, booked, explained)
    gross, is_fee = _gross(found, booked), False
    if not explained and _is_part_booked(found, booked, gross):
        return None
    unbooked = _as_unbooked(found, booked, gross)
    lacking = unbooked.lacking(_sum_under_keys(unbooked, booked), explained)
    values: tuple[int | None, int]
    if explained is not None:
        kind, values = DiscrepancyKind.AMOUNT_MISMATCH, (found.net - lacking, found.net)
    elif booked.amount is None:
        kind, values = DiscrepancyKind.NOT_BOOKED, (None, gross)
    elif booked.amount != gross:
        kind, values = DiscrepancyKind.AMOUNT_MISMATCH, (booked.amount, gross)
    else:
        kind, values, is_fee = DiscrepancyKind.AMOUNT_MISMATCH, (booked.fee, found.fee), booked.fee is None
    if lacking == 0 and kind is DiscrepancyKind.AMOUNT_MISMATCH:
        return None
    return LackingDiscrepancy(observed=_observe(kind, found, booked, *values), unbooked=(unbooked,), is_fee=is_fee)


def _as_unbooked(found: BalanceTransaction, booked: BookedTransaction, gross: int) -> UnbookedMovement:
    """Return what is due for a balance transaction, and the keys of the postings that book it.

    The two of a hold captured in part come to what was captured, which stands for the first one; their fee is another
    posting.
    """
    is_part = found.type in CHARGE_TYPES and gross < found.amount
    keys, due = booked.posting_keys, gross if is_part else found.net
    return UnbookedMovement(
        movement=found.id,
        net=found.net,
        currency=found.currency,
        posting_keys=keys if is_part or found.is_capture_remainder else (*keys, FEE_POSTING_KEY.format(found.id)),
        due=None if found.is_capture_remainder else due,
    )


def _sum_under_keys(unbooked: UnbookedMovement, booked: BookedTransaction) -> int | None:
    """Return what the postings with its keys come to, None where there is none."""
    if FEE_POSTING_KEY.format(unbooked.movement) not in unbooked.posting_keys:
        return booked.amount
    return None if booked.amount is None and booked.fee is None else booked.net


def _is_part_booked(found: BalanceTransaction, booked: BookedTransaction, gross: int) -> bool:
    """Return whether it is one of the two of a hold captured in part, which come to what is booked.

    Raise FeeOfPartUnknownError when only the fee that the two come to is not booked yet.
    """
    if booked.amount is None or found.is_capture_remainder:
        return booked.amount is not None
    if found.type not in CHARGE_TYPES or gross >= found.amount or booked.amount != gross:
        return False
    if booked.fee is None:
        raise FeeOfPartUnknownError
    return True


def _gross(found: BalanceTransaction, booked: BookedTransaction) -> int:
    """Return the minor units that its object has: of a payment what was captured, without Stripe's fee."""
    if found.type not in CHARGE_TYPES:
        return found.net
    captured = found.cause.amount_captured
    return found.amount if captured is None or booked.is_converted(found.currency) else captured


async def _read_booked(work: UnitOfWork, found: BalanceTransaction) -> BookedTransaction:
    """Return what is booked under the keys of this type of transaction, and the order that it is of."""
    if is_of_charge(found):
        charge = find_charge(found)
        paid_by = None if charge is None else await find_hold_by_charge(work, charge)
        intent = found.cause.payment_intent if paid_by is None else paid_by.payment_intent
        keys = tuple(key.format(intent) for key in INTENT_POSTING_KEYS)
        fee = (await sum_postings(work, [FEE_POSTING_KEY.format(found.id)])).amount
    else:
        keys, fee = list_posting_keys(found), None
    booked = await sum_postings(work, keys)
    order_id = booked.order_id or await find_order_of_movement(work, found)
    order = None if order_id is None else await find_order_of_any_campus(work, order_id)
    return BookedTransaction(
        campus_id=await require_first_campus_id(work, found.currency) if order is None else order.campus_id,
        order_id=order_id,
        amount=booked.amount,
        fee=None if fee is None else -fee,
        posting_keys=keys,
        currency=None if order is None else order.price.currency,
    )


def _observe(
    kind: DiscrepancyKind,
    found: BalanceTransaction,
    booked: BookedTransaction,
    local_value: int | None,
    remote_value: int,
) -> ObservedDiscrepancy:
    return ObservedDiscrepancy(
        kind=kind,
        subject=found.id,
        campus_id=booked.campus_id,
        order_id=booked.order_id,
        local_value=local_value,
        remote_value=remote_value,
        currency=found.currency,
        note=f"{found.raw_type} {found.source}",
    )


async def compare_and_report(context: ReconciliationContext, found: BalanceTransaction) -> ObservedDiscrepancy | None:
    """Compare a balance transaction and report its discrepancy; raise OrderBusyError as `compare_with_ledger` does.

    One that is not booked is adopted first, if a person at Stripe caused it and it is unambiguous. One act of theirs is
    one discrepancy: that of the object, if we do not know the object either.
    """
    try:
        return await _adopt_or_report(context, found)
    except FeeOfPartUnknownError:
        if not await book_fee_of_part(context, found):
            raise OrderBusyError from None
        return None


async def _adopt_or_report(context: ReconciliationContext, found: BalanceTransaction) -> ObservedDiscrepancy | None:
    async with context.database() as work:
        lacking = await compare_with_ledger(work, found)
        was_booked = await is_of_booked_transfer(work, found)
    if lacking is None:
        return None
    if lacking.observed.kind is DiscrepancyKind.NOT_BOOKED:
        if await adopt_movement(context, found) is Adoption.BUSY:
            raise OrderBusyError
        if await report_object(context, found) is ObjectOwnership.BUSY:
            raise OrderBusyError
    async with context.database() as work:
        lacking = await compare_with_ledger(work, found)
        if lacking is None:
            return None
        is_unbooked = lacking.observed.kind is DiscrepancyKind.NOT_BOOKED
        if is_unbooked and (
            await book_foreign_movement(work, found)
            or await is_told_of_object(work, found, *lacking.unbooked, was_booked=was_booked)
        ):
            return None
        await report_unbooked(work, lacking.observed, *lacking.unbooked)
    return lacking.observed


async def compare_page(
    context: ReconciliationContext, _list_cursor: ListCursor, transactions: Sequence[BalanceTransaction]
) -> int | None:
    """Compare a page; return the time of the oldest transaction of a busy order, which has to be read again."""
    reread_from: int | None = None
    for found in transactions:
        try:
            await compare_and_report(context, found)
        except OrderBusyError:
            reread_from = earliest(reread_from, found.created)
    return reread_from


BALANCE_TRANSACTION_LIST: StripeList[BalanceTransaction] = StripeList(
    fetch_page=list_balance_transactions,
    handle_page=compare_page,
    next_delay=every(INTERVAL),
    overlap_seconds=OVERLAP_SECONDS,
)
