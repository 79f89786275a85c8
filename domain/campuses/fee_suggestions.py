"""The delivery fees and tips that a customer is offered."""

from domain.campuses.campus import Campus
from domain.currencies import find_currency

ROUNDED_STEPS = 10  # offers are multiples of so many steps of the currency, so that no tip of S$0.37 is offered


def suggested_fees(campus: Campus) -> tuple[int, ...]:
    """Return the campus' suggested fees (minor units) within its own range, in ascending order."""
    fees = campus.fees
    allowed = (fee for fee in campus.fee_suggestions if fees.delivery_fee_least <= fee <= fees.delivery_fee_most)
    return tuple(sorted(set(allowed)))


def initial_delivery_fee(campus: Campus, former: int | None) -> int | None:
    """Return the fee (minor units) of a new basket: the former fee if it is in range, else the middle suggestion."""
    fees = campus.fees
    if former is not None and fees.delivery_fee_least <= former <= fees.delivery_fee_most:
        return former
    offers = suggested_fees(campus)
    return offers[(len(offers) - 1) // 2] if offers else None


def suggested_tips(campus: Campus) -> tuple[int, ...]:
    """Return a quarter, a half and all of the usual fee as tips (minor units), without duplicates and zeros."""
    return tuple(sorted({rounded_fee_fraction(campus, divisor) for divisor in (4, 2, 1)} - {0}))


def rounded_fee_fraction(campus: Campus, divisor: int) -> int:
    """Return the usual fee divided by `divisor`, rounded to ten steps (minor units); a small fee to one step."""
    usual = initial_delivery_fee(campus, None) or campus.fees.delivery_fee_least
    step = find_currency(campus.fees.currency).step
    rounded = ROUNDED_STEPS * step if usual >= 4 * ROUNDED_STEPS * step else step
    return (usual // divisor + rounded // 2) // rounded * rounded
