"""A runner's claim: hers by one guarded UPDATE, worth shopping for only once Stripe says the money is still held."""

from domain.saga import Local, Outside, Saga

ACCEPT_ORDER = Saga(
    kind="accept_order",
    parts=(
        Local(name="claim_order", undo="give_back_order"),  # in the bot's commit; undo touches only this claim
        Outside(name="check_hold", undo="close_order_without_hold", undo_outside=False, window="hold_check"),
    ),
)
