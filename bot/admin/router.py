"""Which command or tap of an admin goes where."""

from aiogram import Router

from bot.admin import binding, steering
from bot.routing import on_commands, on_taps
from domain.buttons import Tap


def admin_router() -> Router:
    """Everything an admin can do, privately or in the admin chat."""
    router = Router(name="admin")
    on_commands(
        router,
        {
            "approve": steering.approve,
            "order": steering.look_at_order,
            "cancel": steering.cancel,
            "finish": steering.finish,
            "stuck": steering.list_stuck,
            "bind": binding.bind,
        },
        private=False,
    )
    on_taps(router, {Tap.APPROVE: steering.approve_tapped, Tap.RETRY: steering.retry})
    return router
