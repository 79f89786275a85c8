"""The saga of a customer who removes their card: forget it here, detach it at Stripe, notify the customer."""

from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga

REMOVE_CARD = Saga(
    kind="remove_card",
    steps=(
        LocalStep(name="forget_card"),  # in the bot's transaction: from here no order can use the card
        Pivot(),  # a card that was given up is never restored
        ExternalStep(name="detach_card"),
        LocalStep(name="tell_card_removed"),
    ),
)
