"""/help: how ordering and delivering work, in few lines."""

from bot.conversation import home
from bot.conversation.replies import NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.database.actors import Role


async def show_customer_help(context: RequestContext) -> Replies:
    """Handle /help; the pending input stays pending."""
    first = await home.render_home(context)
    if Role.CUSTOMER not in context.member.roles:
        return (NewMessage(first),)
    parts = [context.say("bot-guide", campus=context.campus.title)]
    if Role.RUNNER in context.member.roles:
        parts.append(context.say("bot-guide-runner"))
    return (NewMessage(Screen("\n\n".join(parts), first.rows)),)
