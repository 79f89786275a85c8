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

from workers.outcomes import Refused, TryLater, Unknown
from workers.stripe_gateway_failures import TOO_FAST, failure_of
from workers.stripe_pace import Pace, Rank, Way

CALL_WITHIN = 20.0  # seconds for one call, all of it
CONNECT_WITHIN = 5.0
LARGEST_PAGE = 100
UNKNOWN_OBJECT = "resource_missing"  # Stripe's code of a 404

Params = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripe:
    """A client of one event loop, the connections to close with it, and its pace; None: an operator's, not counted."""

    client: StripeClient
    session: aiohttp.ClientSession
    pace: Pace | None = None
    last: bool = False  # whether all its reads rank last

    async def ask(self, rank: Rank, call: Coroutine[Any, Any, Any]) -> "Answer":
        """A read, when it is its turn; as `send`."""
        return await self._in_turn(Way.READ, Rank.RECONCILE if self.last else rank, call)

    async def tell(self, rank: Rank, call: Coroutine[Any, Any, Any]) -> "Answer":
        """A write, when it is its turn; as `send`."""
        return await self._in_turn(Way.WRITE, rank, call)

    async def _in_turn(self, way: Way, rank: Rank, call: Coroutine[Any, Any, Any]) -> "Answer":
        if self.pace is None:
            return await send(call)
        try:
            await self.pace.wait_turn(way, rank)
            return await send(call)
        except TryLater as later:
            if later.reason == TOO_FAST:
                await self.pace.rest(way)
            raise
        finally:
            call.close()  # one that was never made would be told as a mistake

    def reading_last(self) -> "Stripe":
        """The same client for somebody whose reads may wait for everybody else's."""
        return replace(self, last=True)

    @property
    def v1(self) -> V1Services:
        """Stripe's resources."""
        return self.client.v1

    async def close(self) -> None:
        """End the connections."""
        await self.session.close()


def open_client(key: str, address: str | None, pace: Pace | None = None) -> Stripe:
    """A client of the running loop; `address` replaces Stripe's own. Retries are the engine's, not the library's."""
    stripe.enable_telemetry = False
    patience = aiohttp.ClientTimeout(total=CALL_WITHIN, connect=CONNECT_WITHIN)
    session = aiohttp.ClientSession()
    transport = AIOHTTPClient(timeout=patience, session=session)
    addresses: BaseAddresses = {} if address is None else {"api": address}
    client = StripeClient(key, http_client=transport, max_network_retries=0, base_addresses=addresses)
    return Stripe(client=client, session=session, pace=pace)


async def send(call: Awaitable[Any]) -> Answer:
    """The call's answer as plain data; CallFailed otherwise (as stripe-python 16.1 raises them)."""
    try:
        async with asyncio.timeout(CALL_WITHIN):
            found = await call
    except stripe.StripeError as error:
        raise failure_of(error) from error
    except (TimeoutError, aiohttp.ClientError) as error:  # a body cut short leaks through the library as it is
        raise Unknown("connection", type(error).__name__) from error
    return cast(Answer, found.to_dict())


async def create_customer(client: Stripe, params: Params, key: str) -> Answer:
    """A Stripe customer."""
    return await client.tell(
        Rank.AUTHORISE, client.v1.customers.create_async(cast(Any, params), {"idempotency_key": key})
    )


async def create_checkout(client: Stripe, params: Params, key: str) -> Answer:
    """A Checkout session."""
    return await client.tell(
        Rank.AUTHORISE, client.v1.checkout.sessions.create_async(cast(Any, params), {"idempotency_key": key})
    )


async def retrieve_checkout(client: Stripe, session: str) -> Answer:
    """A Checkout session with the card it saved."""
    params: Any = {"expand": ["setup_intent.payment_method"]}
    return await client.ask(Rank.AUTHORISE, client.v1.checkout.sessions.retrieve_async(session, params))


async def detach_card(client: Stripe, payment_method: str, key: str) -> None:
    """Let a saved card go; one that is detached already, or that Stripe does not know, is as good."""
    try:
        await client.tell(
            Rank.AUTHORISE, client.v1.payment_methods.detach_async(payment_method, {}, {"idempotency_key": key})
        )
    except Refused as refusal:
        if refusal.reason != UNKNOWN_OBJECT and await _is_kept(client, payment_method):
            raise


async def _is_kept(client: Stripe, payment_method: str) -> bool:
    found = await client.ask(Rank.AUTHORISE, client.v1.payment_methods.retrieve_async(payment_method))
    return found.get("customer") is not None


async def create_intent(client: Stripe, params: Params, key: str) -> Answer:
    """A payment intent."""
    return await client.tell(
        Rank.AUTHORISE, client.v1.payment_intents.create_async(cast(Any, params), {"idempotency_key": key})
    )


async def retrieve_intent(client: Stripe, intent: str) -> Answer:
    """A payment intent with its charge and the charge's balance transaction."""
    params: Any = {"expand": ["latest_charge.balance_transaction"]}
    return await client.ask(Rank.CAPTURE, client.v1.payment_intents.retrieve_async(intent, params))


