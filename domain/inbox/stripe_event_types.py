"""The types of Stripe events that are left to a worker; other events are only kept.

What a worker does with each says `workers/stripe/event_types.py`. A test holds the two together.
"""

HANDLED_EVENT_TYPES = frozenset(
    {
        "payment_intent.amount_capturable_updated",
        "payment_intent.canceled",
        "payment_intent.created",
        "payment_intent.partially_funded",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.requires_action",
        "payment_intent.succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.expired",
        "refund.created",
        "refund.failed",
        "refund.updated",
        "charge.refund.updated",
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "radar.early_fraud_warning.created",
        "account.application.authorized",
        "account.application.deauthorized",
        "account.updated",
        "payout.canceled",
        "payout.created",
        "payout.failed",
        "payout.paid",
        "payout.updated",
        "topup.created",
        "topup.reversed",
        "topup.succeeded",
        "transfer.reversed",
    }
)
