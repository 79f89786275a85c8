"""The calls to Stripe about refunds and disputes."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, cast

from workers.stripe.gateway import MAX_PAGE_SIZE, StripeGateway, StripeParams
from workers.stripe.objects.dispute import StripeDispute, parse_dispute
from workers.stripe.objects.list_page import parse_page
from workers.stripe.objects.refund import StripeRefund, is_made, parse_refund
from workers.stripe.rate_limit import CallPriority


async def create_refund(client: StripeGateway, params: StripeParams, key: str) -> StripeRefund:
    """Refund captured money to the card it came from."""
    call = client.v1.refunds.create_async(cast(Any, params), {"idempotency_key": key})
    return await client.send(CallPriority.TRANSFER, call, parse_refund)


async def retrieve_refund(client: StripeGateway, refund: str) -> StripeRefund:
    """Return a refund as it is now."""
    return await client.fetch(
        CallPriority.TRANSFER,
        client.v1.refunds.retrieve_async(refund, {"expand": ["balance_transaction", "charge"]}),
        parse_refund,
    )


async def find_refund(client: StripeGateway, intent: str, call: str) -> StripeRefund | None:
    """Return the refund that the call `call` made, found by metadata; None: it made none."""
    refunds = await list_refunds_of_intent(client, intent)
    return next((found for found in refunds if found.metadata.call == call), None)


async def list_refunds_of_intent(client: StripeGateway, intent: str) -> Sequence[StripeRefund]:
    """Return the refunds of a payment that somebody made, newest first."""
    page = await client.fetch(
        CallPriority.TRANSFER,
        client.v1.refunds.list_async(
            {"payment_intent": intent, "limit": MAX_PAGE_SIZE, "expand": ["data.balance_transaction"]}
        ),
        lambda raw: parse_page(raw, parse_refund, is_made),
    )
    return page.items


async def answer_dispute(client: StripeGateway, dispute: str, params: StripeParams, key: str) -> StripeDispute:
    """Send evidence to the bank; Stripe takes it once."""
    call = client.v1.disputes.update_async(dispute, cast(Any, params), {"idempotency_key": key})
    return await client.send(CallPriority.TRANSFER, call, parse_dispute)


async def upload_evidence(client: StripeGateway, photo: bytes, key: str) -> str:
    """Upload a photo for the evidence of a dispute, and return its id. Stripe takes up to 5 MB as JPEG, PNG or PDF."""
    params: Any = {"purpose": "dispute_evidence", "file": BytesIO(photo)}
    call = client.v1.files.create_async(params, {"idempotency_key": key})
    return await client.send(CallPriority.TRANSFER, call, lambda raw: str(raw["id"]))


async def retrieve_dispute(client: StripeGateway, dispute: str) -> StripeDispute:
    """Return a dispute as it is now, with its balance transactions."""
    return await client.fetch(CallPriority.TRANSFER, client.v1.disputes.retrieve_async(dispute), parse_dispute)
