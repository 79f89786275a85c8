"""[Give a new PIN]: an admin's way out of five wrong PINs, beside /finish."""

from bot.admin.access import require_admin_access_and_clear_input
from bot.admin.commands import admin_screen
from bot.conversation.replies import NewMessage, Replies, Rows
from bot.conversation.request_context import RequestContext
from domain.campuses.permissions import Action, is_permitted
from domain.messaging.buttons import Tap
from domain.orders.states import Order, is_pin_locked
from domain.orders.use_cases import admin_orders


def new_pin_rows(context: RequestContext, order: Order) -> Rows:
    """Return the row with the button, for an admin who may use it on the order now."""
    own = context.member.person_id in (order.customer_id, order.runner_id)
    if not is_pin_locked(order.status, order.pin_tries):
        return ()
    if not is_permitted(context.member.roles, Action.RENEW_PIN, own=own):
        return ()
    return ((context.button("button-new-pin", Tap.NEW_PIN, order.id),),)


async def give_new_pin(context: RequestContext) -> Replies:
    """Give the customer a new PIN. The answer names who did it, and not the PIN."""
    await require_admin_access_and_clear_input(context)
    order = await admin_orders.renew_pin_as_admin(context.work, context.campus, context.member, context.subject)
    words = context.say("bot-new-pin-given", order=order.id, admin=context.member.first_name)
    return (NewMessage(admin_screen(context, words)),)
