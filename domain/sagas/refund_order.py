"""An admin gives money back: agreed under the order's lock, sent to the card, and taken back from who bears it."""

from domain.saga import Local, Outside, Pivot, Saga, Wait

REFUND_ORDER = Saga(
    kind="refund_order",
    parts=(
        Local(name="request_refund", undo="withdraw_refund"),  # in the bot's commit; her unsent part is kept back
        Outside(name="create_refund"),  # refused for good: nothing was sent, and all is as before
        Pivot(),
        Outside(name="reverse_transfer"),  # what she bears and was sent; refused, it becomes a debt of hers
        Wait(signal="refund_settled", window="refund", otherwise="refund_overdue", poll="look_at_refund"),
        Local(name="settle_refund"),
    ),
)
