"""Whom a command is about: a person's number, their @name, the customer of an order, or of a message replied to."""

import re
from dataclasses import dataclass

from bot.conversation.request_context import RequestContext
from domain.campuses.people_repository import find_member_by_username
from domain.orders.repository import find_order
from domain.restrictions.errors import PersonUnknown
from domain.support.runner_overview_repository import find_customer_of_message

_PERSON = re.compile(r"[0-9]{1,15}", re.ASCII)
_ORDER = re.compile(r"#([0-9]{1,15})", re.ASCII)
_USERNAME = re.compile(r"@([A-Za-z0-9_]{3,32})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """The person, and the words behind them."""

    person_id: int
    rest: str


async def find_addressed(context: RequestContext) -> Addressed | None:
    """Return whom the arguments name; None when they name nobody and the message is no reply about an order.

    Raise PersonUnknown for a @name that no member has, OrderNotFound for an order of no number here.
    """
    first, _, rest = context.arguments.partition(" ")
    rest = " ".join(rest.split())
    if (number := _PERSON.fullmatch(first)) is not None:
        return Addressed(person_id=int(number[0]), rest=rest)
    if (order_number := _ORDER.fullmatch(first)) is not None:
        order = await find_order(context.work, context.campus.id, int(order_number[1]))
        return Addressed(person_id=order.customer_id, rest=rest)
    if (username := _USERNAME.fullmatch(first)) is not None:
        found = await find_member_by_username(context.work, context.campus.id, username[1])
        if found is None:
            raise PersonUnknown
        return Addressed(person_id=found, rest=rest)
    if context.reply_to is None:
        return None
    customer = await find_customer_of_message(context.work, context.campus.id, context.chat_id, context.reply_to)
    return None if customer is None else Addressed(person_id=customer, rest=" ".join(context.arguments.split()))
