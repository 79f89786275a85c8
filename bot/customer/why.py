"""The command that says where the money of an order was, to its customer and its runner."""

import re

from bot.conversation.replies import NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.database.actors import Role
from domain.errors import OrderNotFound
from domain.order_messages.money_story import moments_for, say_moment, say_now
from domain.order_messages.money_story_repository import read_money_facts
from domain.orders.repository import find_order
from domain.support.order_sides import OrderSide, find_side

ORDER_NUMBER = re.compile(r"#?([0-9]{1,15})")
READERS = {OrderSide.CUSTOMER: Role.CUSTOMER, OrderSide.RUNNER: Role.RUNNER}


async def why_command(context: RequestContext) -> Replies:
    """Handle /why NUMBER: what happened to the money, as far as it concerns this person, and where it is now.

    Raise OrderNotFound for an order that the person has no part in: admins have the console.
    """
    number = ORDER_NUMBER.fullmatch(context.arguments)
    if number is None:
        return (NewMessage(Screen(context.say("bot-why-usage"))),)
    order = await find_order(context.work, context.campus.id, int(number[1]))
    side = find_side(order, context.member.person_id)
    if side is None:
        raise OrderNotFound
    facts, reader = await read_money_facts(context.work, order), READERS[side]
    language = context.member.language
    lines = [
        context.say("bot-why", order=order.id),
        *(
            f"{context.format_time(moment.at, 'Dt')}: {say_moment(language, facts, moment)}"
            for moment in moments_for(facts, reader)
        ),
        *(f"<b>{sentence}</b>" for sentence in say_now(language, facts, reader)),
    ]
    return (NewMessage(Screen("\n".join(lines))),)
