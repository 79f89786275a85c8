"""What Stripe converted: the books have it in the order's currency, and Stripe's balance has it in another one.

So two things lack at once: what came in Stripe's currency, and, the other way round, what is booked and never came. One
discrepancy tells of both, and of both balance transactions of a hold that was captured in part.
"""

from domain.database.unit_of_work import UnitOfWork
from domain.money import format_money
from domain.reconciliation.discrepancy import DiscrepancyKind, ObservedDiscrepancy
from domain.reconciliation.unbooked_repository import UnbookedMovement, sum_kept_beside
from workers.reconciliation.at_stripe.adoption import find_charge, is_of_charge
from workers.reconciliation.at_stripe.booked_transactions import (
    FEE_POSTING_KEY,
    BookedTransaction,
    LackingDiscrepancy,
)
from workers.stripe.objects.balance import BalanceTransaction

SEPARATOR = ":"  # between a balance transaction and the currency in which nothing came; no id at Stripe has it


def is_part_that_never_came(movement: str) -> bool:
    """Return whether it names no balance transaction, but what the books have of one in another currency."""
    return SEPARATOR in movement


async def observe_converted(
    work: UnitOfWork, found: BalanceTransaction, booked: BookedTransaction, explained: int | None
) -> LackingDiscrepancy | None:
    """Return the discrepancy of a converted balance transaction, of a payment that of its charge.

    Return None once an admin has settled it: then this much of it is `explained`.
    """
    if explained == found.net:
        return None
    charge = find_charge(found) if is_of_charge(found) else None
    subject, kind, booked_currency = charge or found.id, DiscrepancyKind.OTHER_CURRENCY, str(booked.currency)
    observed = ObservedDiscrepancy(
        kind=kind,
        subject=subject,
        campus_id=booked.campus_id,
        order_id=booked.order_id,
        remote_value=found.net + await sum_kept_beside(work, kind, subject, found.id, found.currency),
        currency=found.currency,
        note=f"{found.raw_type} {found.source}: {format_money(booked.amount or 0, booked_currency)} in our books",
    )
    return LackingDiscrepancy(observed=observed, unbooked=_split(found, booked, booked_currency))


def _split(found: BalanceTransaction, booked: BookedTransaction, booked_currency: str) -> tuple[UnbookedMovement, ...]:
    """Return what lacks of it, by currency.

    What its postings come to never came: 0 is due for it. The second of two balance transactions, the remainder of a
    hold that was captured in part, has no postings of its own.
    """
    came = UnbookedMovement(movement=found.id, net=found.net, currency=found.currency, posting_keys=(), due=None)
    never_came = UnbookedMovement(
        movement=f"{found.id}{SEPARATOR}{booked_currency}",
        net=0,
        currency=booked_currency,
        posting_keys=(*booked.posting_keys, FEE_POSTING_KEY.format(found.id)),
        due=0,
    )
    return (came,) if found.is_capture_remainder else (came, never_came)
