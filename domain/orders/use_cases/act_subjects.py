"""The order that an admin's act is about, as a subject: the own matter of its customer and of its runner."""

from dataclasses import replace

from domain.campuses.own_acts.subjects import ActSubject, impersonal_subject, order_subject
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderNotFound
from domain.orders.repository import find_order
from domain.orders.states import Order


def subject_of_order(order: Order) -> ActSubject:
    """Return the order as a subject."""
    return order_subject(order.id, order.customer_id, order.runner_id)


def subject_of_delivery(order: Order) -> ActSubject:
    """Return the delivery of the order as a subject: the own matter of its runner only.

    A customer who is an admin may say that they have the food: it takes nothing from anybody else.
    """
    runner = frozenset() if order.runner_id is None else frozenset({order.runner_id})
    return replace(subject_of_order(order), concerned=runner)


async def find_act_subject(
    work: UnitOfWork, campus_id: int, order_id: int | None, number: int, label: str
) -> ActSubject:
    """Return the order as a subject; where the campus has no such order, what has this number and label."""
    try:
        order = None if order_id is None else await find_order(work, campus_id, order_id)
    except OrderNotFound:  # the number came from Stripe, and is none of ours
        order = None
    return impersonal_subject(number, label) if order is None else subject_of_order(order)
