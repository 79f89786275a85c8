"""The one aiogram dispatcher: routers by actor, without aiogram's own storage, and updates fed to it by us."""

from collections.abc import Mapping

from aiogram import Bot, Dispatcher, Router
from aiogram.types import Update

from bot.admin.router import admin_router
from bot.customer.router import customer_router
from bot.home import unknown_tap
from bot.inbox import Dispatch
from bot.middlewares import add_middlewares
from bot.relay import relay_router
from bot.replies import Replies
from bot.routing import on_anything
from bot.runner.handover import loose_line
from bot.runner.router import runner_router
from domain.store.inbox import Arrival
from domain.store.unit_of_work import UnitOfWork


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
        update = Update.model_validate(arrival.payload, context={"bot": bot})
        said = await dispatcher.feed_update(bot, update, work=work, campus_id=arrival.campus_id)
        return said if isinstance(said, tuple) else ()

    return dispatch
