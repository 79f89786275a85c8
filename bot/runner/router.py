"""Which tap or typed line of a runner goes where."""

from aiogram import Router

from bot.routing import on_commands, on_photos, on_taps, on_typed
from bot.runner import handover, jobs, joining, receipt, sign_of_life
from domain.buttons import Tap
from domain.draft import Expects


def runner_router() -> Router:
    """Everything a runner can do."""
    router = Router(name="runner")
    on_commands(router, {"jobs": joining.deliver_food}, private=True)
    on_taps(
        router,
        {
            Tap.DELIVER_FOOD: joining.deliver_food,
            Tap.ASK_TO_RUN: joining.ask_to_run,
            Tap.SET_UP_PAYOUT: joining.set_up_payout,
            Tap.CLAIM: jobs.claim,
            Tap.ON_IT: sign_of_life.on_it,
            Tap.RELEASE: jobs.ask_release,
            Tap.RELEASE_SURE: jobs.release,
            Tap.PICKED_UP: jobs.pick_up,
            Tap.HERE: handover.arrive,
            Tap.LEAVE: handover.ask_leave,
            Tap.STAY: handover.stay,
        },
    )
    _receipt(router)
    on_photos(
        router,
        {
            Expects.RECEIPT: receipt.shown_receipt,
            Expects.PIN: handover.photo_at_the_door,
            Expects.PROOF: handover.shown_proof,
        },
    )
    on_typed(
        router,
        {
            Expects.RECEIPT: receipt.typed_receipt,
            Expects.PIN: handover.typed_pin,
            Expects.PROOF: handover.typed_pin,
        },
    )
    return router


def _receipt(router: Router) -> None:
    on_taps(
        router,
        {
            Tap.BOUGHT: receipt.ask_receipt,
            Tap.BOUGHT_AS_ESTIMATED: receipt.bought_as_estimated,
            Tap.ASK_CUSTOMER: receipt.ask_customer,
            Tap.ASK_ADMIN: receipt.ask_admin,
        },
    )
