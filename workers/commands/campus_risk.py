"""The limits of the risk rules of a campus file: counts, amounts and durations."""

from domain.campuses.fees import Fees
from domain.risk.limits import DURATIONS, LIMIT_NAMES, SUM_SHARES, build_limits
from workers.commands.campus_values import (
    Section,
    check_keys,
    format_decimal,
    read_duration,
    read_integer,
    read_price,
)

MAX_COUNT = 10_000
MAY_BE_ZERO = frozenset({"first_payouts", "new_orders"})


def read_risk(section: Section, fees: Fees, *, fees_readable: bool) -> dict[str, int]:
    """Return the limits that the file names: name -> count, minor units or seconds.

    Sums that the file leaves out follow from the fees: those of fees with an error are compared with nothing.
    """
    check_keys(section, LIMIT_NAMES)
    before = len(section.errors)
    stated = {name: _read_limit(section, name, fees.currency) for name in LIMIT_NAMES if name in section.content}
    if len(section.errors) == before:  # values that could not be read cannot be compared
        _check_new_are_lower(section, fees, stated, fees_readable=fees_readable)
    return stated


def _read_limit(section: Section, name: str, currency: str) -> int:
    if name in SUM_SHARES:
        return read_price(section, name, currency, minimum=1)
    if name in DURATIONS:
        return read_duration(section, name, minimum=0)
    return read_integer(section, name, minimum=0 if name in MAY_BE_ZERO else 1, maximum=MAX_COUNT)


def _check_new_are_lower(section: Section, fees: Fees, stated: dict[str, int], *, fees_readable: bool) -> None:
    """Add an error where a new account would be allowed more than an older one."""
    limits = build_limits(fees.order_most, stated)
    if limits.new_open_orders > limits.open_orders:
        section.add_error("new_open_orders", f"is more than open_orders, {limits.open_orders}")
    if (fees_readable or "customer_day" in stated) and limits.new_customer_day > limits.customer_day:
        most = format_decimal(limits.customer_day, fees.currency)
        section.add_error("new_customer_day", f"is more than customer_day, {most}")
