"""A customer's card: a Checkout page saves it at Stripe, we keep its name, and a waiting order places itself."""

from domain.saga import Local, Outside, Saga, Wait

SAVE_CARD = Saga(
    kind="save_card",
    parts=(
        Outside(name="ensure_customer"),
        Outside(name="open_checkout"),
        Wait(signal="card_saved", window="card_set_up", otherwise="lapsed", poll="look_at_checkout"),
        Local(name="keep_card"),
    ),
)
