"""The replies of one side of an order to the campus team: they go to the admin chat and to nobody else."""

from aiogram.dispatcher.event.bases import SkipHandler

from bot.conversation.replies import NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.messaging.replied_message_repository import find_replied_messages
from domain.support.notifications.messages import TEAM_MESSAGE_KEY
from domain.support.use_cases import correspondence


async def answer_team_by_reply(context: RequestContext) -> Replies:
    """Forward a reply to a message of the campus team; leave all else to other handlers."""
    if not context.is_private or context.reply_to is None or not (context.typed or context.photo):
        raise SkipHandler
    told = await find_replied_messages(context.work, context.campus.id, context.chat_id, context.reply_to)
    order_id = next((each.order_id for each in told if each.key == TEAM_MESSAGE_KEY), None)
    if order_id is None:
        raise SkipHandler
    message = f"{context.chat_id}:{context.message_id}"
    sent = await correspondence.forward_answer_to_team(
        context.work, context.campus, context.member, order_id, context.typed, photo=context.photo_id, message=message
    )
    if not sent:
        raise SkipHandler
    return (NewMessage(Screen(context.say("bot-team-told", order=order_id))),)
