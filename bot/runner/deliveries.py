"""A delivery before the hand-over: claimed, given back, picked up."""

from collections.abc import Awaitable, Callable

from bot.conversation.home import home_button
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.permissions import Action
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderClosed, Stale
from domain.messaging.buttons import MENU_SCREEN, ButtonStyle, Tap
from domain.orders.drafts.repository import clear_pending_input
from domain.orders.repository import find_order
from domain.orders.states import Order, OrderEvent, OrderStatus, is_event_allowed
from domain.orders.use_cases import running
from domain.orders.use_cases.ownership import require_own_delivery

MoveDelivery = Callable[[UnitOfWork, Campus, Member, int], Awaitable[Order]]


async def claim_tapped(context: RequestContext) -> Replies:
    """Handle [Claim]: the answer to the tap says what happened; a runner who was too late reads the refusal."""
    order = await running.start_claim(context.work, context.campus, context.member, context.subject)
    return (Answer(context.say_plain("bot-claimed", order=order.id), alert=True),)


async def confirm_release(context: RequestContext) -> Replies:
    """Handle [Can't do it]: ask for confirmation."""
    order = await _own_delivery(context, Action.RELEASE, OrderEvent.RELEASED)
    keep = context.button("bot-button-keep-job", Tap.OPEN_ORDER, order.id)
    confirm_button = context.button(
        "bot-button-release-sure", Tap.RELEASE_SURE, order.id, order.version, style=ButtonStyle.DANGER
    )
    return (NewMessage(Screen(context.say("bot-release-sure", order=order.id), ((keep, confirm_button),))),)


async def release_tapped(context: RequestContext) -> Replies:
    """Handle [Yes, give it back]."""
    order = await running.start_release(context.work, context.campus, context.member, context.subject)
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (EditMenu(Screen(context.say("bot-released", order=order.id), ((home_button(context),),))),)


async def pick_up_tapped(context: RequestContext) -> Replies:
    """Handle [Picked up]; on the purchase menu the next button replaces it."""
    order = await move_delivery(context, OrderStatus.ON_THE_WAY, running.mark_picked_up)
    if not context.is_on_menu:
        return (Answer(context.say_plain("bot-picked-up", place=order.drop_point)),)
    here = context.button("button-here", Tap.ARRIVED, order.id, MENU_SCREEN, style=ButtonStyle.PRIMARY)
    words = context.say("bot-bring-here", order=order.id, place=order.drop_point)
    return (EditMenu(Screen(words, ((here,), (home_button(context),)))),)


async def move_delivery(context: RequestContext, reached: OrderStatus, move: MoveDelivery) -> Order:
    """Move the runner's own delivery to the status `reached`, and return it.

    The button on a menu also works when the order message's button was tapped before.
    """
    try:
        return await move(context.work, context.campus, context.member, context.subject)
    except Stale:  # it was refused before anything was written
        order = await find_order(context.work, context.campus.id, context.subject)
        if not (context.is_on_menu and order.status is reached):
            raise
        return order


async def _own_delivery(context: RequestContext, action: Action, event: OrderEvent) -> Order:
    """Return the runner's own delivery. Raise OrderClosed when the event is not possible any more."""
    order = await find_order(context.work, context.campus.id, context.subject)
    require_own_delivery(context.member, action, order)
    if not is_event_allowed(order.status, event):
        raise OrderClosed
    return order
