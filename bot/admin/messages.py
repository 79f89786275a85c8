"""Messages of the campus team to one side of an order: /tell, and replies to alerts about orders."""

from aiogram.dispatcher.event.bases import SkipHandler

from bot.admin.access import require_admin_access, require_admin_access_and_clear_input
from bot.admin.commands import NUMBER_PATTERN, admin_screen
from bot.conversation.replies import NewMessage, Replies
from bot.conversation.request_context import RequestContext
from domain.messaging.replied_message_repository import RepliedMessage, find_replied_messages
from domain.support.order_sides import OrderSide
from domain.support.use_cases import correspondence

# Replies to these alerts are for the runner: the runner asked, or is asked for.
RUNNER_ALERT_KEYS = frozenset(
    {
        "notification-delivery-late",
        "notification-limit-exceeded-admins",
        "notification-pin-locked",
        "notification-silent-admins",
    }
)
SIDE_ANSWER_KEY = "notification-team-reads"  # an answer of one side to the campus team


async def tell_command(context: RequestContext) -> Replies:
    """Handle /tell NUMBER customer|runner words."""
    await require_admin_access_and_clear_input(context)
    number, _, rest = context.arguments.partition(" ")
    side, _, words = rest.strip().partition(" ")
    found = NUMBER_PATTERN.fullmatch(number)
    if found is None or side.lower() not in tuple(OrderSide) or not words.strip():
        return (NewMessage(admin_screen(context, context.say("bot-usage-tell"))),)
    return await _write_to_side(context, int(found[1]), OrderSide(side.lower()), words.strip())


async def answer_alert_by_reply(context: RequestContext) -> Replies:
    """Send a reply in the admin chat: to an alert, to the order's runner; to a side's answer, back to that side."""
    if context.chat_id != context.campus.admin_chat or context.reply_to is None or not context.typed:
        raise SkipHandler
    for message in await find_replied_messages(context.work, context.campus.id, context.chat_id, context.reply_to):
        if message.order_id is not None and (message.key in RUNNER_ALERT_KEYS or message.key == SIDE_ANSWER_KEY):
            require_admin_access(context)
            return await _write_to_side(context, message.order_id, _addressed_side(message), context.typed)
    raise SkipHandler


def _addressed_side(message: RepliedMessage) -> OrderSide:
    """Return the side that a reply to this message is for; the name of an answer ends with the side it came from."""
    if message.key == SIDE_ANSWER_KEY and message.name.endswith(f":{OrderSide.CUSTOMER}"):
        return OrderSide.CUSTOMER
    return OrderSide.RUNNER


async def _write_to_side(context: RequestContext, order_id: int, side: OrderSide, words: str) -> Replies:
    message = f"{context.chat_id}:{context.message_id}"
    reader = await correspondence.send_team_message(
        context.work, context.campus, context.member, order_id, side, words, message=message
    )
    key = "bot-told-side" if reader.reachable else "bot-side-unreachable"
    return (NewMessage(admin_screen(context, context.say(key, order=order_id, name=reader.first_name))),)
