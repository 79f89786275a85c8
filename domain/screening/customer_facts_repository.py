"""The facts about a customer, read from orders, holds, debts and refunds."""

from sqlalchemy import ColumnElement, func, or_, select

from domain.campuses.tables import membership
from domain.database.tables import event_log
from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import ABANDONED_STATUSES, STATUSES_BEFORE_DELIVERY, OrderStatus
from domain.orders.tables import orders
from domain.payments.model import CustomerDebtStatus, HoldEvent
from domain.payments.tables import customer_debt
from domain.refunds.model import RefundStatus
from domain.refunds.tables import refund
from domain.risk.facts import DAY, MONTH, CardAttempt, CustomerFacts, PastOrder

_LARGE_SHARE = 4  # a refund counts when the platform bore this part of the order: not the runner's fault, nor a cent
_ANSWERS = (HoldEvent.DECLINED, HoldEvent.MADE, HoldEvent.CHARGED)  # of a bank, in the event log


async def read_customer_facts(work: UnitOfWork, campus_id: int, person_id: int) -> CustomerFacts:
    """Return what the rules for customers need to know. Raise LookupError when the person is no member."""
    own = (orders.c.campus_id == campus_id, orders.c.customer_id == person_id)
    completed = select(func.count()).where(*own, orders.c.status == OrderStatus.COMPLETED)
    lately = completed.where(orders.c.completed_at > func.now() - MONTH)
    refunded = (
        select(func.count(refund.c.order_id.distinct()))
        .select_from(orders.join(refund, refund.c.order_id == orders.c.id))
        .where(*own, refund.c.status != RefundStatus.FAILED, refund.c.asked_at > func.now() - MONTH)
        .where(refund.c.amount - refund.c.runner_amount >= orders.c.total / _LARGE_SHARE)
    )
    query = select(
        membership.c.joined_at,
        completed.scalar_subquery().label("completed"),
        lately.scalar_subquery().label("completed_lately"),
        refunded.scalar_subquery().label("refunded"),
    ).where(membership.c.campus_id == campus_id, membership.c.person_id == person_id)
    row = (await work.connection.execute(query)).one_or_none()
    if row is None:
        raise LookupError(f"person {person_id} is no member of campus {campus_id}")
    return CustomerFacts(
        since=row.joined_at,
        completed=row.completed,
        orders=await _read_orders(work, own),
        attempts=await _read_attempts(work, own),
        refunded=row.refunded,
        completed_lately=row.completed_lately,
    )


async def _read_orders(work: UnitOfWork, own: tuple[ColumnElement[bool], ...]) -> tuple[PastOrder, ...]:
    is_open = orders.c.status.in_(STATUSES_BEFORE_DELIVERY)
    amount = func.coalesce(orders.c.total, orders.c.ceiling)
    lately = orders.c.status.not_in(ABANDONED_STATUSES) & (orders.c.placed_at > func.now() - DAY)
    query = select(orders.c.placed_at, amount.label("amount"), is_open.label("is_open"))
    rows = await work.connection.execute(query.where(*own, or_(is_open, lately)))
    return tuple(PastOrder(placed_at=row.placed_at, amount=row.amount, is_open=row.is_open) for row in rows)


async def _read_attempts(work: UnitOfWork, own: tuple[ColumnElement[bool], ...]) -> tuple[CardAttempt, ...]:
    """Read the answers of the bank in the last day: about orders of two days, and about debts, however old."""
    owed = select(customer_debt.c.order_id).where(
        customer_debt.c.order_id == orders.c.id, customer_debt.c.status == CustomerDebtStatus.OPEN
    )
    recent = orders.c.placed_at > func.now() - 2 * DAY
    query = (
        select(event_log.c.at, event_log.c.event)
        .select_from(orders.join(event_log, event_log.c.order_id == orders.c.id))
        .where(*own, or_(recent, owed.exists()), event_log.c.subject == "hold")
        .where(event_log.c.event.in_(_ANSWERS), event_log.c.at > func.now() - DAY)
        .order_by(event_log.c.id)
    )
    rows = await work.connection.execute(query)
    return tuple(CardAttempt(at=row.at, declined=row.event == HoldEvent.DECLINED) for row in rows)
