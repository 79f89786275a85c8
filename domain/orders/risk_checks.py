"""What orders, payments and payouts ask the risk rules, bound at start: the facts are read by a higher room."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from domain.campuses.campus import Campus
from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import Order
from domain.risk.verdicts import Allow, Hold

# campus, customer, minor units; raises a refusal of domain/risk/refusals.py
CustomerCheck = Callable[[UnitOfWork, Campus, int, int], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskChecks:
    """The checks before an order is placed, a bank is asked for more, a runner takes an order, and pay is sent."""

    require_order_allowed: CustomerCheck  # the ceiling of the order
    require_charge_allowed: CustomerCheck  # what is to be held beyond the order's present ceiling; 0 for a debt
    require_claim_allowed: Callable[[UnitOfWork, Campus, Order], Awaitable[None]]  # the order that is being claimed
    # the order that this runner gave back; the admins are told once of a runner who reached the limit
    tell_given_back: Callable[[UnitOfWork, Campus, Order, int], Awaitable[None]]
    # an order that is completed; what waits for a person is told to the admins
    screen_pay: Callable[[UnitOfWork, Campus, Order], Awaitable[Allow | Hold]]
