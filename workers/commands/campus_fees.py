"""The fees of a campus file, and the bounds they keep with each other."""

from dataclasses import fields

from domain.campuses.fees import Fees
from domain.currencies import find_currency
from domain.money import MAX_CHARGE
from workers.commands.campus_values import (
    Section,
    check_keys,
    format_decimal,
    parse_amount,
    read_integer,
    read_list,
    read_price,
)

MAX_BASIS_POINTS = 10_000
FEE_NAMES = tuple(field.name for field in fields(Fees) if field.name != "currency")


def read_fees(section: Section, currency: str) -> tuple[Fees, tuple[int, ...]]:
    """Return the fees and the suggested delivery fees, in minor units; add an error for each that is wrong."""
    check_keys(section, (*FEE_NAMES, "fee_suggestions"))
    basis_point_names = ("platform_basis_points", "headroom_basis_points")
    values = {
        name: read_integer(section, name, minimum=0, maximum=MAX_BASIS_POINTS)
        if name in basis_point_names
        else read_price(section, name, currency)
        for name in FEE_NAMES
    }
    suggestions = tuple(
        parse_amount(section, f"fee_suggestions[{number}]", value, currency)
        for number, value in enumerate(read_list(section, "fee_suggestions"))
    )
    fees = Fees(currency=currency, **values)
    if not section.errors:  # amounts that could not be read cannot be compared
        _check_fee_bounds(section, fees, suggestions)
    return fees, suggestions


def _check_fee_bounds(section: Section, fees: Fees, suggestions: tuple[int, ...]) -> None:
    """Add an error for each minimum above its maximum, and for each amount outside its bounds."""
    if fees.headroom_least > fees.headroom_most:
        section.add_error(
            "headroom_least", f"is more than headroom_most, {format_decimal(fees.headroom_most, fees.currency)}"
        )
    if fees.delivery_fee_least > fees.delivery_fee_most:
        maximum = format_decimal(fees.delivery_fee_most, fees.currency)
        section.add_error("delivery_fee_least", f"is more than delivery_fee_most, {maximum}")
        suggestions = ()  # no suggestion could be within such bounds
    smallest = find_currency(fees.currency).smallest_charge
    if not smallest <= fees.order_most <= MAX_CHARGE:
        minimum, maximum = (format_decimal(bound, fees.currency) for bound in (smallest, MAX_CHARGE))
        section.add_error("order_most", f"must be from {minimum} to {maximum}, what a card can be charged")
    elif fees.service_fee + fees.delivery_fee_least + fees.headroom_least >= fees.order_most:
        section.add_error("order_most", "leaves no room for food beside the fees and the headroom")
    for number, suggestion in enumerate(suggestions):
        if not fees.delivery_fee_least <= suggestion <= fees.delivery_fee_most:
            written = format_decimal(suggestion, fees.currency)
            section.add_error(
                f"fee_suggestions[{number}]", f"{written} is not from delivery_fee_least to delivery_fee_most"
            )
