"""/bind: a group becomes the runner group or the admin chat of its campus.

The group is bound in the handler's commit, without an invite link. The link needs a call to Telegram, and no call is
made inside a transaction. So the link is created after the commit and saved in a commit of its own. If the process dies
between the two, the group is bound and a second /bind creates the link.
"""

from bot.conversation.home import home_button
from bot.conversation.replies import CommandMenu, CreateInviteLink, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.database.actors import Role
from domain.orders.use_cases import group_binding
from domain.words import FALLBACK_LANGUAGE


async def bind_command(context: RequestContext) -> Replies:
    """Handle /bind for the runner group, and /bind admin for the admin chat."""
    admins = context.arguments.lower() in ("admin", "admins")
    if context.is_private:
        home = home_button(context)
        return (NewMessage(Screen(context.say("bot-bind-in-group"), ((home,),))),)
    await group_binding.bind_chat(
        context.work, context.campus, context.member, chat_id=context.chat_id, invite=None, admins=admins
    )
    if admins:
        bound = NewMessage(Screen(context.say("bot-bound-admins", campus=context.campus.title)))
        return bound, CommandMenu(context.chat_id, frozenset({Role.ADMIN}), FALLBACK_LANGUAGE)
    made = Screen(context.say("bot-bound-runners", campus=context.campus.title))
    return (
        CreateInviteLink(
            success_screen=made, failure_screen=Screen(context.say("bot-bound-no-link", campus=context.campus.title))
        ),
    )
