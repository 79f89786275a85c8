"""The pay that the risk rules let wait, at the completion of an order."""

from domain.campuses.campus import Campus
from domain.database.unit_of_work import UnitOfWork
from domain.orders.risk_checks import RiskChecks
from domain.orders.states import Order
from domain.payouts.held_pay.rules import HeldPay, merge_held_pay


async def screen_held_pay(work: UnitOfWork, campus: Campus, order: Order, held: HeldPay | None) -> HeldPay | None:
    """Return until when the pay for a completed order waits, once the risk rules have seen it too."""
    verdict = await work.registers.get(RiskChecks).screen_pay(work, campus, order)
    return merge_held_pay(held, verdict, work.now)
