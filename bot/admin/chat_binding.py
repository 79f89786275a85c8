"""/bind: a group becomes the runner group or the admin chat of its campus, once an admin has said yes in it.

The group is bound in the handler's commit, without an invite link. The link needs a call to Telegram, and no call is
made inside a transaction. So the link is created after the commit and saved in a commit of its own. If the process dies
between the two, the group is bound and a second /bind creates the link.
"""

from bot.conversation.choices import choice_of, read_choice
from bot.conversation.home import home_button
from bot.conversation.replies import CommandMenu, CreateInviteLink, EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.database.actors import Role
from domain.messaging.buttons import ButtonStyle, Tap
from domain.orders.use_cases import group_binding
from domain.words import FALLBACK_LANGUAGE

CHAT_ROLES = ("runners", "admins")  # in the order of the choices


async def bind_command(context: RequestContext) -> Replies:
    """Handle /bind for the runner group, and /bind admin for the admin chat: it asks, as jobs or alerts move here."""
    admins = context.arguments.lower() in ("admin", "admins")
    if context.is_private:
        home = home_button(context)
        return (NewMessage(Screen(context.say("bot-bind-in-group"), ((home,),))),)
    is_bound = group_binding.require_bindable_chat(
        context.campus, context.member, chat_id=context.chat_id, topic=context.topic, admins=admins
    )
    if is_bound:
        return await _bind(context, admins=admins)
    role = CHAT_ROLES[admins]
    yes = context.button(
        "bot-button-bind", Tap.BIND, argument=choice_of(CHAT_ROLES, role), style=ButtonStyle.DANGER, role=role
    )
    return (NewMessage(Screen(context.say("bot-bind-sure", campus=context.campus.title, role=role), ((yes,),))),)


async def bind_tapped(context: RequestContext) -> Replies:
    """Handle the yes of an admin in the group."""
    admins = read_choice(context, CHAT_ROLES) == "admins"
    decided = EditMenu(Screen(context.say("bot-bind-decided", admin=context.member.first_name)))
    return (decided, *await _bind(context, admins=admins))


async def _bind(context: RequestContext, *, admins: bool) -> Replies:
    await group_binding.bind_chat(
        context.work,
        context.campus,
        context.member,
        chat_id=context.chat_id,
        topic=context.topic,
        title=context.chat_title,
        invite=None,
        admins=admins,
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
