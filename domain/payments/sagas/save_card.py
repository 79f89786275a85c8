"""The saga of a customer's new card: Stripe's Checkout saves it, we record it, and a waiting draft is placed."""

from domain.saga.definition import ExternalStep, LocalStep, Saga, Wait

SAVE_CARD = Saga(
    kind="save_card",
    steps=(
        ExternalStep(name="ensure_customer"),
        ExternalStep(name="open_checkout"),
        Wait(signal="card_saved", window="card_set_up", timeout_reason="lapsed", poll="refresh_checkout"),
        LocalStep(name="keep_card"),
    ),
)
