"""The comparison of Stripe's balance transactions, and of the whole balance, with the ledger.

A fee that Stripe named only after the capture is booked here, because it follows from our own capture. So is what moves
only the platform's own money, and what a person did at Stripe to an object of ours, where it is unambiguous.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import fee_posting
from domain.ledger.repository import post_to_ledger, sum_postings, sum_postings_of_object, sum_stripe_balances
from domain.orders.repository import find_order_of_any_campus
from domain.payments.hold_repository import find_hold_by_charge
from domain.reconciliation.discrepancy import DiscrepancyKind, ObservedDiscrepancy
from domain.reconciliation.list_cursor_repository import ListCursor
from domain.reconciliation.repository import report_discrepancy
from domain.saga.lookup_repository import is_call_in_flight, is_saga_at_work
from domain.settings.timeouts import Timeout
from workers.reconciliation.at_stripe.adoption import CHARGE_TYPES, Adoption, adopt_movement
from workers.reconciliation.at_stripe.platform_movements import book_platform_movement, posting_key
from workers.reconciliation.object_ownership import require_first_campus_id
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.reconciliation.stripe_lists import StripeList, earliest, every
from workers.stripe.gateway_pages import list_balance_transactions, retrieve_balance
from workers.stripe.objects.balance import BalanceTransaction, BalanceTransactionType

INTERVAL = Timeout.BALANCE_INTERVAL.delta
OVERLAP_SECONDS = Timeout.BALANCE_OVERLAP.whole_seconds
INTENT_POSTING_KEYS = ("capture:{}", "settled:{}")  # captured at delivery, or later when the customer paid the debt
# The type of a balance transaction -> the posting keys of its source.
POSTING_KEYS_BY_TYPE: Mapping[BalanceTransactionType, Sequence[str]] = MappingProxyType(
    {
        BalanceTransactionType.TRANSFER: ("transfer:{}",),
        BalanceTransactionType.TRANSFER_REFUND: ("reversal:{}", "late_reversal:{}", "reversal_at_stripe:{}"),
        BalanceTransactionType.REFUND: ("refund:{}",),
        BalanceTransactionType.PAYMENT_REFUND: ("refund:{}",),
        BalanceTransactionType.REFUND_FAILURE: ("refund_failed:{}",),
        BalanceTransactionType.PAYMENT_FAILURE_REFUND: ("refund_failed:{}",),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedTransaction:
    """What the ledger has of the source of a balance transaction: minor units, None where nothing is booked."""

    campus_id: int
    order_id: int | None
    amount: int | None
    fee: int | None
    currency: str | None = None  # of the order


class OrderBusyError(Exception):
    """A saga is in flight for the order of a balance transaction."""


async def compare_with_ledger(work: UnitOfWork, found: BalanceTransaction) -> ObservedDiscrepancy | None:
    """Return the discrepancy of a balance transaction or None; raise OrderBusyError while a saga of its order runs.

    What moves only the platform's own money is booked here.
    """
    if posting_key(found) is not None:
        await book_platform_movement(work, found)
        return None
    booked = await _read_booked(work, found)
    if booked.order_id is not None and await is_saga_at_work(work, booked.order_id):
        raise OrderBusyError
    of_charge = found.type in CHARGE_TYPES
    remote_value = found.amount if of_charge else found.net
    if booked.amount is None:
        return _observe(DiscrepancyKind.NOT_BOOKED, found, booked, None, remote_value)
    if booked.currency not in (None, found.currency):
        return _observe(DiscrepancyKind.OTHER_CURRENCY, found, booked, booked.amount, remote_value)
    if booked.amount != remote_value:
        return _observe(DiscrepancyKind.AMOUNT_MISMATCH, found, booked, booked.amount, remote_value)
    if not of_charge or not found.fee:
        return None
    if booked.fee is None:
        await _book_fee(work, found, booked)
        return None
    if booked.fee == found.fee:
        return None
    return _observe(DiscrepancyKind.AMOUNT_MISMATCH, found, booked, booked.fee, found.fee)


async def _book_fee(work: UnitOfWork, found: BalanceTransaction, booked: BookedTransaction) -> None:
    fee = fee_posting(balance_transaction=found.id, fee=found.fee, currency=found.currency)
    await post_to_ledger(work, fee, booked.order_id)


async def _read_booked(work: UnitOfWork, found: BalanceTransaction) -> BookedTransaction:
    if found.type not in CHARGE_TYPES:
        return await _read_booked_movement(work, found)
    paid_by = None if found.source is None else await find_hold_by_charge(work, found.source)
    if paid_by is None:
        return BookedTransaction(campus_id=await require_first_campus_id(work), order_id=None, amount=None, fee=None)
    taken = await sum_postings(work, [key.format(paid_by.payment_intent) for key in INTENT_POSTING_KEYS])
    paid = await sum_postings(work, [f"fee:{found.id}"])
    order = await find_order_of_any_campus(work, paid_by.order_id)
    return BookedTransaction(
        campus_id=await require_first_campus_id(work) if order is None else order.campus_id,
        order_id=paid_by.order_id,
        amount=taken.amount,
        fee=None if paid.amount is None else -paid.amount,
        currency=None if order is None else order.price.currency,
    )


async def _read_booked_movement(work: UnitOfWork, found: BalanceTransaction) -> BookedTransaction:
    """Return what is booked under the keys of this kind of transaction; of an unknown kind, all about its source."""
    keys = [key.format(found.source) for key in _posting_keys(found)]
    booked = await (sum_postings(work, keys) if keys else sum_postings_of_object(work, str(found.source)))
    order = None if booked.order_id is None else await find_order_of_any_campus(work, booked.order_id)
    return BookedTransaction(
        campus_id=await require_first_campus_id(work) if order is None else order.campus_id,
        order_id=booked.order_id,
        amount=booked.amount,
        fee=None,
        currency=None if order is None else order.price.currency,
    )


def _posting_keys(found: BalanceTransaction) -> Sequence[str]:
    if found.type is BalanceTransactionType.ADJUSTMENT:  # a dispute withdraws money, and returns it when it is won
        return ("dispute:{}",) if found.net < 0 else ("dispute_won:{}",)
    return POSTING_KEYS_BY_TYPE.get(found.type, ())


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

    One that is not booked is adopted first, if a person at Stripe caused it and it is unambiguous.
    """
    async with context.database() as work:
        observed = await compare_with_ledger(work, found)
    if observed is None:
        return None
    if observed.kind is DiscrepancyKind.NOT_BOOKED and await adopt_movement(context, found) is Adoption.BUSY:
        raise OrderBusyError
    async with context.database() as work:
        observed = await compare_with_ledger(work, found)
        if observed is not None:
            await report_discrepancy(work, observed)
    return observed


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


async def compare_balances(context: ReconciliationContext) -> Sequence[ObservedDiscrepancy] | None:
    """Return discrepancies of the balance by currency; None while a call is in flight that may move money."""
    before = await _read_ledger_balances(context)
    remote_balances = (await context.call_stripe(retrieve_balance)).amounts
    local_balances = await _read_ledger_balances(context)
    if before is None or local_balances is None or before != local_balances:
        return None
    async with context.database() as work:
        campus_id = await require_first_campus_id(work)
    return [
        ObservedDiscrepancy(
            kind=DiscrepancyKind.BALANCE_MISMATCH,
            subject=currency,
            campus_id=campus_id,
            local_value=local_balances.get(currency, 0),
            remote_value=remote_balances.get(currency, 0),
            currency=currency,
        )
        for currency in sorted({*local_balances, *remote_balances})
        if local_balances.get(currency, 0) != remote_balances.get(currency, 0)
    ]


async def _read_ledger_balances(context: ReconciliationContext) -> Mapping[str, int] | None:
    """Return currency -> Stripe's balance by the ledger; None while a saga is between a call and its commit."""
    async with context.database() as work:
        return None if await is_call_in_flight(work) else await sum_stripe_balances(work)
