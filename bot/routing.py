"""From aiogram's routers to our handlers: a handler takes a turn and returns what to say, nothing else."""

from collections.abc import Awaitable, Callable, Mapping

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import TelegramObject

from bot.replies import Replies
from bot.request_context import RequestContext
from domain.buttons import Tap
from domain.draft import PendingInput

Handler = Callable[[RequestContext], Awaitable[Replies]]
AiogramHandler = Callable[[TelegramObject, RequestContext], Awaitable[Replies]]
Filter = Callable[[TelegramObject, RequestContext], Awaitable[bool]]


def on_taps(router: Router, handlers: Mapping[Tap, Handler]) -> None:
    """Let these handlers have these taps."""
    for tap, handler in handlers.items():
        router.callback_query.register(_to_aiogram_handler(handler), _is_tap(tap))


def on_commands(router: Router, handlers: Mapping[str, Handler], *, private_only: bool) -> None:
    """Let these handlers have these commands; `private` leaves those written in groups to others."""
    for name, handler in handlers.items():
        filters = (Command(name), _is_private) if private_only else (Command(name),)
        router.message.register(_to_aiogram_handler(handler), *filters)


def on_expected_text(router: Router, handlers: Mapping[PendingInput, Handler]) -> None:
    """Let these handlers have the lines that were asked for; a command is never such a line."""
    for pending_input, handler in handlers.items():
        router.message.register(_to_aiogram_handler(handler), _is_private, _matches_pending_text(pending_input))


def on_expected_photos(router: Router, handlers: Mapping[PendingInput, Handler]) -> None:
    """Let these handlers have the photos that were asked for."""
    for pending_input, handler in handlers.items():
        router.message.register(_to_aiogram_handler(handler), _is_private, _matches_pending_photo(pending_input))


def on_picture_files(router: Router, handler: Handler) -> None:
    """Let this handler have pictures that were sent as files."""
    router.message.register(_to_aiogram_handler(handler), _is_private, _is_picture_file)


def on_replies(router: Router, handler: Handler) -> None:
    """Let this handler have what is written in answer to a message; it may hand it on by raising SkipHandler."""
    router.message.register(_to_aiogram_handler(handler), _is_reply)


def on_other_commands(router: Router, handler: Handler) -> None:
    """Let this handler have the commands of the admin chat that nobody before it took."""
    router.message.register(_to_aiogram_handler(handler), _is_admin_chat_command)


def on_everything_else(router: Router, *, tapped: Handler, typed: Handler) -> None:
    """Let these handlers have what nobody else took."""
    router.callback_query.register(_to_aiogram_handler(tapped))
    router.message.register(_to_aiogram_handler(typed))


def _to_aiogram_handler(handler: Handler) -> AiogramHandler:
    async def handle(_: TelegramObject, context: RequestContext) -> Replies:
        return await handler(context)

    return handle


def _is_tap(tap: Tap) -> Filter:
    async def matches(_: TelegramObject, context: RequestContext) -> bool:
        return context.tap is not None and context.tap.tap is tap

    return matches


def _matches_pending_text(pending_input: PendingInput) -> Filter:
    async def matches(_: TelegramObject, context: RequestContext) -> bool:
        asked = context.conversation_state is not None and context.conversation_state.pending_input is pending_input
        words = (
            context.photo is None and not context.has_other_content and bool(context.typed)
        )  # a film with words is more than its words
        return asked and words and not context.typed.startswith("/")

    return matches


def _matches_pending_photo(pending_input: PendingInput) -> Filter:
    async def matches(_: TelegramObject, context: RequestContext) -> bool:
        return (
            context.photo is not None
            and context.conversation_state is not None
            and context.conversation_state.pending_input is pending_input
        )

    return matches


async def _is_picture_file(_: TelegramObject, context: RequestContext) -> bool:
    return context.is_picture_file


async def _is_reply(_: TelegramObject, context: RequestContext) -> bool:
    return context.reply_to is not None and not context.typed.startswith("/")


async def _is_admin_chat_command(_: TelegramObject, context: RequestContext) -> bool:
    return not context.is_private and context.chat_id == context.campus.admin_chat and context.typed.startswith("/")


async def _is_private(_: TelegramObject, context: RequestContext) -> bool:
    return context.is_private
