"""The way to the console: a button that opens it in a private chat, and a link to that chat from the admin chat."""

import re

from bot.admin.access import require_admin_access_and_clear_input
from bot.admin.commands import NUMBER_PATTERN
from bot.conversation.replies import NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.permissions import Action, require_permission
from domain.messaging.buttons import Button

START_CODE = re.compile(r"console(?:_(?P<order>[0-9]{1,12}))?")  # behind /start, from a link in the admin chat


async def console_command(context: RequestContext) -> Replies:
    """Handle /console, perhaps with the number of an order: the button that opens the console there."""
    await require_admin_access_and_clear_input(context)
    number = NUMBER_PATTERN.fullmatch(context.arguments)
    return (NewMessage(console_screen(context, None if number is None else int(number[1]))),)


def console_screen(context: RequestContext, order_id: int | None = None) -> Screen:
    """Return how to open the console, at the page of the order if one is given. Raise NotAllowed for who may not."""
    require_permission(context.member, Action.SEE_CONSOLE)
    if context.console_url is None:
        return Screen(context.say("bot-console-none"))
    label = context.say_plain("bot-button-console")
    if not context.is_private:  # Telegram has such buttons in private chats only
        link = Button(label=label, url=_chat_link(context, order_id))
        return Screen(context.say("bot-console-elsewhere"), ((link,),))
    page = "" if order_id is None else f"orders/{order_id}"
    address = f"{context.console_url}/console/{context.campus.name}/{page}"
    return Screen(context.say("bot-console", campus=context.campus.title), ((Button(label=label, web_app=address),),))


def _chat_link(context: RequestContext, order_id: int | None) -> str:
    code = "console" if order_id is None else f"console_{order_id}"
    return f"{context.campus.chat_link}?start={code}"
