"""Objects of Stripe that no call made, for tests of what the product concludes from one."""

from workers.stripe.objects.payment_intent import PaymentIntent, parse_payment_intent
from workers.stripe.objects.refund import StripeRefund, parse_refund


def make_intent(intent_id: str, **metadata: str) -> PaymentIntent:
    """Return an intent that holds 5.00, with this metadata."""
    return parse_payment_intent(
        {
            "id": intent_id,
            "status": "requires_capture",
            "amount": 500,
            "amount_received": 0,
            "currency": "sgd",
            "created": 0,
            "metadata": metadata,
        }
    )


def make_refund(refund_id: str, payment_intent: str, amount: int) -> StripeRefund:
    """Return a refund of this amount (minor units) that reached the customer."""
    return parse_refund(
        {
            "id": refund_id,
            "status": "succeeded",
            "amount": amount,
            "currency": "sgd",
            "created": 0,
            "payment_intent": payment_intent,
        }
    )
