"""Whom an admin may mean: the people of a message that they reply to, and how to tell several people apart."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from domain.campuses.people import RunnerStatus
from domain.campuses.tables import membership, person
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.replied_message_repository import find_replied_messages
from domain.orders.repository import find_order
from domain.orders.tables import orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """A member who may be meant; the last order is one that they placed or brought."""

    person_id: int
    first_name: str
    runner_status: RunnerStatus
    last_order: int | None
    ordered_at: datetime | None


async def list_people_of_message(work: UnitOfWork, campus_id: int, chat_id: int, message_id: int) -> Sequence[int]:
    """Return the people whom a reply to this message means: whom it is about, else both sides of its order."""
    people: list[int] = []
    for message in await find_replied_messages(work, campus_id, chat_id, message_id):
        people += message.about
        if not message.about and message.order_id is not None:
            order = await find_order(work, campus_id, message.order_id)
            people += [side for side in (order.customer_id, order.runner_id) if side is not None]
    return tuple(dict.fromkeys(people))


async def list_addressees(work: UnitOfWork, campus_id: int, person_ids: Collection[int]) -> Sequence[Addressee]:
    """Return those of these people who are members of the campus, each with their last order, the latest first."""
    last = (
        select(orders.c.id, orders.c.placed_at)
        .where(orders.c.campus_id == membership.c.campus_id)
        .where(or_(orders.c.customer_id == membership.c.person_id, orders.c.runner_id == membership.c.person_id))
        .order_by(orders.c.id.desc())
        .limit(1)
        .lateral("last")
    )
    about = (membership.c.person_id, person.c.first_name, membership.c.runner_status)
    joined = membership.join(person, person.c.id == membership.c.person_id).outerjoin(last, membership.c.campus_id > 0)
    query = select(*about, last.c.id.label("last_order"), last.c.placed_at.label("ordered_at")).select_from(joined)
    here = query.where(membership.c.campus_id == campus_id, membership.c.person_id.in_(person_ids))
    rows = (await work.connection.execute(here.order_by(last.c.id.desc().nulls_last()))).mappings()
    return [Addressee(**{**row, "runner_status": RunnerStatus(row["runner_status"])}) for row in rows]
