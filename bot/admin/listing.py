"""Lists for admins in which a row that cannot be shown takes down itself only: its line says so, and the log why."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from bot.conversation.request_context import RequestContext
from domain.database.rows import UNREADABLE
from domain.settings.logs import get_logger

ListItem = TypeVar("ListItem")

log = get_logger(__name__)


def show_each(
    context: RequestContext,
    items: Sequence[ListItem],
    number_of: Callable[[ListItem], int],
    show: Callable[[RequestContext, ListItem], str],
) -> list[str]:
    """Return the line of each item, and of one that fails its number."""
    lines = []
    for item in items:
        try:
            lines.append(show(context, item))
        except UNREADABLE as error:
            lines.append(say_unreadable(context, number_of(item), type(error).__name__))
    return lines


async def look_up_each(
    context: RequestContext,
    items: Sequence[ListItem],
    number_of: Callable[[ListItem], int],
    show: Callable[[RequestContext, ListItem], Awaitable[str]],
) -> list[str]:
    """Return the same as show_each, for lines that need another look at Postgres."""
    lines = []
    for item in items:
        try:
            lines.append(await show(context, item))
        except UNREADABLE as error:
            lines.append(say_unreadable(context, number_of(item), type(error).__name__))
    return lines


def say_unreadable(context: RequestContext, number: int, error: str) -> str:
    """Log why a row cannot be shown, and return the line that says so."""
    log.warning("row_not_shown", campus=context.campus.id, number=number, error=error)
    return context.say("bot-row-not-shown", number=number)
