"""A customer's card: a Checkout page saves it at Stripe, we keep its name, and a waiting order places itself."""

from domain.saga import ExternalStep, LocalStep, Saga, Wait

SAVE_CARD = Saga(
    kind="save_card",
    steps=(
        ExternalStep(name="ensure_customer"),
        ExternalStep(name="open_checkout"),
        Wait(signal="card_saved", window="card_set_up", timeout_reason="lapsed", poll="refresh_checkout"),
        LocalStep(name="keep_card"),
    ),
)
