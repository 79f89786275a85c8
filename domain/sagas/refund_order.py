"""An admin gives money back: agreed under the order's lock, sent to the card, and taken back from who bears it."""

from domain.saga import ExternalStep, LocalStep, Pivot, Saga, Wait

REFUND_ORDER = Saga(
    kind="refund_order",
    steps=(
        LocalStep(
            name="request_refund", compensation="withdraw_refund"
        ),  # in the bot's commit; her unsent part is kept back
        ExternalStep(name="create_refund"),  # refused for good: nothing was sent, and all is as before
        Pivot(),
        ExternalStep(name="reverse_transfer"),  # what she bears and was sent; refused, it becomes a debt of hers
        Wait(signal="refund_settled", window="refund", timeout_reason="refund_overdue", poll="refresh_refund"),
        LocalStep(name="settle_refund"),
    ),
)
