"""/help: how ordering and delivering work, in few lines."""

from bot import home
from bot.replies import NewMessage, Replies, Screen
from bot.request_context import RequestContext
from domain.people import Role


async def show_customer_help(context: RequestContext) -> Replies:
    """Handle /help; the pending input stays pending."""
    first = await home.render_home(context)
    if Role.CUSTOMER not in context.member.roles:
        return (NewMessage(first),)
    parts = [context.say("bot-guide", campus=context.campus.title)]
    if Role.RUNNER in context.member.roles:
        parts.append(context.say("bot-guide-runner"))
    return (NewMessage(Screen("\n\n".join(parts), first.rows)),)
