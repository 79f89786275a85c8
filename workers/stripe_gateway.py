"""The only file that calls Stripe: frozen parameters under their key, errors as Refused, TryLater or Unknown."""

import asyncio
from collections.abc import Awaitable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import aiohttp
import stripe
from stripe import AIOHTTPClient, StripeClient
from stripe._base_address import BaseAddresses
from stripe._v1_services import V1Services

from workers.call_failures import OutcomeUnknown, Refused, TryLater
from workers.stripe_gateway_failures import RATE_LIMITED, to_call_failure
from workers.stripe_rate_limit import CallKind, CallPriority, StripeRateLimiter

CALL_TIMEOUT_SECONDS = 20.0  # seconds for one call, all of it
CONNECT_TIMEOUT_SECONDS = 5.0
MAX_PAGE_SIZE = 100
RESOURCE_MISSING = "resource_missing"  # Stripe's code of a 404

StripeParams = Mapping[str, Any]
StripeResponse = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeGateway:
    """A client of one event loop, the connections to close with it, and its pace; None: an operator's, not counted."""

    client: StripeClient
    session: aiohttp.ClientSession
    rate_limiter: StripeRateLimiter | None = None
    reads_rank_last: bool = False  # whether all its reads rank last

    async def read(self, priority: CallPriority, call: Coroutine[Any, Any, Any]) -> "StripeResponse":
        """A read, when it is its turn; as `send`."""
        return await self._call_when_allowed(
            CallKind.READ, CallPriority.RECONCILE if self.reads_rank_last else priority, call
        )

    async def write(self, priority: CallPriority, call: Coroutine[Any, Any, Any]) -> "StripeResponse":
        """A write, when it is its turn; as `send`."""
        return await self._call_when_allowed(CallKind.WRITE, priority, call)

    async def _call_when_allowed(
        self, call_kind: CallKind, priority: CallPriority, call: Coroutine[Any, Any, Any]
    ) -> "StripeResponse":
        if self.rate_limiter is None:
            return await send_request(call)
        try:
            await self.rate_limiter.wait_until_allowed(call_kind, priority)
            return await send_request(call)
        except TryLater as later:
            if later.reason == RATE_LIMITED:
                await self.rate_limiter.pause(call_kind)
            raise
        finally:
            call.close()  # one that was never made would be told as a mistake

    def with_reads_ranked_last(self) -> "StripeGateway":
        """The same client for somebody whose reads may wait for everybody else's."""
        return replace(self, reads_rank_last=True)

    @property
    def v1(self) -> V1Services:
        """StripeGateway's resources."""
        return self.client.v1

    async def close(self) -> None:
        """End the connections."""
        await self.session.close()


def open_stripe_gateway(key: str, address: str | None, rate_limiter: StripeRateLimiter | None = None) -> StripeGateway:
    """A client of the running loop; `address` replaces Stripe's own. Retries are the engine's, not the library's."""
    stripe.enable_telemetry = False
    timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS)
    session = aiohttp.ClientSession()
    transport = AIOHTTPClient(timeout=timeout, session=session)
    addresses: BaseAddresses = {} if address is None else {"api": address}
    client = StripeClient(key, http_client=transport, max_network_retries=0, base_addresses=addresses)
    return StripeGateway(client=client, session=session, rate_limiter=rate_limiter)


async def send_request(call: Awaitable[Any]) -> StripeResponse:
    """The call's answer as plain data; CallFailed otherwise (as stripe-python 16.1 raises them)."""
    try:
        async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
            found = await call
    except stripe.StripeError as error:
        raise to_call_failure(error) from error
    except (TimeoutError, aiohttp.ClientError) as error:  # a body cut short leaks through the library as it is
        raise OutcomeUnknown("connection", type(error).__name__) from error
    return cast(StripeResponse, found.to_dict())


async def create_customer(client: StripeGateway, params: StripeParams, key: str) -> StripeResponse:
    """A Stripe customer."""
    return await client.write(
        CallPriority.AUTHORISE, client.v1.customers.create_async(cast(Any, params), {"idempotency_key": key})
    )


async def create_checkout(client: StripeGateway, params: StripeParams, key: str) -> StripeResponse:
    """A Checkout session."""
    return await client.write(
        CallPriority.AUTHORISE, client.v1.checkout.sessions.create_async(cast(Any, params), {"idempotency_key": key})
    )


async def retrieve_checkout(client: StripeGateway, session: str) -> StripeResponse:
    """A Checkout session with the card it saved."""
    params: Any = {"expand": ["setup_intent.payment_method"]}
    return await client.read(CallPriority.AUTHORISE, client.v1.checkout.sessions.retrieve_async(session, params))


async def detach_card(client: StripeGateway, payment_method: str, key: str) -> None:
    """Let a saved card go; one that is detached already, or that Stripe does not know, is as good."""
    try:
        await client.write(
            CallPriority.AUTHORISE, client.v1.payment_methods.detach_async(payment_method, {}, {"idempotency_key": key})
        )
    except Refused as refusal:
        if refusal.reason != RESOURCE_MISSING and await _is_attached(client, payment_method):
            raise


async def _is_attached(client: StripeGateway, payment_method: str) -> bool:
    found = await client.read(CallPriority.AUTHORISE, client.v1.payment_methods.retrieve_async(payment_method))
    return found.get("customer") is not None


async def create_intent(client: StripeGateway, params: StripeParams, key: str) -> StripeResponse:
    """A payment intent."""
    return await client.write(
        CallPriority.AUTHORISE, client.v1.payment_intents.create_async(cast(Any, params), {"idempotency_key": key})
    )


