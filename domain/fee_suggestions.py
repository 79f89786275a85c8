"""What is offered before anybody chooses: a delivery fee to begin with, tips to go with it."""

from domain.campus import Campus

FEE_ROUNDING_STEP = 10  # minor units; tips are whole steps, so that no tip of S$0.37 is offered


def suggested_fees(campus: Campus) -> tuple[int, ...]:
    """The campus' suggestions (minor units) that its own range allows, the smallest first."""
    fees = campus.fees
    allowed = (fee for fee in campus.fee_suggestions if fees.delivery_fee_least <= fee <= fees.delivery_fee_most)
    return tuple(sorted(set(allowed)))


def initial_delivery_fee(campus: Campus, former: int | None) -> int | None:
    """The fee (minor units) a basket begins with: the former one while it fits, else the middle suggestion."""
    fees = campus.fees
    if former is not None and fees.delivery_fee_least <= former <= fees.delivery_fee_most:
        return former
    offers = suggested_fees(campus)
    return offers[(len(offers) - 1) // 2] if offers else None


def suggested_tips(campus: Campus) -> tuple[int, ...]:
    """Three tips (minor units), made of the usual fee: a quarter, a half and all of it; fewer where that is nothing."""
    return tuple(sorted({rounded_fee_fraction(campus, divisor) for divisor in (4, 2, 1)} - {0}))


def rounded_fee_fraction(campus: Campus, divisor: int) -> int:
    """The usual fee divided by `part`, in whole steps (minor units)."""
    usual = initial_delivery_fee(campus, None) or campus.fees.delivery_fee_least
    step = FEE_ROUNDING_STEP if usual >= 4 * FEE_ROUNDING_STEP else 1
    return (usual // divisor + step // 2) // step * step
