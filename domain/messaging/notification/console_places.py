"""Where in the console a message to the admins leads: what the link to their chat with the bot carries."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

START_WORD = "console"  # behind /start; a place follows


class ConsolePlace(StrEnum):
    """A page of the console; the number of an order is the place of its page."""

    MONEY = "money"
    ENGINE = "engine"


# Messages that may be about no order; what is about people has no page.
PLACES_BY_KEY: Mapping[str, ConsolePlace] = MappingProxyType(
    {
        "notification-dead-letter": ConsolePlace.ENGINE,
        "notification-slow": ConsolePlace.ENGINE,
        "notification-stripe-settings": ConsolePlace.ENGINE,
        "notification-list-refused": ConsolePlace.ENGINE,
        "notification-stuck": ConsolePlace.ENGINE,
        "notification-discrepancy": ConsolePlace.MONEY,
        "notification-discrepancy-movement": ConsolePlace.MONEY,
        "notification-foreign-objects": ConsolePlace.MONEY,
    }
)


def find_console_place(key: str, order_id: int | None) -> str | None:
    """Return where the console shows what a message with this sentence is about; None when nowhere."""
    return PLACES_BY_KEY.get(key) if order_id is None else str(order_id)


def console_link(chat_link: str, place: str | None) -> str:
    """Return the link that opens the chat with the bot, which answers with the button to this place."""
    return f"{chat_link}?start={START_WORD}" + ("" if place is None else f"_{place}")
