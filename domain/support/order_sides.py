"""The two sides of an order."""

from enum import StrEnum

from domain.orders.states import Order


class OrderSide(StrEnum):
    CUSTOMER = "customer"
    RUNNER = "runner"


def find_side(order: Order, person_id: int) -> OrderSide | None:
    """Return the side that this person has in the order; None without one."""
    if person_id == order.customer_id:
        return OrderSide.CUSTOMER
    return OrderSide.RUNNER if person_id == order.runner_id else None
