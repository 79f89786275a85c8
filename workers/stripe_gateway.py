"""The only file that calls Stripe: frozen parameters under their key, errors as Refused, TryLater or Unknown."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
import stripe
from stripe import AIOHTTPClient, StripeClient
from stripe._base_address import BaseAddresses
from stripe._v1_services import V1Services

from workers.outcomes import FAILED, CallFailed, Refused, TryLater, Unknown

CALL_WITHIN = 20.0  # seconds for one call, all of it
CONNECT_WITHIN = 5.0
LARGEST_PAGE = 100
FIRST_SERVER_ERROR = 500
CUT_OFF = "account_invalid"  # Stripe's code for an account that we may not see, or not any more
UNKNOWN_OBJECT = "resource_missing"  # Stripe's code of a 404

Params = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripe:
    """A client of one event loop, and the connections to close with it."""

    client: StripeClient
    session: aiohttp.ClientSession

    @property
    def v1(self) -> V1Services:
        """Stripe's resources."""
        return self.client.v1

    async def close(self) -> None:
        """End the connections."""
        await self.session.close()


def open_client(key: str, address: str | None) -> Stripe:
    """A client of the running loop; `address` replaces Stripe's own. Retries are the engine's, not the library's."""
    stripe.enable_telemetry = False
    patience = aiohttp.ClientTimeout(total=CALL_WITHIN, connect=CONNECT_WITHIN)
    session = aiohttp.ClientSession()
    transport = AIOHTTPClient(timeout=patience, session=session)
    addresses: BaseAddresses = {} if address is None else {"api": address}
    client = StripeClient(key, http_client=transport, max_network_retries=0, base_addresses=addresses)
    return Stripe(client=client, session=session)


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


def failure_of(error: stripe.StripeError) -> CallFailed:
    """What an error of the library means for us."""
    match error:
        case stripe.CardError():
            return Refused("declined", str(error.code), payment_intent=_intent(error), code=error.code)
        case stripe.RateLimitError():
            return TryLater("rate_limit")
        case stripe.PermissionError() if _details(error).get("code") == CUT_OFF:
            return Refused(CUT_OFF, str(error.user_message or ""))
        case stripe.AuthenticationError() | stripe.PermissionError():
            return TryLater("stripe_key", str(error.user_message or ""))
        case stripe.IdempotencyError():
            return Refused("idempotency_error", str(error))
        case stripe.InvalidRequestError():
            return Refused(error.code or "invalid_request", str(error), payment_intent=_intent(error))
        case stripe.APIError(http_status=409):
            return TryLater("key_in_use")
        case stripe.APIError(http_status=int() as status) if status >= FIRST_SERVER_ERROR:
            return Unknown(FAILED, str(error))
        case _:
            return Unknown("stripe_unclear", str(error))


def _intent(error: stripe.StripeError) -> Answer | None:
    found = _details(error).get("payment_intent")
    return found if isinstance(found, dict) else None


def _details(error: stripe.StripeError) -> Answer:
    """What the body says: the library keeps no code of some errors (403, 409, 429, 500)."""
    body = error.json_body
    found = body.get("error", {}) if isinstance(body, dict) else {}
    return found if isinstance(found, dict) else {}


async def create_customer(client: Stripe, params: Params, key: str) -> Answer:
    """A Stripe customer."""
    return await send(client.v1.customers.create_async(cast(Any, params), {"idempotency_key": key}))


async def create_checkout(client: Stripe, params: Params, key: str) -> Answer:
    """A Checkout session."""
    return await send(client.v1.checkout.sessions.create_async(cast(Any, params), {"idempotency_key": key}))


async def retrieve_checkout(client: Stripe, session: str) -> Answer:
    """A Checkout session with the card it saved."""
    params: Any = {"expand": ["setup_intent.payment_method"]}
    return await send(client.v1.checkout.sessions.retrieve_async(session, params))


async def detach_card(client: Stripe, payment_method: str, key: str) -> None:
    """Let a saved card go; one that is detached already, or that Stripe does not know, is as good."""
    try:
        await send(client.v1.payment_methods.detach_async(payment_method, {}, {"idempotency_key": key}))
    except Refused as refusal:
        if refusal.reason != UNKNOWN_OBJECT and await _is_kept(client, payment_method):
            raise


async def _is_kept(client: Stripe, payment_method: str) -> bool:
    found = await send(client.v1.payment_methods.retrieve_async(payment_method))
    return found.get("customer") is not None


async def create_intent(client: Stripe, params: Params, key: str) -> Answer:
    """A payment intent."""
    return await send(client.v1.payment_intents.create_async(cast(Any, params), {"idempotency_key": key}))


async def retrieve_intent(client: Stripe, intent: str) -> Answer:
    """A payment intent with its charge and the charge's balance transaction."""
    params: Any = {"expand": ["latest_charge.balance_transaction"]}
    return await send(client.v1.payment_intents.retrieve_async(intent, params))


async def find_intent(client: Stripe, customer: str, since: int, call: str) -> Answer | None:
    """The intent a call of ours made, found by its metadata; `since` in seconds of the epoch. None: it made none."""
    params: Any = {"customer": customer, "created": {"gte": since}, "limit": LARGEST_PAGE}
    page = await send(client.v1.payment_intents.list_async(params))
    return next((found for found in page["data"] if found.get("metadata", {}).get("call") == call), None)


