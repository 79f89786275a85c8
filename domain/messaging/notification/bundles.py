"""What leaves as one message: waiting correspondence about one order, of one kind, to one chat."""

import html
import re
from collections.abc import Iterable, Sequence
from itertools import takewhile

from domain.messaging.lane import Lane
from domain.messaging.notification.model import NotificationStatus
from domain.messaging.notification.repository import NotificationRow
from domain.quotes import utf16_length

MAX_BUNDLED = 20  # notifications in a message; each has at most three marks, and Telegram takes a hundred
MAX_MESSAGE_LENGTH = 4096  # UTF-16 units that are shown
SEPARATOR = "\n\n"
REFUSED_IN_BUNDLE = "refused in a bundle: "  # the error of what is sent alone after that

_TAG = re.compile("<[^<>]*>")


def joins(first: NotificationRow, other: NotificationRow) -> bool:
    """Return whether the other one may stand in the message of the first.

    It says the same of the same order, comes from the same side of it and has the same buttons, so that a reply or a
    tap means the same. A photo stays alone, and so does what Telegram refused in a bundle.
    """
    return (
        first.lane is Lane.CORRESPONDENCE
        and first.order_id is not None
        and other.status is NotificationStatus.DUE
        and (first.campus_id, first.chat_id, first.lane) == (other.campus_id, other.chat_id, other.lane)
        and (first.order_id, first.key, first.buttons) == (other.order_id, other.key, other.buttons)
        and first.args.get("side") == other.args.get("side")  # the team answers one of them
        and not any(each.photo or (each.error or "").startswith(REFUSED_IN_BUNDLE) for each in (first, other))
    )


def choose_joining(first: NotificationRow, following: Sequence[NotificationRow]) -> list[NotificationRow]:
    """Return the next ones that join, of what waits about the same order; one that does not ends the bundle.

    So what is written about an order keeps its order. Only lines about another order are overtaken.
    """
    return list(takewhile(lambda each: joins(first, each), following))[: MAX_BUNDLED - 1]


def join_texts(texts: Iterable[str]) -> tuple[str, int]:
    """Return as many texts (HTML, each with its quotes closed) as fit into a message, and how many; at least one."""
    joined, shown, count = "", 0, 0
    for text in texts:
        length = shown_length(text) + (len(SEPARATOR) if count else 0)
        if count and shown + length > MAX_MESSAGE_LENGTH:
            break
        joined, shown, count = joined + (SEPARATOR if count else "") + text, shown + length, count + 1
    return joined, count


def shown_length(text: str) -> int:
    """Return how many UTF-16 units of this HTML are shown."""
    return utf16_length(html.unescape(_TAG.sub("", text)))
