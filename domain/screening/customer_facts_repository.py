"""The facts about a customer and their card, read from orders, holds, debts and refunds of all campuses."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Row, Select, Text, and_, bindparam, func, or_, select, true

from domain.campuses.campus import Campus
from domain.campuses.tables import campus, person, saved_card
from domain.database.literal_status import literal_status
from domain.database.tables import event_log
from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import ABANDONED_STATUSES, STATUSES_BEFORE_DELIVERY, OrderStatus
from domain.orders.tables import orders
from domain.payments.model import CustomerDebtStatus, HoldEvent, HoldPart
from domain.payments.tables import customer_debt, hold
from domain.refunds.model import RefundStatus
from domain.refunds.tables import refund
from domain.risk.facts import DAY, MONTH, CardAttempt, CardUse, CustomerFacts, NewCard, PastOrder

_LARGE_SHARE = 4  # a refund counts when the platform bore this part of the order: not the runner's fault, nor a cent
# A Postgres advisory lock of two numbers: people who order with one card are judged one after the other.
CARD_LOCK = 7_260_120
_ANSWERS = (HoldEvent.DECLINED, HoldEvent.MADE, HoldEvent.CHARGED)  # of a bank, in the event log
_OWED = customer_debt.c.status == literal_status(CustomerDebtStatus.OPEN)
_IS_OPEN = orders.c.status.in_(STATUSES_BEFORE_DELIVERY)
_COUNTS_TODAY = or_(_IS_OPEN, orders.c.status.not_in(ABANDONED_STATUSES) & (orders.c.placed_at > func.now() - DAY))
_AMOUNT = func.coalesce(orders.c.total, orders.c.ceiling)


_PERSON, _CURRENCY = bindparam("person", type_=BigInteger()), bindparam("currency", type_=Text())
_CARD = bindparam("card", type_=Text())
# The person's orders on all campuses, so that the index of customers' orders is used.
_OWN = (orders.c.campus_id.in_(select(campus.c.id)), orders.c.customer_id == _PERSON)


async def read_customer_facts(work: UnitOfWork, at: Campus, person_id: int) -> CustomerFacts:
    """Return what the rules for customers need to know at this campus. Raise LookupError for an unknown person."""
    row = (await work.connection.execute(_EARLIER_ORDERS, {"person": person_id})).one_or_none()
    if row is None:
        raise LookupError(f"there is no person {person_id}")
    recent = (await work.connection.execute(_RECENT_ORDERS, {"person": person_id})).all()
    return CustomerFacts(
        known_since=row.known_since,
        completed=row.completed,
        orders=tuple(_past_order(each, row.fingerprint) for each in recent if _counts(each, at.currency)),
        attempts=await read_card_attempts(work, person_id),
        refunded=row.refunded,
        completed_lately=row.completed_lately,
        new_cards=_new_cards(recent),
        card=None if row.fingerprint is None else await _read_card_use(work, at, person_id, row.fingerprint),
    )


def _earlier_orders() -> Select[Any]:
    """Build the query of what a customer did before, and of the card they have saved."""
    completed = select(
        func.count().label("completed"),
        func.min(orders.c.completed_at).label("known_since"),
        func.count().filter(orders.c.completed_at > func.now() - MONTH).label("completed_lately"),
    ).where(*_OWN, orders.c.status == OrderStatus.COMPLETED)
    refunded = (
        select(func.count(refund.c.order_id.distinct()).label("refunded"))
        .select_from(orders.join(refund, refund.c.order_id == orders.c.id))
        .where(*_OWN, refund.c.status != RefundStatus.FAILED, refund.c.asked_at > func.now() - MONTH)
        .where(refund.c.amount - refund.c.runner_amount - refund.c.from_advance >= orders.c.total / _LARGE_SHARE)
    )
    earlier, costly = completed.subquery("earlier"), refunded.subquery("costly")
    counted = (earlier.c.completed, earlier.c.known_since, earlier.c.completed_lately, costly.c.refunded)
    query = select(saved_card.c.fingerprint, *counted).where(person.c.id == _PERSON)
    holder = person.outerjoin(saved_card, saved_card.c.person_id == person.c.id)
    return query.select_from(holder.join(earlier, true()).join(costly, true()))


def _recent_orders() -> Select[Any]:
    """Build the query of orders that are open or of the last day, with a row for each of their holds."""
    used = orders.alias("used")
    before = hold.alias("before")
    was_used = (
        select(before.c.id)
        .select_from(before.join(used, used.c.id == before.c.order_id))
        .where(before.c.card_fingerprint == hold.c.card_fingerprint, used.c.customer_id == orders.c.customer_id)
        .where(used.c.placed_at <= func.now() - DAY)
        .exists()
    )
    columns = (orders.c.placed_at, orders.c.currency, hold.c.part, hold.c.card_fingerprint)
    marks = (_AMOUNT.label("amount"), _IS_OPEN.label("is_open"), _COUNTS_TODAY.label("counts"))
    query = select(*columns, *marks, was_used.label("was_used")).order_by(orders.c.id)
    recent = or_(_IS_OPEN, orders.c.placed_at > func.now() - DAY)
    return query.select_from(orders.join(hold, hold.c.order_id == orders.c.id)).where(*_OWN, recent)


def _counts(row: Row[Any], currency: str) -> bool:
    return bool(row.counts and row.part == HoldPart.CURRENT and row.currency == currency)


def _past_order(row: Row[Any], saved: str | None) -> PastOrder:
    """Return the order; while the bank has not answered, its card is the saved one."""
    card = row.card_fingerprint or (saved if row.is_open else None)
    return PastOrder(placed_at=row.placed_at, amount=row.amount, is_open=row.is_open, card=card)


def _new_cards(rows: Sequence[Row[Any]]) -> tuple[NewCard, ...]:
    """Return the cards that were used for the first time; the rows are in the order of placing."""
    first: dict[str, NewCard] = {}
    for row in rows:
        if row.card_fingerprint is not None and not row.was_used:
            first.setdefault(row.card_fingerprint, NewCard(fingerprint=row.card_fingerprint, at=row.placed_at))
    return tuple(first.values())


async def _read_card_use(work: UnitOfWork, at: Campus, person_id: int, fingerprint: str) -> CardUse:
    """Return what became of the orders that this card was to pay, whoever placed them.

    The card is locked until the transaction ends: who orders with it at the same moment, is judged after this order.
    """
    used = {"person": person_id, "currency": at.currency, "card": fingerprint}
    await work.connection.execute(_LOCK_CARD, {"card": fingerprint})
    row = (await work.connection.execute(_ORDERS_OF_CARD, used)).one()
    asked = (await work.connection.execute(_UNANSWERED_BY_OTHERS, used)).one()
    placed = [each for each in (row.others_last, asked.last) if each is not None]
    return CardUse(
        fingerprint=fingerprint,
        known_since=row.known_since,
        is_unused=row.used == 0,
        spent_by_others=int(row.spent_by_others) + int(asked.amount),
        others_last=max(placed, default=None),
        owes=row.debts > 0,
    )


def _orders_of_card() -> Select[Any, Any, Any, Any, Any]:
    """Build the query of what became of the orders of one card."""
    counted = and_(orders.c.customer_id != _PERSON, orders.c.currency == _CURRENCY, _COUNTS_TODAY)
    others_today = and_(counted, hold.c.part == HoldPart.CURRENT)
    query = select(
        func.min(orders.c.completed_at).filter(hold.c.captured > 0).label("known_since"),
        func.count().filter(orders.c.customer_id == _PERSON).label("used"),
        func.coalesce(func.sum(_AMOUNT).filter(others_today), 0).label("spent_by_others"),
        func.max(orders.c.placed_at).filter(others_today).label("others_last"),
        func.count(customer_debt.c.id).filter(hold.c.made_at.is_not(None)).label("debts"),
    ).where(hold.c.card_fingerprint == _CARD)
    owed = and_(customer_debt.c.order_id == orders.c.id, _OWED)
    return query.select_from(hold.join(orders, orders.c.id == hold.c.order_id).outerjoin(customer_debt, owed))


def _unanswered_by_others() -> Select[Any]:
    """Build the query of other people's orders whose bank has not answered: their card is the saved one."""
    used_by = (saved_card.c.fingerprint == _CARD, saved_card.c.person_id != _PERSON)
    unanswered = (hold.c.part == HoldPart.CURRENT, hold.c.card_fingerprint.is_(None), _IS_OPEN)
    here = (orders.c.campus_id.in_(select(campus.c.id)), orders.c.currency == _CURRENCY)
    joined = saved_card.join(orders, orders.c.customer_id == saved_card.c.person_id)
    sums = (func.coalesce(func.sum(_AMOUNT), 0).label("amount"), func.max(orders.c.placed_at).label("last"))
    return (
        select(*sums).select_from(joined.join(hold, hold.c.order_id == orders.c.id)).where(*used_by, *unanswered, *here)
    )


