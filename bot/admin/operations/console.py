"""The way to the console: a button that opens it in a private chat, and a link to that chat from the admin chat."""

import re

from bot.admin.access import require_admin_access_and_clear_input
from bot.admin.commands import NUMBER_PATTERN
from bot.conversation.replies import NewMessage, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.permissions import Action, is_permitted, require_permission
from domain.messaging.buttons import Button
from domain.messaging.notification.console_places import START_WORD, ConsolePlace, console_link

PLACES = "|".join(ConsolePlace)
START_CODE = re.compile(rf"{START_WORD}(?:_(?P<place>[0-9]{{1,12}}|{PLACES}))?")  # behind /start, from a link


async def console_command(context: RequestContext) -> Replies:
    """Handle /console, perhaps with a place or the number of an order: the button that opens the console there."""
    await require_admin_access_and_clear_input(context)
    number = NUMBER_PATTERN.fullmatch(context.arguments)
    if number is not None:
        return (NewMessage(console_screen(context, number[1])),)
    word = context.arguments.lower()
    return (NewMessage(console_screen(context, word if word in tuple(ConsolePlace) else None)),)


def console_screen(context: RequestContext, place: str | None = None) -> Screen:
    """Return how to open the console, at this place if one is given. Raise NotAllowed for who may not."""
    require_permission(context.member, Action.SEE_CONSOLE)
    if context.console_url is None:
        return Screen(context.say("bot-console-none"))
    button = _button(context, context.console_url, place, context.say_plain("bot-button-console"))
    if not context.is_private:
        return Screen(context.say("bot-console-elsewhere"), ((button,),))
    return Screen(context.say("bot-console", campus=context.campus.title), ((button,),))


def console_rows(context: RequestContext, place: str | None = None) -> Rows:
    """Return a row with the button to this place of the console, for another screen; none where there is no console."""
    if context.console_url is None or not is_permitted(context.member.roles, Action.SEE_CONSOLE, own=False):
        return ()
    return ((_button(context, context.console_url, place, context.say_plain("bot-button-console-place")),),)


def _button(context: RequestContext, console_url: str, place: str | None, label: str) -> Button:
    if not context.is_private:  # Telegram opens pages from private chats only
        return Button(label=label, url=console_link(context.campus.chat_link, place))
    page = "" if place is None else f"orders/{place}" if place.isdigit() else place
    return Button(label=label, web_app=f"{console_url}/console/{context.campus.name}/{page}")
