"""Buttons that offer choices: the number of a choice, from 1, is the argument of its button."""

from collections.abc import Sequence
from typing import TypeVar

from bot.conversation.request_context import RequestContext
from domain.errors import Stale
from domain.messaging.buttons import TapArgument

NO_CHOICE = 0

Choice = TypeVar("Choice")


def choice_of(choices: Sequence[Choice], chosen: Choice) -> int:
    """Return the number of a choice for its button. Old buttons carry it for ever: add new choices at the end."""
    return choices.index(chosen) + 1


def require_shown_button(context: RequestContext) -> None:
    """Raise Stale when the message has the tapped button no more: in a group somebody else may have tapped first."""
    if context.is_button_gone:
        raise Stale


def read_choice(context: RequestContext, choices: Sequence[Choice]) -> Choice:
    """Return the choice of the tapped button. Raise Stale when there is none of that number."""
    choice = context.read_argument(TapArgument.CHOICE)
    if not 1 <= choice <= len(choices):
        raise Stale
    return choices[choice - 1]
