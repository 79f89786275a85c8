"""A customer agrees to pay more: the new hold first, then the old one goes; turned back, all is as it was."""

from domain.saga import Local, Outside, Pivot, Saga, Wait

REPLACE_HOLD = Saga(
    kind="replace_hold",
    parts=(
        Local(name="request_candidate", undo="withdraw_candidate"),  # in the bot's commit
        Outside(name="authorize_candidate", undo="release_candidate", window="payment"),  # her bank may want a word
        Wait(
            signal="candidate_held",
            window="payment",
            otherwise="unpaid",
            unless=frozenset({"overtaken", "declined"}),  # claimed, given back, bought or over meanwhile
            poll="look_at_candidate",
        ),
        Local(name="adopt_candidate"),  # under the order's lock: the price and the hold that count change together
        Pivot(),
        Outside(name="release_former"),
    ),
)