async def find_intent(client: Stripe, customer: str, since: int, call: str) -> Answer | None:
    """The intent a call of ours made, found by its metadata; `since` in seconds of the epoch. None: it made none."""
    params: Any = {"customer": customer, "created": {"gte": since}, "limit": LARGEST_PAGE}
    page = await client.ask(Rank.AUTHORISE, client.v1.payment_intents.list_async(params))
    return next((found for found in page["data"] if found.get("metadata", {}).get("call") == call), None)


async def cancel_intent(client: Stripe, intent: str, key: str) -> Answer:
    """Cancel an intent; one that is cancelled already is as good."""
    try:
        return await client.tell(
            Rank.CANCEL, client.v1.payment_intents.cancel_async(intent, {}, {"idempotency_key": key})
        )
    except Refused as refusal:
        return _wanted(refusal, "canceled")


async def capture_intent(client: Stripe, intent: str, params: Params, key: str) -> Answer:
    """Capture an intent; one that is captured already is as good."""
    try:
        return await client.tell(
            Rank.CAPTURE, client.v1.payment_intents.capture_async(intent, cast(Any, params), {"idempotency_key": key})
        )
    except Refused as refusal:
        done = _wanted(refusal, "succeeded")
        return await retrieve_intent(client, str(done["id"]))


def _wanted(refusal: Refused, status: str) -> Answer:
    """The intent inside a refusal, when it stands where we wanted it; else the refusal itself."""
    intent: Answer | None = refusal.known.get("payment_intent")
    if intent is not None and intent.get("status") == status:
        return intent
    raise refusal


async def create_transfer(client: Stripe, params: Params, key: str) -> Answer:
    """A transfer to a connected account."""
    return await client.tell(
        Rank.TRANSFER, client.v1.transfers.create_async(cast(Any, params), {"idempotency_key": key})
    )


async def find_transfer(client: Stripe, group: str, call: str) -> Answer | None:
    """The transfer a call of ours made, found by its metadata; None: it made none."""
    page = await client.ask(
        Rank.TRANSFER, client.v1.transfers.list_async({"transfer_group": group, "limit": LARGEST_PAGE})
    )
    return next((found for found in page["data"] if found.get("metadata", {}).get("call") == call), None)


async def create_refund(client: Stripe, params: Params, key: str) -> Answer:
    """Captured money back to the card it came from."""
    return await client.tell(Rank.TRANSFER, client.v1.refunds.create_async(cast(Any, params), {"idempotency_key": key}))


async def retrieve_refund(client: Stripe, refund: str) -> Answer:
    """A refund as it is now."""
    return await client.ask(Rank.TRANSFER, client.v1.refunds.retrieve_async(refund))


async def find_refund(client: Stripe, intent: str, call: str) -> Answer | None:
    """The refund a call of ours made, found by its metadata; None: it made none."""
    page = await client.ask(
        Rank.TRANSFER, client.v1.refunds.list_async({"payment_intent": intent, "limit": LARGEST_PAGE})
    )
    return next((found for found in page["data"] if found.get("metadata", {}).get("call") == call), None)


async def retrieve_dispute(client: Stripe, dispute: str) -> Answer:
    """A dispute as it is now, with what moved on our balance for it."""
    return await client.ask(Rank.TRANSFER, client.v1.disputes.retrieve_async(dispute))


async def reverse_transfer(client: Stripe, transfer: str, params: Params, key: str) -> Answer:
    """Part of a transfer back from the account it went to."""
    reversals = client.v1.transfers.reversals
    return await client.tell(
        Rank.TRANSFER, reversals.create_async(transfer, cast(Any, params), {"idempotency_key": key})
    )


async def find_reversal(client: Stripe, transfer: str, call: str) -> Answer | None:
    """The reversal a call of ours made, found by its metadata; None: it made none."""
    page = await client.ask(Rank.TRANSFER, client.v1.transfers.reversals.list_async(transfer, {"limit": LARGEST_PAGE}))
    return next((found for found in page["data"] if found.get("metadata", {}).get("call") == call), None)


async def create_account(client: Stripe, params: Params, key: str) -> Answer:
    """A connected account for a runner."""
    return await client.tell(
        Rank.AUTHORISE, client.v1.accounts.create_async(cast(Any, params), {"idempotency_key": key})
    )


async def retrieve_account(client: Stripe, account: str) -> Answer:
    """A connected account as it is now."""
    return await client.ask(Rank.AUTHORISE, client.v1.accounts.retrieve_async(account))


async def retrieve_payout(client: Stripe, payout: str, account: str) -> Answer:
    """A pay-out of a connected account to its bank."""
    return await client.ask(Rank.TRANSFER, client.v1.payouts.retrieve_async(payout, {}, {"stripe_account": account}))


async def create_account_link(client: Stripe, params: Params, key: str) -> Answer:
    """A link to the onboarding of an account; it works once and not for long."""
    return await client.tell(
        Rank.AUTHORISE, client.v1.account_links.create_async(cast(Any, params), {"idempotency_key": key})
    )
