"""The calls to Stripe about customers, Checkout pages and saved cards."""

from typing import Any, cast

from workers.engine.call_failures import Refused
from workers.stripe.gateway import StripeGateway, StripeParams
from workers.stripe.gateway_failures import RESOURCE_MISSING
from workers.stripe.objects.card import (
    CheckoutSession,
    PaymentMethod,
    StripeCustomer,
    parse_checkout_session,
    parse_customer,
    parse_payment_method,
)
from workers.stripe.rate_limit import CallPriority


async def create_customer(client: StripeGateway, params: StripeParams, key: str) -> StripeCustomer:
    """Create a Stripe customer."""
    call = client.v1.customers.create_async(cast(Any, params), {"idempotency_key": key})
    return await client.send(CallPriority.AUTHORISE, call, parse_customer)


async def create_checkout(client: StripeGateway, params: StripeParams, key: str) -> CheckoutSession:
    """Create a Checkout session."""
    call = client.v1.checkout.sessions.create_async(cast(Any, params), {"idempotency_key": key})
    return await client.send(CallPriority.AUTHORISE, call, parse_checkout_session)


async def retrieve_checkout(client: StripeGateway, session: str) -> CheckoutSession:
    """Return a Checkout session with the card it saved."""
    call = client.v1.checkout.sessions.retrieve_async(session, {"expand": ["setup_intent.payment_method"]})
    return await client.fetch(CallPriority.AUTHORISE, call, parse_checkout_session)


async def detach_card(client: StripeGateway, payment_method: str, key: str) -> None:
    """Detach a saved card; do nothing when it is detached already, or Stripe does not know it."""
    call = client.v1.payment_methods.detach_async(payment_method, {}, {"idempotency_key": key})
    try:
        await client.send(CallPriority.AUTHORISE, call, parse_payment_method)
    except Refused as refusal:
        if refusal.reason == RESOURCE_MISSING:
            return
        if (await retrieve_payment_method(client, payment_method)).customer is not None:
            raise


async def retrieve_payment_method(client: StripeGateway, payment_method: str) -> PaymentMethod:
    """Return a saved card as it is now."""
    call = client.v1.payment_methods.retrieve_async(payment_method)
    return await client.fetch(CallPriority.AUTHORISE, call, parse_payment_method)