async def cancel_intent(client: Stripe, intent: str, key: str) -> Answer:
    """Cancel an intent; one that is cancelled already is as good."""
    try:
        return await send(client.v1.payment_intents.cancel_async(intent, {}, {"idempotency_key": key}))
    except Refused as refusal:
        return _wanted(refusal, "canceled")


async def capture_intent(client: Stripe, intent: str, params: Params, key: str) -> Answer:
    """Capture an intent; one that is captured already is as good."""
    try:
        return await send(client.v1.payment_intents.capture_async(intent, cast(Any, params), {"idempotency_key": key}))
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
    return await send(client.v1.transfers.create_async(cast(Any, params), {"idempotency_key": key}))


async def find_transfer(client: Stripe, group: str, call: str) -> Answer | None:
    """The transfer a call of ours made, found by its metadata; None: it made none."""
    page = await send(client.v1.transfers.list_async({"transfer_group": group, "limit": LARGEST_PAGE}))
    return next((found for found in page["data"] if found.get("metadata", {}).get("call") == call), None)


async def create_refund(client: Stripe, params: Params, key: str) -> Answer:
    """Captured money back to the card it came from."""
    return await send(client.v1.refunds.create_async(cast(Any, params), {"idempotency_key": key}))


async def retrieve_refund(client: Stripe, refund: str) -> Answer:
    """A refund as it is now."""
    return await send(client.v1.refunds.retrieve_async(refund))


async def find_refund(client: Stripe, intent: str, call: str) -> Answer | None:
    """The refund a call of ours made, found by its metadata; None: it made none."""
    page = await send(client.v1.refunds.list_async({"payment_intent": intent, "limit": LARGEST_PAGE}))
    return next((found for found in page["data"] if found.get("metadata", {}).get("call") == call), None)


async def retrieve_dispute(client: Stripe, dispute: str) -> Answer:
    """A dispute as it is now, with what moved on our balance for it."""
    return await send(client.v1.disputes.retrieve_async(dispute))


async def reverse_transfer(client: Stripe, transfer: str, params: Params, key: str) -> Answer:
    """Part of a transfer back from the account it went to."""
    reversals = client.v1.transfers.reversals
    return await send(reversals.create_async(transfer, cast(Any, params), {"idempotency_key": key}))


async def find_reversal(client: Stripe, transfer: str, call: str) -> Answer | None:
    """The reversal a call of ours made, found by its metadata; None: it made none."""
    page = await send(client.v1.transfers.reversals.list_async(transfer, {"limit": LARGEST_PAGE}))
    return next((found for found in page["data"] if found.get("metadata", {}).get("call") == call), None)


async def create_account(client: Stripe, params: Params, key: str) -> Answer:
    """A connected account for a runner."""
    return await send(client.v1.accounts.create_async(cast(Any, params), {"idempotency_key": key}))


async def retrieve_account(client: Stripe, account: str) -> Answer:
    """A connected account as it is now."""
    return await send(client.v1.accounts.retrieve_async(account))


async def retrieve_payout(client: Stripe, payout: str, account: str) -> Answer:
    """A pay-out of a connected account to its bank."""
    return await send(client.v1.payouts.retrieve_async(payout, {}, {"stripe_account": account}))


async def create_account_link(client: Stripe, params: Params, key: str) -> Answer:
    """A link to the onboarding of an account; it works once and not for long."""
    return await send(client.v1.account_links.create_async(cast(Any, params), {"idempotency_key": key}))


async def list_events(client: Stripe, params: Params, account: str | None) -> Answer:
    """A page of events, newest first: the platform's, or a connected account's."""
    options: Any = {} if account is None else {"stripe_account": account}
    return await send(client.v1.events.list_async(cast(Any, params), options))


async def list_intents(client: Stripe, params: Params, _account: str | None = None) -> Answer:
    """A page of payment intents, newest first."""
    return await send(client.v1.payment_intents.list_async(cast(Any, params)))


async def list_transfers(client: Stripe, params: Params, _account: str | None = None) -> Answer:
    """A page of transfers, newest first."""
    return await send(client.v1.transfers.list_async(cast(Any, params)))


async def list_refunds(client: Stripe, params: Params, _account: str | None = None) -> Answer:
    """A page of refunds, newest first."""
    return await send(client.v1.refunds.list_async(cast(Any, params)))


async def list_movements(client: Stripe, params: Params, _account: str | None = None) -> Answer:
    """A page of balance transactions of the platform, newest first."""
    return await send(client.v1.balance_transactions.list_async(cast(Any, params)))


async def retrieve_movement(client: Stripe, movement: str) -> Answer:
    """A balance transaction."""
    return await send(client.v1.balance_transactions.retrieve_async(movement))


async def retrieve_transfer(client: Stripe, transfer: str) -> Answer:
    """A transfer with its newest reversals."""
    return await send(client.v1.transfers.retrieve_async(transfer))


async def retrieve_balance(client: Stripe) -> dict[str, int]:
    """What Stripe keeps for the platform, available or not yet: minor units by currency."""
    found = await send(client.v1.balance.retrieve_async())
    sums: dict[str, int] = {}
    for part in (*found.get("available", []), *found.get("pending", [])):
        sums[part["currency"]] = sums.get(part["currency"], 0) + part["amount"]
    return sums
