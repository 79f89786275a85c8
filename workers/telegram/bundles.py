"""The content of a notification, and of a bundle: what waits behind it and leaves in the same message."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.campuses.campus import chat_link_of
from domain.messaging.buttons import Button
from domain.messaging.chat_reader_repository import ChatReader
from domain.messaging.lane import Lane
from domain.messaging.notification.bundle_repository import lease_bundle, list_waiting_about_order
from domain.messaging.notification.bundles import MAX_BUNDLED, choose_joining, join_texts
from domain.messaging.notification.console_places import console_link, find_console_place
from domain.messaging.notification.model import buttons_from_json
from domain.messaging.notification.repository import NotificationRow, lease_notification
from domain.order_messages.view import OrderMessageContent
from domain.words import Html, say, say_plain
from workers.telegram.sender_context import SenderContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Notifications that leave in one message, the first written first; mostly one."""

    notifications: tuple[NotificationRow, ...]
    content: OrderMessageContent

    @property
    def silent(self) -> bool:
        """Whether nothing in it makes a sound."""
        return all(each.silent for each in self.notifications)


def render_notification(
    sender_context: SenderContext, notification: NotificationRow, reader: ChatReader
) -> OrderMessageContent:
    """Return the sentence and the buttons; raise LookupError or ValueError for what cannot be rendered."""
    locale = reader.locale
    buttons = [
        Button(label=say_plain(locale, each.label, **notification.args), data=each.data, url=each.url, style=each.style)
        for each in buttons_from_json(notification.buttons)
    ]
    link = _find_console_link(notification, reader) if sender_context.has_console else None
    return OrderMessageContent(text=_say(notification, locale, link), rows=tuple((each,) for each in buttons))


def _find_console_link(notification: NotificationRow, reader: ChatReader) -> str | None:
    place = find_console_place(notification.key, notification.order_id)
    if place is None or reader.admins_bot is None:
        return None
    return console_link(chat_link_of(reader.admins_bot), place)


def _say(notification: NotificationRow, locale: str, link: str | None) -> str:
    """Return the sentence; the number of its order leads to the console, or else a line below it does."""
    args = dict(notification.args)
    if link is None:
        return say(locale, notification.key, **args)
    if notification.order_id is not None and str(args.get("order")) == str(notification.order_id):
        number = Html(f'<a href="{link}">{notification.order_id}</a>')
        return say(locale, notification.key, **args | {"order": number})
    return f'{say(locale, notification.key, **args)}\n🖥 <a href="{link}">{say(locale, "bot-console-line")}</a>'


async def lease_with_followers(
    sender_context: SenderContext, first: NotificationRow, content: OrderMessageContent, reader: ChatReader
) -> Bundle | None:
    """Lease a notification and what joins it. Return None when another worker was faster."""
    async with sender_context.autocommit() as connection:
        if first.lane is not Lane.CORRESPONDENCE or first.photo is not None or first.order_id is None:
            alone = await lease_notification(connection, first)
            return None if alone is None else Bundle(notifications=(alone,), content=content)
        joining = choose_joining(first, await list_waiting_about_order(connection, first, MAX_BUNDLED))
        text_by_id = {first.id: content.text, **_render_while_possible(sender_context, joining, reader)}
        _, fitting = join_texts(text_by_id.values())
        leased = await lease_bundle(connection, first, joining[: fitting - 1])
    if not leased:
        return None
    text, _ = join_texts(text_by_id[each.id] for each in leased)
    return Bundle(notifications=tuple(leased), content=OrderMessageContent(text=text, rows=content.rows))


def _render_while_possible(
    sender_context: SenderContext, notifications: Sequence[NotificationRow], reader: ChatReader
) -> dict[int, str]:
    """Return the texts by id, up to one that cannot be rendered: its turn comes alone, and then its fault is told."""
    texts: dict[int, str] = {}
    for each in notifications:
        try:
            texts[each.id] = render_notification(sender_context, each, reader).text
        except (LookupError, ValueError):
            break
    return texts
