"""The registration of our handlers in aiogram's routers: a handler takes a context and returns replies."""

from collections.abc import Awaitable, Callable, Mapping

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import TelegramObject

from bot.conversation.replies import Replies
from bot.conversation.request_context import RequestContext
from domain.messaging.buttons import Tap
from domain.orders.drafts.draft import PendingInput

Handler = Callable[[RequestContext], Awaitable[Replies]]
AiogramHandler = Callable[[TelegramObject, RequestContext], Awaitable[Replies]]
Filter = Callable[[TelegramObject, RequestContext], Awaitable[bool]]
# A line of which nobody sees anything is answered with what is asked for.
EXPLAINED_INPUTS = frozenset(
    {
        *(PendingInput.STORE, PendingInput.ITEMS, PendingInput.DROP_POINT, PendingInput.NOTE, PendingInput.FEE),
        *(PendingInput.RECEIPT, PendingInput.PIN),
    }
)


def on_taps(router: Router, handlers: Mapping[Tap, Handler]) -> None:
    """Register the handlers of these taps."""
    for tap, handler in handlers.items():
        router.callback_query.register(_to_aiogram_handler(handler), _is_tap(tap))


def on_commands(router: Router, handlers: Mapping[str, Handler], *, private_only: bool) -> None:
    """Register the handlers of these commands; `private_only` leaves commands written in groups to others."""
    for name, handler in handlers.items():
        filters = (Command(name), _is_private) if private_only else (Command(name),)
        router.message.register(_to_aiogram_handler(handler), *filters)


def on_expected_text(router: Router, handlers: Mapping[PendingInput, Handler]) -> None:
    """Register the handlers of texts that are pending input; a command is never one."""
    for pending_input, handler in handlers.items():
        router.message.register(_to_aiogram_handler(handler), _is_private, _matches_pending_text(pending_input))


def on_expected_photos(router: Router, handlers: Mapping[PendingInput, Handler]) -> None:
    """Register the handlers of photos that are pending input."""
    for pending_input, handler in handlers.items():
        router.message.register(_to_aiogram_handler(handler), _is_private, _matches_pending_photo(pending_input))


def on_picture_files(router: Router, handler: Handler) -> None:
    """Register the handler of pictures that were sent as files."""
    router.message.register(_to_aiogram_handler(handler), _is_private, _is_picture_file)


def on_replies(router: Router, handler: Handler) -> None:
    """Register a handler of replies to messages; it may leave one to others by raising SkipHandler."""
    router.message.register(_to_aiogram_handler(handler), _is_reply)


def on_other_commands(router: Router, handler: Handler) -> None:
    """Register the handler of commands in the admin chat that have no handler before it."""
    router.message.register(_to_aiogram_handler(handler), _is_admin_chat_command)


def on_everything_else(router: Router, *, tapped: Handler, typed: Handler) -> None:
    """Register the handlers of taps and messages that have no other handler."""
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
        is_text = context.photo is None and not context.has_other_content  # a video is more than its caption
        is_shown = bool(context.typed) or pending_input in EXPLAINED_INPUTS
        return asked and is_text and is_shown and not context.typed.startswith("/")

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
