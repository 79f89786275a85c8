"""Saying through aiogram what handlers asked for, after the commit: it may fail, and then it is only logged."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

from bot.arrivals import Place, place_of
from bot.commands import Menus, offer
from bot.home import MENU
from bot.measures import Measures
from bot.replies import (
    Answer,
    CommandMenu,
    EditMenu,
    InviteWanted,
    LetIn,
    NewMessage,
    Picture,
    Replies,
    Reply,
    Rows,
    Screen,
)
from bot.turn import cut
from domain.aftercare import fits, shortened
from domain.buttons import Button, Tap, pack
from domain.logs import get_logger
from domain.store.groups import follow_group, keep_invite
from domain.store.inbox import Arrival
from domain.store.people import mark_unreachable
from domain.store.unit_of_work import Database
from domain.words import say_plain

LONGEST_ANSWER = 200  # characters (core.telegram.org/bots/api#answercallbackquery)
LONGEST_TEXT = 4096  # UTF-16 units
LONGEST_CAPTION = 1024
LONGEST_PAUSE = 30  # seconds of `retry_after` that are waited for; only this person's line stands still
TRIES = 3

Result = TypeVar("Result")
log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mouth:
    """What saying needs: the bot of each campus, and the database for what Telegram tells us back."""

    bots: Mapping[int, Bot]
    database: Database
    measures: Measures
    menus: Menus = field(default_factory=Menus)


async def speak(mouth: Mouth, arrival: Arrival, replies: Replies) -> None:
    """Answer the tap, always, then say the rest in order; never raises what Telegram refuses."""
    place, bot = place_of(arrival.payload), mouth.bots.get(arrival.campus_id)
    if place is None or bot is None:
        return
    if place.tap_id is not None and not any(isinstance(reply, Answer) for reply in replies):
        replies = (Answer(""), *replies)
    for reply in sorted(replies, key=lambda reply: not isinstance(reply, Answer)):
        try:
            await _say(mouth, bot, arrival, place, reply)
        except TelegramForbiddenError:
            await _forget(mouth, arrival, place)
        except TelegramMigrateToChat as moved:
            await _follow(mouth, arrival.campus_id, before=place.chat_id, after=moved.migrate_to_chat_id)
        except Exception as error:  # what was done is committed: nothing that goes wrong here may undo or repeat it
            mouth.measures.unsaid.inc()
            log.warning("reply_not_sent", reply=type(reply).__name__, update=arrival.update_id, error=error)


async def _say(mouth: Mouth, bot: Bot, arrival: Arrival, place: Place, reply: Reply) -> None:
    match reply:
        case Answer():
            await _answer(bot, place, reply)
        case NewMessage(screen=screen):
            await _send(bot, place.chat_id, led_back(screen, place))
        case EditMenu(screen=screen):
            await _edit(bot, place, led_back(screen, place))
        case InviteWanted():
            await _invite(mouth, bot, arrival.campus_id, place.chat_id, reply)
        case LetIn(person_id=person_id, welcome=True):
            await _patiently(lambda: bot.approve_chat_join_request(place.chat_id, person_id))
        case LetIn(person_id=person_id):
            await _patiently(lambda: bot.decline_chat_join_request(place.chat_id, person_id))
        case Picture():
            await _show(bot, place.chat_id, reply)
        case CommandMenu():
            await offer(bot, mouth.menus, reply)


def led_back(screen: Screen, place: Place) -> Screen:
    """The screen with a way back to the first one, should it offer nothing to tap; groups have commands instead."""
    if screen.rows or not place.private:
        return screen
    home = Button(words=say_plain(place.language, "bot-button-home"), data=pack(Tap.HOME, version=MENU))
    return Screen(screen.text, ((home,),))


async def _answer(bot: Bot, place: Place, reply: Answer) -> None:
    tap_id = place.tap_id
    if tap_id is None:
        return
    text = cut(reply.text, LONGEST_ANSWER) or None
    try:
        await _patiently(lambda: bot.answer_callback_query(tap_id, text=text, show_alert=reply.alert or None))
    except TelegramBadRequest as error:
        if "query is too old" not in error.message:  # answered before, or too late: either way it is over
            raise


async def _send(bot: Bot, chat_id: int, screen: Screen) -> None:
    markup = keyboard(screen.rows)
    # Sent again after a broken connection too: a menu that is there twice is better than none.
    await _patiently(lambda: bot.send_message(chat_id, _fit(screen.text), parse_mode="HTML", reply_markup=markup))


async def _show(bot: Bot, chat_id: int, picture: Picture) -> None:
    photo = BufferedInputFile(await asyncio.to_thread(picture.draw), "campusg.png")
    caption, markup = cut(picture.caption, LONGEST_CAPTION), keyboard(picture.rows)
    await _patiently(lambda: bot.send_photo(chat_id, photo, caption=caption, parse_mode="HTML", reply_markup=markup))


async def _edit(bot: Bot, place: Place, screen: Screen) -> None:
    if place.message_id is None:
        await _send(bot, place.chat_id, screen)
        return
    markup, message_id = keyboard(screen.rows), place.message_id
    try:
        await _patiently(
            lambda: bot.edit_message_text(
                _fit(screen.text), chat_id=place.chat_id, message_id=message_id, parse_mode="HTML", reply_markup=markup
            )
        )
    except TelegramBadRequest as error:
        if "message is not modified" not in error.message:  # deleted, or too old to change
            await _send(bot, place.chat_id, screen)


async def _invite(mouth: Mouth, bot: Bot, campus_id: int, chat_id: int, reply: InviteWanted) -> None:
    """The group is bound already; its link is made outside of any transaction and kept in one of its own."""
    try:
        link = await _patiently(lambda: bot.create_chat_invite_link(chat_id, name="CampusG", creates_join_request=True))
    except TelegramAPIError as error:
        log.warning("invite_link_not_created", chat=chat_id, error=error)
        await _send(bot, chat_id, reply.refused)
        return
    async with mouth.database() as work:
        await keep_invite(work, campus_id, chat_id=chat_id, invite=link.invite_link)
    await _send(bot, chat_id, reply.made)


async def _patiently(call: Callable[[], Awaitable[Result]]) -> Result:
    """Make a call of Telegram again when it asks to wait, or breaks off."""
    for tried in range(1, TRIES):
        try:
            return await call()
        except TelegramRetryAfter as pause:
            if pause.retry_after > LONGEST_PAUSE:
                raise
            await asyncio.sleep(pause.retry_after)
        except (TelegramNetworkError, TelegramServerError):
            await asyncio.sleep(0.2 * tried)
    return await call()


async def _forget(mouth: Mouth, arrival: Arrival, place: Place) -> None:
    log.warning("chat_unreachable", chat=place.chat_id, campus=arrival.campus_id)
    if place.private:
        async with mouth.database() as work:
            await mark_unreachable(work, arrival.campus_id, place.chat_id)


async def _follow(mouth: Mouth, campus_id: int, *, before: int, after: int) -> None:
    async with mouth.database() as work:
        await follow_group(work, campus_id, before=before, after=after)


def keyboard(drawn: Rows) -> InlineKeyboardMarkup | None:
    """The rows of buttons as Telegram wants them."""
    if not drawn:
        return None
    rows = [
        [
            InlineKeyboardButton(
                text=button.words,
                callback_data=button.data,
                url=button.url,
                style=None if button.style is None else button.style.value,
            )
            for button in row
        ]
        for row in drawn
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _fit(text: str) -> str:
    """Whole lines, as many as Telegram takes: every line of ours closes the tags it opens."""
    if fits(text, LONGEST_TEXT):
        return text
    kept = shortened(text, LONGEST_TEXT - 2)
    return kept[: kept.rfind("\n")] + "\n…"
