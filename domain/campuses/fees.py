"""The fees of a campus."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """The prices of a campus: amounts in minor units, shares in basis points (hundredths of a percent)."""

    currency: str
    service_fee: int
    platform_basis_points: int  # of the delivery fee; the runner keeps the rest
    headroom_basis_points: int  # of the estimated cost of the items; added to it to make the shop limit
    headroom_least: int
    headroom_most: int
    delivery_fee_least: int
    delivery_fee_most: int
    order_most: int  # the highest ceiling an order may have
