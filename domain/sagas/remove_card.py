"""A customer takes her card back: forgotten here at once, detached at Stripe for good, and told when it is."""

from domain.saga import ExternalStep, LocalStep, Pivot, Saga

REMOVE_CARD = Saga(
    kind="remove_card",
    steps=(
        LocalStep(name="forget_card"),  # in the bot's commit: no order can be placed with it from here
        Pivot(),  # nobody gets a card back that she gave up: only forward
        ExternalStep(name="detach_card"),
        LocalStep(name="tell_card_removed"),
    ),
)
