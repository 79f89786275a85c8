"""Reading what follows an admin's command, and the screens that answer one."""

import re

from bot.conversation.replies import Screen
from bot.conversation.request_context import RequestContext, truncate
from domain.campuses import use_cases as campuses_use_cases
from domain.messaging.buttons import Button, Tap

MAX_LINES = 40  # of an event log or a list; a message has at most 4096 characters
MAX_ERROR_LENGTH = 200  # characters of Stripe's error
NUMBER_PATTERN = re.compile(r"#?([0-9]{1,15})")


def parse_number_and_reason(arguments: str) -> tuple[int | None, str]:
    """Return the number and the reason after a command; the number is None when one of them is missing."""
    number, _, raw_reason = arguments.partition(" ")
    found, reason = NUMBER_PATTERN.fullmatch(number), " ".join(raw_reason.split())
    return (int(found[1]) if found and reason else None), truncate(reason, campuses_use_cases.MAX_REASON_LENGTH)


def board_button(context: RequestContext) -> Button:
    """Return [Board], which leads back to all open orders."""
    return context.button("bot-button-board", Tap.BOARD)


def admin_screen(context: RequestContext, text: str, *rows: tuple[Button, ...]) -> Screen:
    """Return a screen with [Board] under the text."""
    return Screen(text, (*rows, (board_button(context),)))
