"""From aiogram's routers to our handlers: a handler takes a turn and returns what to say, nothing else."""

from collections.abc import Awaitable, Callable, Mapping

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import TelegramObject

from bot.replies import Replies
from bot.turn import Turn
from domain.buttons import Tap
from domain.draft import Expects

Handler = Callable[[Turn], Awaitable[Replies]]
AiogramHandler = Callable[[TelegramObject, Turn], Awaitable[Replies]]
Filter = Callable[[TelegramObject, Turn], Awaitable[bool]]


def on_taps(router: Router, handlers: Mapping[Tap, Handler]) -> None:
    """Let these handlers have these taps."""
    for tap, handler in handlers.items():
        router.callback_query.register(_adapted(handler), _tapped(tap))


def on_commands(router: Router, handlers: Mapping[str, Handler], *, private: bool) -> None:
    """Let these handlers have these commands; `private` leaves those written in groups to others."""
    for name, handler in handlers.items():
        filters = (Command(name), _in_private) if private else (Command(name),)
        router.message.register(_adapted(handler), *filters)


def on_typed(router: Router, handlers: Mapping[Expects, Handler]) -> None:
    """Let these handlers have the lines that were asked for; a command is never such a line."""
    for expects, handler in handlers.items():
        router.message.register(_adapted(handler), _in_private, _expecting(expects))


def on_photos(router: Router, handlers: Mapping[Expects, Handler]) -> None:
    """Let these handlers have the photos that were asked for."""
    for expects, handler in handlers.items():
        router.message.register(_adapted(handler), _in_private, _showing(expects))


def on_picture_files(router: Router, handler: Handler) -> None:
    """Let this handler have pictures that were sent as files."""
    router.message.register(_adapted(handler), _in_private, _a_picture_file)


def on_replies(router: Router, handler: Handler) -> None:
    """Let this handler have what is written in answer to a message; it may hand it on by raising SkipHandler."""
    router.message.register(_adapted(handler), _answering)


def on_other_commands(router: Router, handler: Handler) -> None:
    """Let this handler have the commands of the admin chat that nobody before it took."""
    router.message.register(_adapted(handler), _at_the_desk)


def on_anything(router: Router, *, tapped: Handler, typed: Handler) -> None:
    """Let these handlers have what nobody else took."""
    router.callback_query.register(_adapted(tapped))
    router.message.register(_adapted(typed))


def _adapted(handler: Handler) -> AiogramHandler:
    async def handle(_: TelegramObject, turn: Turn) -> Replies:
        return await handler(turn)

    return handle


def _tapped(tap: Tap) -> Filter:
    async def matches(_: TelegramObject, turn: Turn) -> bool:
        return turn.tap is not None and turn.tap.tap is tap

    return matches


def _expecting(expects: Expects) -> Filter:
    async def matches(_: TelegramObject, turn: Turn) -> bool:
        asked = turn.dialogue is not None and turn.dialogue.expects is expects
        words = turn.photo is None and not turn.other and bool(turn.typed)  # a film with words is more than its words
        return asked and words and not turn.typed.startswith("/")

    return matches


def _showing(expects: Expects) -> Filter:
    async def matches(_: TelegramObject, turn: Turn) -> bool:
        return turn.photo is not None and turn.dialogue is not None and turn.dialogue.expects is expects

    return matches


async def _a_picture_file(_: TelegramObject, turn: Turn) -> bool:
    return turn.picture_file


async def _answering(_: TelegramObject, turn: Turn) -> bool:
    return turn.reply_to is not None and not turn.typed.startswith("/")


async def _at_the_desk(_: TelegramObject, turn: Turn) -> bool:
    return not turn.private and turn.chat_id == turn.campus.admin_chat and turn.typed.startswith("/")


async def _in_private(_: TelegramObject, turn: Turn) -> bool:
    return turn.private