async def retrieve_intent(client: StripeGateway, intent: str) -> StripeResponse:
    """A payment intent with its charge and the charge's balance transaction."""
    params: Any = {"expand": ["latest_charge.balance_transaction"]}
    return await client.read(CallPriority.CAPTURE, client.v1.payment_intents.retrieve_async(intent, params))


async def find_intent(client: StripeGateway, customer: str, since: int, call: str) -> StripeResponse | None:
    """The intent a call of ours made, found by its metadata; `since` in seconds of the epoch. None: it made none."""
    params: Any = {"customer": customer, "created": {"gte": since}, "limit": MAX_PAGE_SIZE}
    page = await client.read(CallPriority.AUTHORISE, client.v1.payment_intents.list_async(params))
    return next((found for found in page["data"] if found.get("metadata", {}).get("call") == call), None)


async def cancel_intent(client: StripeGateway, intent: str, key: str) -> StripeResponse:
    """Cancel an intent; one that is cancelled already is as good."""
    try:
        return await client.write(
            CallPriority.CANCEL, client.v1.payment_intents.cancel_async(intent, {}, {"idempotency_key": key})
        )
    except Refused as refusal:
        return _intent_in_status(refusal, "canceled")


async def capture_intent(client: StripeGateway, intent: str, params: StripeParams, key: str) -> StripeResponse:
    """Capture an intent; one that is captured already is as good."""
    try:
        return await client.write(
            CallPriority.CAPTURE,
            client.v1.payment_intents.capture_async(intent, cast(Any, params), {"idempotency_key": key}),
        )
    except Refused as refusal:
        done = _intent_in_status(refusal, "succeeded")
        return await retrieve_intent(client, str(done["id"]))


def _intent_in_status(refusal: Refused, status: str) -> StripeResponse:
    """The intent inside a refusal, when it stands where we wanted it; else the refusal itself."""
    intent: StripeResponse | None = refusal.details.get("payment_intent")
    if intent is not None and intent.get("status") == status:
        return intent
    raise refusal


async def create_transfer(client: StripeGateway, params: StripeParams, key: str) -> StripeResponse:
    """A transfer to a connected account."""
    return await client.write(
        CallPriority.TRANSFER, client.v1.transfers.create_async(cast(Any, params), {"idempotency_key": key})
    )


async def find_transfer(client: StripeGateway, transfer_group: str, call: str) -> StripeResponse | None:
    """The transfer a call of ours made, found by its metadata; None: it made none."""
    page = await client.read(
        CallPriority.TRANSFER,
        client.v1.transfers.list_async({"transfer_group": transfer_group, "limit": MAX_PAGE_SIZE}),
    )
    return next((found for found in page["data"] if found.get("metadata", {}).get("call") == call), None)


async def create_refund(client: StripeGateway, params: StripeParams, key: str) -> StripeResponse:
    """Captured money back to the card it came from."""
    return await client.write(
        CallPriority.TRANSFER, client.v1.refunds.create_async(cast(Any, params), {"idempotency_key": key})
    )


async def retrieve_refund(client: StripeGateway, refund: str) -> StripeResponse:
    """A refund as it is now."""
    return await client.read(CallPriority.TRANSFER, client.v1.refunds.retrieve_async(refund))


async def find_refund(client: StripeGateway, intent: str, call: str) -> StripeResponse | None:
    """The refund a call of ours made, found by its metadata; None: it made none."""
    page = await client.read(
        CallPriority.TRANSFER, client.v1.refunds.list_async({"payment_intent": intent, "limit": MAX_PAGE_SIZE})
    )
    return next((found for found in page["data"] if found.get("metadata", {}).get("call") == call), None)


async def retrieve_dispute(client: StripeGateway, dispute: str) -> StripeResponse:
    """A dispute as it is now, with what moved on our balance for it."""
    return await client.read(CallPriority.TRANSFER, client.v1.disputes.retrieve_async(dispute))


async def reverse_transfer(client: StripeGateway, transfer: str, params: StripeParams, key: str) -> StripeResponse:
    """Part of a transfer back from the account it went to."""
    reversals = client.v1.transfers.reversals
    return await client.write(
        CallPriority.TRANSFER, reversals.create_async(transfer, cast(Any, params), {"idempotency_key": key})
    )


async def find_reversal(client: StripeGateway, transfer: str, call: str) -> StripeResponse | None:
    """The reversal a call of ours made, found by its metadata; None: it made none."""
    page = await client.read(
        CallPriority.TRANSFER, client.v1.transfers.reversals.list_async(transfer, {"limit": MAX_PAGE_SIZE})
    )
    return next((found for found in page["data"] if found.get("metadata", {}).get("call") == call), None)


async def create_account(client: StripeGateway, params: StripeParams, key: str) -> StripeResponse:
    """A connected account for a runner."""
    return await client.write(
        CallPriority.AUTHORISE, client.v1.accounts.create_async(cast(Any, params), {"idempotency_key": key})
    )


async def retrieve_account(client: StripeGateway, account: str) -> StripeResponse:
    """A connected account as it is now."""
    return await client.read(CallPriority.AUTHORISE, client.v1.accounts.retrieve_async(account))


async def retrieve_payout(client: StripeGateway, payout: str, account: str) -> StripeResponse:
    """A pay-out of a connected account to its bank."""
    return await client.read(
        CallPriority.TRANSFER, client.v1.payouts.retrieve_async(payout, {}, {"stripe_account": account})
    )


async def create_account_link(client: StripeGateway, params: StripeParams, key: str) -> StripeResponse:
    """A link to the onboarding of an account; it works once and not for long."""
    return await client.write(
        CallPriority.AUTHORISE, client.v1.account_links.create_async(cast(Any, params), {"idempotency_key": key})
    )
