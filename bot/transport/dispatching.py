"""The aiogram dispatcher: its routers by role, and the function that feeds updates to it."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from aiogram import Bot, Dispatcher, Router
from aiogram.types import Update

from bot.admin.router import admin_router
from bot.conversation.answers.changed_messages import AnswerAgain
from bot.conversation.home import reject_unknown_tap
from bot.conversation.middlewares import add_middlewares
from bot.conversation.relay.relay import relay_router
from bot.conversation.replies import Replies
from bot.conversation.routing import on_everything_else
from bot.conversation.unprompted_messages import handle_unprompted_message
from bot.customer.router import customer_router
from bot.runner.router import runner_router
from bot.transport.update_inbox import Dispatch
from bot.transport.update_payload import GROUP_FIELDS
from domain.database.unit_of_work import UnitOfWork
from domain.inbox.repository import IncomingUpdate, Payload

TRIMMED_UPDATE_KINDS = frozenset({"message", "edited_message", "callback_query"})
NESTED_MESSAGE_FIELDS = frozenset({"reply_to_message", "message"})
IDENTITY_FIELDS = ("message_id", "date", "chat", "from", "message_thread_id", "is_topic_message")
CONTENT_FIELDS = (
    "sender_chat",
    "text",
    "caption",
    "photo",
    "document",
    "media_group_id",
    "reply_to_message",
    *GROUP_FIELDS,
)
TAP_FIELDS = ("id", "chat_instance", "data", "message")
KEPT_FIELDS = (*IDENTITY_FIELDS, *CONTENT_FIELDS, *TAP_FIELDS)
# What says that a message is second hand; their content may be what the library cannot read, so it is replaced.
SECOND_HAND_FIELDS: Mapping[str, Payload] = MappingProxyType(
    {
        "forward_origin": {"type": "hidden_user", "date": 0, "sender_user_name": ""},
        "via_bot": {"id": 0, "is_bot": True, "first_name": ""},
    }
)


def new_dispatcher(console_url: str | None = None) -> Dispatcher:
    """Return a dispatcher with the routers in order; the conversation state is in Postgres, so aiogram keeps none."""
    dispatcher = Dispatcher(disable_fsm=True, console_url=console_url)
    add_middlewares(dispatcher)
    rest = Router(name="rest")
    on_everything_else(rest, tapped=reject_unknown_tap, typed=handle_unprompted_message)
    dispatcher.include_routers(relay_router(), customer_router(), runner_router(), admin_router(), rest)
    return dispatcher


def new_dispatch(dispatcher: Dispatcher, bots: Mapping[int, Bot]) -> Dispatch:
    """Return a function that feeds an update to the dispatcher, inside the caller's unit of work."""

    async def dispatch(work: UnitOfWork, incoming_update: IncomingUpdate) -> Replies:
        bot = bots[incoming_update.campus_id]
        update = _parse_update(bot, incoming_update.payload)
        said = await dispatcher.feed_update(bot, update, work=work, campus_id=incoming_update.campus_id)
        if isinstance(said, AnswerAgain):
            again = update.model_copy(update={"message": update.edited_message, "edited_message": None})
            said = await dispatcher.feed_update(bot, again, work=work, campus_id=incoming_update.campus_id)
        return said if isinstance(said, tuple) else ()

    return dispatch


def _parse_update(bot: Bot, payload: Payload) -> Update:
    """Parse an update; if the library cannot read the content of a message, parse only the fields that handlers use.

    Another attempt would fail too, and the later updates of the person would wait behind this one.
    """
    try:
        return Update.model_validate(payload, context={"bot": bot})
    except ValueError:  # pydantic's ValidationError
        return Update.model_validate(_trim_to_kept_fields(payload), context={"bot": bot})


def _trim_to_kept_fields(payload: Payload) -> Payload:
    """Keep the fields of a message that handlers use; of a replied or tapped message keep only its identity."""
    return {
        kind: _pick_fields(part, KEPT_FIELDS) if kind in TRIMMED_UPDATE_KINDS else part
        for kind, part in payload.items()
    }


def _pick_fields(part: Any, names: Collection[str]) -> Any:
    if not isinstance(part, dict):
        return part
    return {name: mark for name, mark in SECOND_HAND_FIELDS.items() if name in part} | {
        name: _pick_fields(part[name], IDENTITY_FIELDS) if name in NESTED_MESSAGE_FIELDS else part[name]
        for name in names
        if name in part
    }
