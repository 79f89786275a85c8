"""What a platform does with Stripe, as functions for the tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import stripe

from sandbox.people.control_clients import Json, StripeControl

SECRET_KEY = "sk_test_sandbox"
RETURN_URL = "https://shop.example/back"


@dataclass(frozen=True, slots=True)
class StripePlatform(StripeControl):
    """The real client, and a client for the sandbox's control API and pages."""

    v1: stripe.V1Services

    async def control_refusal(self, path: str, /, **body: Json) -> Json:
        """Return the error of a control request that must be refused."""
        async with self.session.post(f"{self.url}/sim/{path}", json=body) as answer:
            assert answer.status >= 400
            return (await answer.json())["error"]

    async def create_customer(self) -> str:
        """Create a customer, and return the id."""
        return (await self.v1.customers.create_async({"name": "Ada"})).id

    async def save_card(self, customer: str, card: str = "pm_card_visa") -> str:
        """Save a card through Checkout as people do, and return the payment method's id."""
        session = await self.open_checkout(customer)
        await self.post(f"checkout/{session.id}/complete", card=card)
        intent = await self.v1.setup_intents.retrieve_async(str(session.setup_intent))
        assert intent.status == "succeeded"
        return str(intent.payment_method)

    async def open_checkout(self, customer: str) -> stripe.checkout.Session:
        """Open a Checkout page that saves a card."""
        return await self.v1.checkout.sessions.create_async(
            {
                "mode": "setup",
                "currency": "usd",
                "customer": customer,
                "success_url": RETURN_URL,
                "cancel_url": RETURN_URL,
            }
        )

    async def create_hold(
        self, amount: int = 2_000, card: str = "pm_card_visa", key: str | None = None, group: str = "ord_1"
    ) -> stripe.PaymentIntent:
        """Create a hold on a new customer's saved card."""
        customer = await self.create_customer()
        method = await self.save_card(customer, card)
        return await self.create_hold_on_card(customer, method, amount, key=key, group=group)

    async def create_hold_on_card(
        self, customer: str, method: str, amount: int = 2_000, *, key: str | None = None, group: str = "ord_1"
    ) -> stripe.PaymentIntent:
        """Create a hold on a saved card."""
        options: stripe.RequestOptions = {} if key is None else {"idempotency_key": key}
        return await self.v1.payment_intents.create_async(
            {
                "amount": amount,
                "currency": "usd",
                "customer": customer,
                "payment_method": method,
                "capture_method": "manual",
                "confirm": True,
                "return_url": RETURN_URL,
                "transfer_group": group,
                "metadata": {"op_id": "op_1"},
                "expand": ["latest_charge"],
            },
            options,
        )

    async def create_captured_payment(self, amount: int = 2_000, card: str = "pm_card_visa") -> stripe.PaymentIntent:
        """Create a captured payment."""
        held = await self.create_hold(amount, card)
        return await self.v1.payment_intents.capture_async(held.id)

    async def create_runner_account(self, *, onboarded: bool = True) -> str:
        """Create a connected account, and return its id."""
        account = await self.v1.accounts.create_async(
            {
                "controller": {
                    "fees": {"payer": "application"},
                    "losses": {"payments": "application"},
                    "stripe_dashboard": {"type": "express"},
                    "requirement_collection": "stripe",
                },
                "capabilities": {"transfers": {"requested": True}},
                "country": "US",
            }
        )
        if onboarded:
            await self.post(f"onboard/{account.id}", finish=True)
        return account.id

    async def create_transfer(self, runner: str, paid: stripe.PaymentIntent, amount: int) -> stripe.Transfer:
        """Create a transfer out of a captured payment."""
        return await self.v1.transfers.create_async(
            {
                "amount": amount,
                "currency": "usd",
                "destination": runner,
                "source_transaction": str(paid.latest_charge),
                "transfer_group": "ord_1",
            }
        )


@asynccontextmanager
async def open_platform(url: str, *, timeout_seconds: float = 20.0) -> AsyncIterator[StripePlatform]:
    """Open a platform whose Stripe is at that address. Calls time out after `timeout_seconds`."""
    async with aiohttp.ClientSession() as http:
        transport = stripe.AIOHTTPClient(timeout=aiohttp.ClientTimeout(total=timeout_seconds), session=http)
        client = stripe.StripeClient(SECRET_KEY, base_addresses={"api": url}, http_client=transport)
        yield StripePlatform(url, http, client.v1)
