"""A customer takes her card back: forgotten here at once, detached at Stripe for good, and told when it is."""

from domain.saga import Local, Outside, Pivot, Saga

REMOVE_CARD = Saga(
    kind="remove_card",
    parts=(
        Local(name="forget_card"),  # in the bot's commit: no order can be placed with it from here
        Pivot(),  # nobody gets a card back that she gave up: only forward
        Outside(name="detach_card"),
        Local(name="tell_card_removed"),
    ),
)
