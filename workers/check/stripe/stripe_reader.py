"""Asking Stripe about the platform: nothing is made or changed."""

from collections.abc import Awaitable
from dataclasses import replace
from typing import TypeVar

from domain.database.unit_of_work import UnitOfWorkFactory
from domain.payments.stripe_platform_repository import (
    OtherPlatformError,
    StripePlatform,
    read_stripe_platform,
    require_same_platform,
)
from domain.settings.redaction import redact_text
from workers.check.stripe.stripe_facts import StripeFacts, Unread
from workers.engine.call_failures import CallFailed, KeyRefused, Refused
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_failures import STRIPE_UNREACHABLE
from workers.stripe.gateway_pages import retrieve_balance
from workers.stripe.gateway_platform import (
    list_webhook_endpoints,
    read_payment_method_settings,
    read_platform,
)
from workers.stripe.platform.key_permissions import find_missing_permissions

Read = TypeVar("Read")


async def read_settlement(client: StripeGateway) -> StripeFacts:
    """Return the platform's account and the currencies of its balance, and nothing else."""
    account = await _try(read_platform(client))
    balance = await _try(retrieve_balance(client))
    currencies = balance if isinstance(balance, Unread) else frozenset(balance.amounts)
    return StripeFacts(account=account, balance_currencies=currencies)


async def read_stripe(client: StripeGateway, *, is_restricted: bool) -> StripeFacts:
    """Return what Stripe says; of a key that is not `is_restricted` no permission is tried."""
    facts = await read_settlement(client)
    if isinstance(facts.account, Unread) and not facts.account.is_permission:
        return facts
    return replace(
        facts,
        missing_permissions=await _try(find_missing_permissions(client)) if is_restricted else frozenset(),
        methods=await _try(read_payment_method_settings(client)),
        endpoints=await _try(list_webhook_endpoints(client)),
    )


async def find_other_platform(database: UnitOfWorkFactory, facts: StripeFacts, *, is_live: bool) -> str | None:
    """Return why our rows are from another platform than this key's; None when they are not."""
    account = None if isinstance(facts.account, Unread) else facts.account.id
    async with database() as work:
        kept = await read_stripe_platform(work)
    try:
        require_same_platform(kept, StripePlatform(is_live=is_live, account=account))
    except OtherPlatformError as other:
        return str(other)
    return None


async def _try(reading: Awaitable[Read]) -> Read | Unread:
    try:
        return await reading
    except CallFailed as failure:
        return describe_failure(failure)


def describe_failure(failure: CallFailed) -> Unread:
    """Return why a call failed, without a secret."""
    if isinstance(failure, KeyRefused):
        return Unread(why=redact_text(failure.answer.describe()), is_permission=failure.access == "permission")
    if isinstance(failure, Refused) and failure.answer is not None:
        return Unread(why=redact_text(failure.answer.describe()))
    if failure.reason == STRIPE_UNREACHABLE:
        return Unread(why="this machine does not reach it")
    return Unread(why=redact_text(str(failure)))
