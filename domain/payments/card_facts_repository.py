"""What is known of cards, in Postgres: kept on the holds and on the saved cards, and asked across people."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal, select, union, update

from domain.campuses.tables import person, saved_card
from domain.database.literal_status import literal_status
from domain.database.unit_of_work import UnitOfWork
from domain.orders.tables import orders
from domain.payments.card_facts import CardFacts, CardObjection, RefusedCard
from domain.payments.model import CustomerDebtStatus, HoldPart
from domain.payments.tables import customer_debt, hold
from domain.restrictions.repository import bars_for_money

_FACTS = tuple(CardFacts.__slots__)
_OPEN = literal_status(CustomerDebtStatus.OPEN)
_FACTS_OF_ORDER = select(*(hold.c[name] for name in _FACTS)).where(
    hold.c.order_id == bindparam("order"), hold.c.part == HoldPart.CURRENT
)


def said_of_card(facts: CardFacts) -> dict[str, Any]:
    """Return the columns of a hold of which Stripe said something."""
    return {name: value for name, value in asdict(facts).items() if value is not None}


async def keep_card_facts(work: UnitOfWork, payment_intent: str, facts: CardFacts) -> None:
    """Keep what Stripe said on the hold of this payment intent; what it did not say stays as it was."""
    said = said_of_card(facts)
    if said:
        await work.connection.execute(update(hold).where(hold.c.payment_intent == payment_intent).values(said))


async def find_card_facts(work: UnitOfWork, order_id: int) -> CardFacts | None:
    """Return what Stripe said of the card of the order's current hold; None when it has none."""
    row = (await work.connection.execute(_FACTS_OF_ORDER, {"order": order_id})).mappings().first()
    return None if row is None else CardFacts(**row)


async def find_card_objection(
    work: UnitOfWork, campus_id: int, person_id: int, fingerprint: str | None
) -> RefusedCard | None:
    """Return whose card it was and why it is not taken from this person here; None when nothing speaks against it."""
    if fingerprint is None:
        return None
    saved = select(saved_card.c.person_id).where(saved_card.c.fingerprint == fingerprint)
    used = (
        select(orders.c.customer_id)
        .join(hold, hold.c.order_id == orders.c.id)
        .where(hold.c.card_fingerprint == fingerprint)
    )
    others = person.c.id.in_(union(saved, used)) & (person.c.id != person_id)
    for objection, condition in (
        (CardObjection.DEBT, _owes()),
        (CardObjection.BAR, bars_for_money(campus_id, person.c.id)),
    ):
        query = select(person.c.id, person.c.first_name).where(others, condition).order_by(person.c.id).limit(1)
        row = (await work.connection.execute(query)).one_or_none()
        if row is not None:
            return RefusedCard(other_id=row.id, other_name=row.first_name, objection=objection)
    return None


def _owes() -> ColumnElement[bool]:
    owed = select(literal(1)).where(customer_debt.c.customer_id == person.c.id, customer_debt.c.status == _OPEN)
    return owed.exists()
