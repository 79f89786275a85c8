"""The one aiogram dispatcher: routers by actor, without aiogram's own storage, and updates fed to it by us."""

from collections.abc import Collection, Mapping
from typing import Any

from aiogram import Bot, Dispatcher, Router
from aiogram.types import Update

from bot.admin.router import admin_router
from bot.customer.router import customer_router
from bot.home import unknown_tap
from bot.inbox import Dispatch
from bot.loose import loose_line
from bot.middlewares import add_middlewares
from bot.relay import relay_router
from bot.replies import Replies
from bot.routing import on_anything
from bot.runner.router import runner_router
from domain.store.inbox import Arrival, Payload
from domain.store.unit_of_work import UnitOfWork

READ_OF = frozenset({"message", "callback_query"})
INSIDE = frozenset({"reply_to_message", "message"})
NAMED = ("message_id", "date", "chat", "from")
CONTENT = ("sender_chat", "text", "caption", "photo", "document", "reply_to_message", "migrate_to_chat_id")
READ = (*NAMED, *CONTENT, "id", "chat_instance", "data", "message")  # the last four are of taps


def new_dispatcher() -> Dispatcher:
    """Routers in the order they are asked; the dialogue lives in Postgres, so aiogram keeps no state."""
    dispatcher = Dispatcher(disable_fsm=True)
    add_middlewares(dispatcher)
    rest = Router(name="rest")
    on_anything(rest, tapped=unknown_tap, typed=loose_line)
    dispatcher.include_routers(relay_router(), customer_router(), runner_router(), admin_router(), rest)
    return dispatcher


def dispatch_through(dispatcher: Dispatcher, bots: Mapping[int, Bot]) -> Dispatch:
    """Feeding an arrival to the dispatcher, inside the caller's unit of work."""

    async def dispatch(work: UnitOfWork, arrival: Arrival) -> Replies:
        bot = bots[arrival.campus_id]
        update = _read(bot, arrival.payload)
        said = await dispatcher.feed_update(bot, update, work=work, campus_id=arrival.campus_id)
        return said if isinstance(said, tuple) else ()

    return dispatch


def _read(bot: Bot, payload: Payload) -> Update:
    """The update; of a message with a kind of content that the library is too old, or too new, for: what we read of it.

    Tried again it would be no clearer, and its person's next lines would wait behind it.
    """
    try:
        return Update.model_validate(payload, context={"bot": bot})
    except ValueError:  # pydantic's ValidationError
        return Update.model_validate(_plain(payload), context={"bot": bot})


def _plain(payload: Payload) -> Payload:
    """Of a message only what handlers look at; of the one it answers, or whose button was tapped, only which it is."""
    return {kind: _only(part, READ) if kind in READ_OF else part for kind, part in payload.items()}


def _only(part: Any, names: Collection[str]) -> Any:
    if not isinstance(part, dict):
        return part
    return {name: _only(part[name], NAMED) if name in INSIDE else part[name] for name in names if name in part}
