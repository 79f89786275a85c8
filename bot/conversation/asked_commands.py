"""What Telegram says of the bot's message that is tapped or replied to: the command it asks for, and its buttons."""

from aiogram.types import CallbackQuery, Message

from domain.errors import Stale
from domain.messaging.buttons import Tap, unpack


def find_asked_command(asking: Message | None) -> str | None:
    """Return the command in the bot's question for a reason, such as `/cancel 12`; None for any other message.

    It is the last text in the form of code. Words of people stand before it.
    """
    if asking is None or asking.from_user is None or asking.bot is None or asking.from_user.id != asking.bot.id:
        return None
    if not _asks_for_reason(asking):
        return None
    codes = [each.extract_from(asking.text or "") for each in asking.entities or () if each.type == "code"]
    return codes[-1] if codes and codes[-1].startswith("/") else None


def has_button(tapped: CallbackQuery) -> bool:
    """Return whether the tapped message has this button now. An old message, which is not told, may have it."""
    if not isinstance(tapped.message, Message):
        return True
    rows = () if tapped.message.reply_markup is None else tapped.message.reply_markup.inline_keyboard
    return any(button.callback_data == tapped.data for row in rows for button in row)


def _asks_for_reason(asking: Message) -> bool:
    rows = () if asking.reply_markup is None else asking.reply_markup.inline_keyboard
    return any(_is_ready_reason(button.callback_data) for row in rows for button in row)


def _is_ready_reason(data: str | None) -> bool:
    try:
        return unpack(data or "").tap is Tap.READY_REASON
    except Stale:
        return False
