"""The comparison of Stripe's whole balance with the ledger: what neither a posting nor a discrepancy explains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.ledger.repository import sum_stripe_balances
from domain.reconciliation.discrepancy import DiscrepancyKind, ObservedDiscrepancy
from domain.reconciliation.saga_postings import SAGAS_WITHOUT_POSTINGS
from domain.reconciliation.unbooked_repository import sum_unbooked
from domain.saga.lookup_repository import is_call_in_flight
from workers.reconciliation.object_ownership import require_first_campus_id
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.stripe.gateway_pages import retrieve_balance


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceSums:
    """The balance in one currency, in minor units."""

    booked: int
    at_stripe: int
    told: int  # what the books lack, as open discrepancies tell

    @property
    def unexplained(self) -> int:
        """Minor units that are at Stripe and that nothing explains."""
        return self.at_stripe - self.booked - self.told

    @property
    def is_mismatch(self) -> bool:
        """Return whether the sums differ, and not by what is told."""
        return self.booked != self.at_stripe and self.unexplained != 0


async def read_balance_sums(context: ReconciliationContext) -> Mapping[str, BalanceSums] | None:
    """Return currency -> sums; None while a call is in flight that may move money."""
    before = await _read_ledger_balances(context)
    at_stripe = (await context.call_stripe(retrieve_balance)).amounts
    booked = await _read_ledger_balances(context)
    if before is None or booked is None or before != booked:
        return None
    async with context.database() as work:
        told = await sum_unbooked(work)
    return {
        currency: BalanceSums(
            booked=booked.get(currency, 0), at_stripe=at_stripe.get(currency, 0), told=told.get(currency, 0)
        )
        for currency in sorted({*booked, *at_stripe})
    }


async def compare_balances(context: ReconciliationContext) -> Sequence[ObservedDiscrepancy] | None:
    """Return discrepancies of the balance by currency; None while a call is in flight that may move money."""
    sums = await read_balance_sums(context)
    if sums is None:
        return None
    async with context.database() as work:
        return [
            ObservedDiscrepancy(
                kind=DiscrepancyKind.BALANCE_MISMATCH,
                subject=currency,
                campus_id=await require_first_campus_id(work, currency),
                local_value=each.booked,
                remote_value=each.at_stripe,
                currency=currency,
            )
            for currency, each in sums.items()
            if each.is_mismatch
        ]


async def _read_ledger_balances(context: ReconciliationContext) -> Mapping[str, int] | None:
    """Return currency -> Stripe's balance by the ledger; None while a saga is between such a call and its commit."""
    async with context.database() as work:
        is_moving = await is_call_in_flight(work, SAGAS_WITHOUT_POSTINGS)
        return None if is_moving else await sum_stripe_balances(work)
