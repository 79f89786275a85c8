"""The saga of an admin's refund: request it, refund the card, and reverse the runner's part."""

from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga, Wait

REFUND_ORDER = Saga(
    kind="refund_order",
    steps=(
        # In the bot's transaction, under the order's lock. The runner's part is withheld as far as it is unsent.
        LocalStep(name="request_refund", compensation="withdraw_refund"),
        ExternalStep(name="create_refund"),  # if Stripe refuses, nothing was sent and the request is withdrawn
        Pivot(),
        ExternalStep(name="reverse_transfer"),  # the runner's part that was sent; a refusal makes it a debt
        Wait(signal="refund_settled", window="refund", timeout_reason="refund_overdue", poll="refresh_refund"),
        LocalStep(name="settle_refund"),
    ),
)
