"""The pay that the risk rules let wait, at the completion of an order."""

from datetime import timedelta

from domain.database.unit_of_work import UnitOfWork
from domain.orders.sagas.pay_delay import PayDelay
from domain.orders.states import Order
from domain.payouts.held_pay.repository import hold_payable
from domain.payouts.held_pay.rules import HeldPay
from domain.payouts.model import Payable
from domain.risk.checks import RiskChecks
from domain.risk.verdicts import Hold

_LEAST_CHANGE = timedelta(seconds=1)  # hold_payable only ever holds for longer


async def hold_unusual_pay(work: UnitOfWork, order: Order, booked: Payable) -> Payable:
    """Hold the pay for a completed order if a risk rule says so, and return it as it stands then.

    What waits for a person keeps the time it has for another reason: until then it waits even if it is let go at once.
    """
    verdict = await work.registers.get(RiskChecks).screen_pay(work, order.campus_id, order.id)
    if not isinstance(verdict, Hold):
        return booked
    if verdict.until is not None:
        held = HeldPay(until=verdict.until, reason=PayDelay.FIRST)
    elif booked.held_until is not None:
        held = HeldPay(until=booked.held_until + _LEAST_CHANGE, reason=PayDelay.REVIEW)
    else:
        held = HeldPay(until=work.now, reason=PayDelay.REVIEW)
    return await hold_payable(work, order.id, held) or booked
