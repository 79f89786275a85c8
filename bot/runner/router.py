"""Which tap or typed line of a runner goes where."""

from aiogram import Router

from bot.routing import on_taps, on_typed
from bot.runner import jobs, joining
from domain.buttons import Tap
from domain.draft import Expects


def runner_router() -> Router:
    """Everything a runner can do."""
    router = Router(name="runner")
    on_taps(
        router,
        {
            Tap.DELIVER_FOOD: joining.deliver_food,
            Tap.ASK_TO_RUN: joining.ask_to_run,
            Tap.SET_UP_PAYOUT: joining.set_up_payout,
            Tap.CLAIM: jobs.claim,
            Tap.RELEASE: jobs.ask_release,
            Tap.RELEASE_SURE: jobs.release,
            Tap.BOUGHT: jobs.ask_receipt,
            Tap.BOUGHT_AS_ESTIMATED: jobs.bought_as_estimated,
            Tap.PICKED_UP: jobs.pick_up,
            Tap.HERE: jobs.arrive,
        },
    )
    on_typed(router, {Expects.RECEIPT: jobs.typed_receipt, Expects.PIN: jobs.typed_pin})
    return router
