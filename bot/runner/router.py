"""The router of a runner's taps and messages."""

from aiogram import Router

from bot.conversation.routing import on_commands, on_expected_photos, on_expected_text, on_taps
from bot.runner import application, check_in, deliveries, handover, receipt
from domain.messaging.buttons import Tap
from domain.orders.drafts.draft import PendingInput


def runner_router() -> Router:
    """Return the router for everything a runner can do."""
    router = Router(name="runner")
    on_commands(router, {"jobs": application.show_runner_status}, private_only=True)
    on_taps(
        router,
        {
            Tap.DELIVER_FOOD: application.show_runner_status,
            Tap.ASK_TO_RUN: application.apply_as_runner_tapped,
            Tap.SET_UP_PAYOUT: application.set_up_payout_tapped,
            Tap.CLAIM: deliveries.claim_tapped,
            Tap.CHECK_IN: check_in.check_in_tapped,
            Tap.RELEASE: deliveries.confirm_release,
            Tap.RELEASE_SURE: deliveries.release_tapped,
            Tap.PICKED_UP: deliveries.pick_up_tapped,
            Tap.ARRIVED: handover.arrive_tapped,
            Tap.LEAVE: handover.confirm_leaving_food,
            Tap.STAY: handover.keep_waiting_for_customer,
        },
    )
    _register_receipt(router)
    on_expected_photos(
        router,
        {
            PendingInput.RECEIPT: receipt.receive_receipt_photo,
            PendingInput.PIN: handover.receive_photo_instead_of_pin,
            PendingInput.PROOF: handover.receive_proof_photo,
        },
    )
    on_expected_text(
        router,
        {
            PendingInput.RECEIPT: receipt.receive_receipt_amount,
            PendingInput.PIN: handover.receive_pin,
            PendingInput.PROOF: handover.receive_pin,
        },
    )
    return router


def _register_receipt(router: Router) -> None:
    on_taps(
        router,
        {
            Tap.BOUGHT: receipt.ask_receipt_amount,
            Tap.BOUGHT_AS_ESTIMATED: receipt.buy_as_estimated,
            Tap.CHANGE_RECEIPT: receipt.ask_receipt_change,
            Tap.ASK_CUSTOMER: receipt.ask_customer_tapped,
            Tap.ASK_ADMIN: receipt.ask_admin_tapped,
        },
    )