def _card_attempts() -> Select[Any]:
    """Build the query of the bank's answers."""
    owed = select(customer_debt.c.order_id).where(customer_debt.c.order_id == orders.c.id, _OWED)
    recent = orders.c.placed_at > func.now() - 2 * DAY
    return (
        select(event_log.c.at, event_log.c.event)
        .select_from(orders.join(event_log, event_log.c.order_id == orders.c.id))
        .where(*_OWN, or_(recent, owed.exists()), event_log.c.subject == "hold")
        .where(event_log.c.event.in_(_ANSWERS), event_log.c.at > func.now() - DAY)
        .order_by(event_log.c.id)
    )


_EARLIER_ORDERS, _RECENT_ORDERS, _CARD_ATTEMPTS = _earlier_orders(), _recent_orders(), _card_attempts()
_ORDERS_OF_CARD, _UNANSWERED_BY_OTHERS = _orders_of_card(), _unanswered_by_others()
_LOCK_CARD = select(func.pg_advisory_xact_lock(CARD_LOCK, func.hashtext(_CARD)))


async def read_card_attempts(work: UnitOfWork, person_id: int) -> tuple[CardAttempt, ...]:
    """Return the answers of the bank in the last day: about orders of two days, and about debts, however old."""
    rows = await work.connection.execute(_CARD_ATTEMPTS, {"person": person_id})
    return tuple(CardAttempt(at=row.at, declined=row.event == HoldEvent.DECLINED) for row in rows)
