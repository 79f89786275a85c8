"""/check: a worker looks whether all that the campus needs works, and answers in the same chat."""

from bot.admin.access import require_admin_access_and_clear_input
from bot.conversation.replies import NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.setup_check.use_cases import request_check


async def check_command(context: RequestContext) -> Replies:
    """Handle /check."""
    await require_admin_access_and_clear_input(context)
    await request_check(context.work, context.campus, context.member, context.chat_id)
    return (NewMessage(Screen(context.say("bot-check-started", campus=context.campus.title))),)
