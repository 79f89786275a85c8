"""Closing an older message of an order whose button was tapped: another one in the chat is kept up to date."""

from typing import Any

from bot.conversation.replies import EditMenu, Replies, Screen
from bot.transport.update_payload import find_reply_target, find_tap, read_object
from domain.database.unit_of_work import UnitOfWork
from domain.inbox.repository import IncomingUpdate, Payload
from domain.messaging.buttons import MENU_SCREEN, Tap, TapArgument
from domain.messaging.replied_message_repository import is_copy_of_order_message
from domain.words import FALLBACK_LANGUAGE, say

ORDER_MESSAGE_TAPS = frozenset(  # with the version of their order they stand under order messages, or under a menu
    {
        *(Tap.CANCEL, Tap.TRY_AGAIN, Tap.PROBLEM, Tap.THUMB_UP, Tap.THUMB_DOWN, Tap.SEE_RECEIPT, Tap.SEE_PHOTO),
        *(Tap.CLAIM, Tap.RELEASE, Tap.BOUGHT, Tap.PICKED_UP, Tap.ARRIVED, Tap.LEAVE),
    }
)


async def close_tapped_copy(work: UnitOfWork, incoming_update: IncomingUpdate, said: Replies) -> Replies:
    """Return the edit that closes the tapped message, if it is an older one; the tap is handled as any other.

    Nothing when what was said edits the message already.
    """
    tap, target = find_tap(incoming_update.payload), find_reply_target(incoming_update.payload)
    if tap is None or tap.tap not in ORDER_MESSAGE_TAPS or target is None or target.message_id is None:
        return ()
    if not tap.argument or (tap.argument == MENU_SCREEN and tap.tap.argument is TapArgument.ORIGIN):
        return ()
    if any(isinstance(reply, EditMenu) for reply in said):
        return ()
    if not _has_tapped_button(incoming_update.payload):
        return ()
    where = (incoming_update.campus_id, target.chat_id, target.message_id)
    if not await is_copy_of_order_message(work, *where, order_id=tap.subject):
        return ()
    language = target.language if target.is_private else FALLBACK_LANGUAGE
    return (EditMenu(Screen(say(language, "order-message-elsewhere", order=tap.subject))),)


def _has_tapped_button(payload: Payload) -> bool:
    """Return whether the message, as Telegram shows it, has the button: callback data alone can be forged."""
    tapped = read_object(payload, "callback_query")
    rows: Any = read_object(read_object(tapped, "message"), "reply_markup").get("inline_keyboard")
    buttons = [each for row in rows if isinstance(row, list) for each in row] if isinstance(rows, list) else []
    return any(isinstance(each, dict) and each.get("callback_data") == tapped.get("data") for each in buttons)
