"""The return of what a person at Stripe captured above what the order cost: nobody decides about it, it is not ours."""

from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import NothingToRefund
from domain.messaging.outbox_repository import refresh_existing_order_messages
from domain.money import format_money
from domain.orders.repository import lock_order
from domain.refunds.at_stripe.return_repository import DueReturn, find_due_return
from domain.refunds.dispute_repository import require_undisputed
from domain.refunds.model import Refund, RefundOrigin
from domain.refunds.repository import insert_refund
from domain.refunds.sagas.refund_order import RefundOrderData
from domain.saga.run import SagaRun


async def request_return(work: UnitOfWork, run: SagaRun) -> None:
    """Request the return of what is too much, under the order's lock.

    Raise NothingToRefund when nothing is, and OrderDisputed while a bank decides about the payment.
    """
    data = run.data_as(RefundOrderData)
    order = await lock_order(work, run.campus_id, run.required_order_id)
    await require_undisputed(work, order.id)
    due = await find_due_return(work, str(data.payment_intent))
    if due is None:
        raise NothingToRefund
    made = await _insert_return(work, due)
    data.refund_row = made.id
    await log_event(
        work,
        SYSTEM,
        campus_id=due.campus_id,
        order_id=due.order_id,
        subject="refund",
        subject_id=made.id,
        happened="returned",
        after=made.status,
        reason=format_money(due.amount, due.currency),
    )
    await refresh_existing_order_messages(work, due.order_id)


async def _insert_return(work: UnitOfWork, due: DueReturn) -> Refund:
    return await insert_refund(
        work,
        {
            "campus_id": due.campus_id,
            "order_id": due.order_id,
            "runner_id": due.runner_id,
            "origin": RefundOrigin.RETURN,
            "amount": due.amount,
            "runner_amount": 0,
            "from_advance": due.amount,
            "currency": due.currency,
            "payment_intent": due.payment_intent,
            "reason": "",
        },
    )
