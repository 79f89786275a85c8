"""The calls to Stripe about payment intents."""

from typing import Any, cast

from workers.engine.call_failures import Refused
from workers.stripe.gateway import MAX_PAGE_SIZE, StripeGateway, StripeParams
from workers.stripe.objects.list_page import parse_page
from workers.stripe.objects.payment_intent import PaymentIntent, PaymentIntentStatus, parse_payment_intent
from workers.stripe.rate_limit import CallPriority

# What a captured intent is asked for: its charge, and Stripe's fee, of a part by the remainder that goes back.
TAKEN_PAYMENT = ("latest_charge.balance_transaction", "latest_charge.refunds.data.balance_transaction")
RECEIPT_EMAIL = "receipt_email"  # as a call names it


async def create_intent(client: StripeGateway, params: StripeParams, key: str) -> PaymentIntent:
    """Create a payment intent; one without a receipt where Stripe does not take the address of it."""
    try:
        return await _create_intent(client, params, key)
    except Refused as refusal:
        if refusal.answer is None or refusal.answer.param != RECEIPT_EMAIL or RECEIPT_EMAIL not in params:
            raise
    without = {name: value for name, value in params.items() if name != RECEIPT_EMAIL}
    return await _create_intent(client, without, f"{key}:no_receipt")


async def _create_intent(client: StripeGateway, params: StripeParams, key: str) -> PaymentIntent:
    call = client.v1.payment_intents.create_async(cast(Any, params), {"idempotency_key": key})
    return await client.send(CallPriority.AUTHORISE, call, parse_payment_intent)


async def retrieve_intent(client: StripeGateway, intent: str) -> PaymentIntent:
    """Return a payment intent with its charge and the balance transaction of the charge."""
    call = client.v1.payment_intents.retrieve_async(intent, {"expand": [*TAKEN_PAYMENT]})
    return await client.fetch(CallPriority.CAPTURE, call, parse_payment_intent)


async def find_intent(client: StripeGateway, customer: str, since: int, call: str) -> PaymentIntent | None:
    """Return the intent that the call `call` made, found by metadata, or None; `since` is in seconds of the epoch."""
    params: Any = {"customer": customer, "created": {"gte": since}, "limit": MAX_PAGE_SIZE}
    page = await client.fetch(
        CallPriority.AUTHORISE,
        client.v1.payment_intents.list_async(params),
        lambda raw: parse_page(raw, parse_payment_intent),
    )
    return next((found for found in page.items if found.metadata.call == call), None)


async def cancel_intent(client: StripeGateway, intent: str, key: str) -> PaymentIntent:
    """Cancel an intent, or return it when it is cancelled already."""
    call = client.v1.payment_intents.cancel_async(intent, {}, {"idempotency_key": key})
    try:
        return await client.send(CallPriority.CANCEL, call, parse_payment_intent)
    except Refused as refusal:
        return _intent_in_status(refusal, PaymentIntentStatus.CANCELED)


async def capture_intent(client: StripeGateway, intent: str, params: StripeParams, key: str) -> PaymentIntent:
    """Capture an intent, or return it when it is captured already."""
    call = client.v1.payment_intents.capture_async(intent, cast(Any, params), {"idempotency_key": key})
    try:
        return await client.send(CallPriority.CAPTURE, call, parse_payment_intent)
    except Refused as refusal:
        return await retrieve_intent(client, _intent_in_status(refusal, PaymentIntentStatus.SUCCEEDED).id)


def _intent_in_status(refusal: Refused, status: PaymentIntentStatus) -> PaymentIntent:
    """Return the intent inside the refusal if it has this status; else raise the refusal."""
    intent = refusal.payment_intent
    if intent is not None and intent.status is status:
        return intent
    raise refusal
