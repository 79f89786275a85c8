"""Stripe's objects of a window: those made in it, read from lists, and older ones of its orders, read one by one."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workers.audit.snapshot_repository import StripeRecord, read_every_page
from workers.audit.window_repository import WindowOrders
from workers.engine.call_failures import Refused
from workers.stripe.gateway import RESOURCE_MISSING, StripeGateway, retrieve_intent, retrieve_refund
from workers.stripe.gateway_lists import (
    list_balance_transactions,
    list_intents,
    list_refunds,
    list_transfers,
    retrieve_transfer,
)

CLOCK_SKEW_SECONDS = 3_600  # seconds; lists begin earlier, as the clocks of Stripe and the database differ by less
MAX_CONCURRENT_CALLS = 4  # calls in flight: few enough to leave the workers their share of Stripe's rate limit
REVERSAL_TRANSACTION_TYPE = "transfer_refund"  # Stripe's type of a balance transaction that a reversal makes


@dataclass(slots=True, kw_only=True)
class Objects:
    """Stripe objects by id; `listed` of them came from the lists of the window."""

    intents: dict[str, StripeRecord] = field(default_factory=dict)
    transfers: dict[str, StripeRecord] = field(default_factory=dict)
    refunds: dict[str, StripeRecord] = field(default_factory=dict)
    listed: int = 0

    @property
    def count(self) -> int:
        """Return the number of objects."""
        return len(self.intents) + len(self.transfers) + len(self.refunds)

    def orders(self) -> set[int]:
        """Return the ids of the orders that the objects name; such orders may not exist."""
        groups = [str(one.get("transfer_group")) for one in self.transfers.values()]
        named = [_marked(one, "order") for one in (*self.intents.values(), *self.refunds.values())]
        words = [*named, *(group.removeprefix("order_") for group in groups)]
        return {int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19}

    def sagas(self) -> set[str]:
        """Return the ids of the saga runs that the objects name; such runs may not exist."""
        found = (*self.intents.values(), *self.transfers.values(), *self.refunds.values())
        back = [one for sent in self.transfers.values() for one in (sent.get("reversals") or {}).get("data", [])]
        return {_marked(one, "saga") for one in (*found, *back)}

    def refunded_intents(self) -> set[str]:
        """Return the ids of the payment intents that the refunds belong to."""
        return {str(one["payment_intent"]) for one in self.refunds.values()}


def _marked(one: Mapping[str, Any], name: str) -> str:
    return str((one.get("metadata") or {}).get(name, ""))


async def list_objects(client: StripeGateway, since: datetime) -> Objects:
    """Return everything that was made since then, and the transfers that were reversed since then."""
    created = {"gte": int(since.timestamp()) - CLOCK_SKEW_SECONDS}
    found = Objects()
    _keep(found.intents, await read_every_page(lambda page: list_intents(client, page), created=created))
    _keep(found.transfers, await read_every_page(lambda page: list_transfers(client, page), created=created))
    _keep(found.refunds, await read_every_page(lambda page: list_refunds(client, page), created=created))
    back = await read_every_page(
        lambda page: list_balance_transactions(client, page),
        created=created,
        type=REVERSAL_TRANSACTION_TYPE,
        expand=["data.source"],
    )
    found.listed = found.count
    await _retrieve_transfers(client, found, {str(one["source"]["transfer"]) for one in back if one["source"]})
    return found


async def add_older(client: StripeGateway, found: Objects, known: WindowOrders) -> None:
    """Add objects of these orders that the lists do not cover; skip those that Stripe does not know."""
    slots = asyncio.Semaphore(MAX_CONCURRENT_CALLS)
    for sent in await _gather_limited(slots, (_transfers_of(client, group) for group in known.old_groups)):
        _keep(found.transfers, sent)
    for given in await _gather_limited(slots, (_refunds_of(client, intent) for intent in known.old_payments)):
        _keep(found.refunds, given)
    await _retrieve_transfers(client, found, known.transfers)
    intents = [_found_or_empty(retrieve_intent(client, one)) for one in sorted({*known.intents} - found.intents.keys())]
    refunds = [_found_or_empty(retrieve_refund(client, one)) for one in sorted({*known.refunds} - found.refunds.keys())]
    for made in await _gather_limited(slots, intents):
        _keep(found.intents, made)
    for made in await _gather_limited(slots, refunds):
        _keep(found.refunds, made)


async def _transfers_of(client: StripeGateway, group: str) -> list[StripeRecord]:
    return await read_every_page(lambda page: list_transfers(client, page), transfer_group=group)


async def _refunds_of(client: StripeGateway, intent: str) -> list[StripeRecord]:
    return await read_every_page(lambda page: list_refunds(client, page), payment_intent=intent)


async def _retrieve_transfers(client: StripeGateway, found: Objects, wanted: Iterable[str]) -> None:
    calls = [_found_or_empty(retrieve_transfer(client, one)) for one in sorted({*wanted} - found.transfers.keys())]
    for made in await _gather_limited(asyncio.Semaphore(MAX_CONCURRENT_CALLS), calls):
        _keep(found.transfers, made)


async def _gather_limited(
    slots: asyncio.Semaphore, calls: Iterable[Awaitable[list[StripeRecord]]]
) -> list[list[StripeRecord]]:
    async def with_slot(call: Awaitable[list[StripeRecord]]) -> list[StripeRecord]:
        async with slots:
            return await call

    return await asyncio.gather(*map(with_slot, calls))


async def _found_or_empty(call: Awaitable[StripeRecord]) -> list[StripeRecord]:
    """Return the object in a list, or an empty list when Stripe does not know it."""
    try:
        return [await call]
    except Refused as refusal:
        if refusal.reason != RESOURCE_MISSING:
            raise
        return []


def _keep(found: dict[str, StripeRecord], more: Iterable[StripeRecord]) -> None:
    found.update((one["id"], one) for one in more)
