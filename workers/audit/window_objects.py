"""Stripe's objects of a window: those made in it, read from lists, and older ones of its orders, read one by one."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from domain.settings.timeouts import Timeout
from workers.audit.window_repository import WindowOrders
from workers.engine.call_failures import Refused
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_failures import RESOURCE_MISSING
from workers.stripe.gateway_intents import retrieve_intent
from workers.stripe.gateway_pages import (
    list_intents,
    list_refunds,
    list_reversal_transactions,
    list_transfers,
    read_every_page,
)
from workers.stripe.gateway_payouts import retrieve_transfer
from workers.stripe.gateway_refunds import retrieve_refund
from workers.stripe.objects.payment_intent import PaymentIntent
from workers.stripe.objects.refund import StripeRefund
from workers.stripe.objects.transfer import Transfer, TransferReversal

CLOCK_SKEW_SECONDS = Timeout.AUDIT_CLOCK_SKEW.whole_seconds
MAX_CONCURRENT_CALLS = 4  # calls in flight: few enough to leave the workers their share of Stripe's rate limit

T = TypeVar("T")
MoneyObject = TypeVar("MoneyObject", PaymentIntent, Transfer, StripeRefund)


@dataclass(slots=True, kw_only=True)
class WindowObjects:
    """Stripe objects by id; `listed` of them came from the lists of the window."""

    intents: dict[str, PaymentIntent] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)
    refunds: dict[str, StripeRefund] = field(default_factory=dict)
    listed: int = 0

    @property
    def count(self) -> int:
        """Return the number of objects."""
        return len(self.intents) + len(self.transfers) + len(self.refunds)

    def orders(self) -> set[int]:
        """Return the ids of the orders that the objects name; such orders may not exist."""
        marked: Sequence[PaymentIntent | StripeRefund] = [*self.intents.values(), *self.refunds.values()]
        groups = [str(one.transfer_group).removeprefix("order_") for one in self.transfers.values()]
        words = [*groups, *(str(one.metadata.order) for one in marked)]
        return {int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19}

    def sagas(self) -> set[str]:
        """Return the ids of the saga runs that the objects name; such runs may not exist."""
        marked: Sequence[PaymentIntent | Transfer | StripeRefund | TransferReversal] = [
            *self.intents.values(),
            *self.transfers.values(),
            *self.refunds.values(),
            *(reversal for transfer in self.transfers.values() for reversal in transfer.reversals),
        ]
        return {one.metadata.saga for one in marked if one.metadata.saga is not None}

    def refunded_intents(self) -> set[str]:
        """Return the ids of the payment intents that the refunds belong to."""
        return {str(one.payment_intent) for one in self.refunds.values()}


async def list_objects(client: StripeGateway, since: datetime) -> WindowObjects:
    """Return everything that was made since then, and the transfers that were reversed since then."""
    begin = int(since.timestamp()) - CLOCK_SKEW_SECONDS
    found = WindowObjects()
    _keep(found.intents, await read_every_page(lambda page: list_intents(client, page), begin))
    _keep(found.transfers, await read_every_page(lambda page: list_transfers(client, page), begin))
    _keep(found.refunds, await read_every_page(lambda page: list_refunds(client, page), begin))
    back = await read_every_page(lambda page: list_reversal_transactions(client, page), begin)
    found.listed = found.count
    await _retrieve_transfers(client, found, {one.cause.transfer for one in back if one.cause.transfer is not None})
    return found


async def add_older(client: StripeGateway, found: WindowObjects, known: WindowOrders) -> None:
    """Add objects of these orders that the lists do not cover; skip those that Stripe does not know."""
    slots = asyncio.Semaphore(MAX_CONCURRENT_CALLS)
    for sent in await _gather_limited(slots, (_transfers_of(client, group) for group in known.old_groups)):
        _keep(found.transfers, sent)
    for given in await _gather_limited(slots, (_refunds_of(client, intent) for intent in known.old_payments)):
        _keep(found.refunds, given)
    await _retrieve_transfers(client, found, known.transfers)
    intents = [_found_or_empty(retrieve_intent(client, one)) for one in sorted({*known.intents} - found.intents.keys())]
    refunds = [_found_or_empty(retrieve_refund(client, one)) for one in sorted({*known.refunds} - found.refunds.keys())]
    for held in await _gather_limited(slots, intents):
        _keep(found.intents, held)
    for returned in await _gather_limited(slots, refunds):
        _keep(found.refunds, returned)


async def _transfers_of(client: StripeGateway, group: str) -> Sequence[Transfer]:
    return await read_every_page(lambda page: list_transfers(client, page, transfer_group=group))


async def _refunds_of(client: StripeGateway, intent: str) -> Sequence[StripeRefund]:
    return await read_every_page(lambda page: list_refunds(client, page, payment_intent=intent))


async def _retrieve_transfers(client: StripeGateway, found: WindowObjects, wanted: Iterable[str]) -> None:
    calls = [_found_or_empty(retrieve_transfer(client, one)) for one in sorted({*wanted} - found.transfers.keys())]
    for made in await _gather_limited(asyncio.Semaphore(MAX_CONCURRENT_CALLS), calls):
        _keep(found.transfers, made)


async def _gather_limited(slots: asyncio.Semaphore, calls: Iterable[Awaitable[T]]) -> list[T]:
    async def with_slot(call: Awaitable[T]) -> T:
        async with slots:
            return await call

    return await asyncio.gather(*map(with_slot, calls))


async def _found_or_empty(call: Awaitable[MoneyObject]) -> Sequence[MoneyObject]:
    """Return the object in a list, or an empty list when Stripe does not know it."""
    try:
        return [await call]
    except Refused as refusal:
        if refusal.reason != RESOURCE_MISSING:
            raise
        return []


def _keep(found: dict[str, MoneyObject], more: Iterable[MoneyObject]) -> None:
    found.update((one.id, one) for one in more)
