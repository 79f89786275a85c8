"""Starts the return of what was captured at Stripe above what its order cost."""

from contextlib import suppress

from domain.database.unit_of_work import UnitOfWork
from domain.errors import CampusGError
from domain.refunds.at_stripe.return_repository import list_due_returns
from domain.refunds.sagas.refund_order import build_return_start
from domain.saga.start import start_saga

MAX_RETURNS = 50  # in one check


async def start_due_returns(work: UnitOfWork) -> None:
    """Start each; when Stripe refuses one, the admins are told, and decide."""
    for due in await list_due_returns(work, MAX_RETURNS):
        start = build_return_start(
            campus_id=due.campus_id,
            order_id=due.order_id,
            payment_intent=due.payment_intent,
            number=due.returns + 1,
        )
        with suppress(CampusGError):  # it was refunded, disputed or returned right now
            async with work.savepoint():
                await start_saga(work, start)
