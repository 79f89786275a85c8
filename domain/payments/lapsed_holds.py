"""A hold that lapsed at Stripe while its order goes on: nothing changes, but the admins are told."""

from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.payments.notifications.holds import hold_lapsed
from domain.payments.watched_hold_repository import find_hold_in_use


async def tell_hold_lapsed(work: UnitOfWork, payment_intent: str) -> bool:
    """Tell the admins once if this is the current hold of an order with a runner. Return whether it is."""
    hold = await find_hold_in_use(work, payment_intent)
    if hold is None:
        return False
    await notify(work, hold_lapsed(hold))
    return True
