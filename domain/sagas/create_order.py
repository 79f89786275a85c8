"""A customer's order: hold the money, then show the job to the runners."""

from domain.saga import Local, Outside, Saga, Wait

CREATE_ORDER = Saga(
    kind="create_order",
    parts=(
        Local(name="place_order", undo="cancel_order"),  # draft -> PENDING, in the bot's commit
        Outside(name="authorize_hold", undo="release_hold", window="payment"),  # the bank may want a word first
        Wait(
            signal="hold_made",
            window="payment",
            otherwise="unpaid",
            unless=frozenset({"cancelled", "declined"}),
            poll="look_at_hold",
        ),
        Local(name="publish_order", undo="withdraw_order"),  # PENDING -> CREATED, cards
        Local(name="start_expiry", undo="stop_expiry"),  # the same commit as the line above
    ),
)
