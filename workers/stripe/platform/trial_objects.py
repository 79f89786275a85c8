"""Trying out, in test mode, what an order needs: each object is made as our steps make it, and deleted again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import uuid4

from domain.campuses.campus import Campus
from domain.currencies import find_currency
from workers.engine.call_failures import CallFailed, Refused
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_cards import create_checkout, create_customer
from workers.stripe.gateway_intents import cancel_intent, create_intent
from workers.stripe.gateway_payouts import create_account, create_account_link
from workers.stripe.gateway_platform import delete_account, delete_customer, expire_checkout
from workers.stripe.platform.object_plans import plan_account, plan_checkout, plan_onboarding

TEST_CARD = "pm_card_visa"  # Stripe's own, which every bank of test mode accepts
METADATA = {"made_by": "campusg_check"}  # it names no row of ours


class Trial(StrEnum):
    """What is made; the words are those of its line."""

    ACCOUNT = "a runner's account"
    LINK = "the link to set it up"
    CHECKOUT = "a page that saves a card"
    HOLD = "a hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """Whether an object could be made, and deleted: `failure` says why not, `left` names what could not be deleted."""

    trial: Trial
    failure: CallFailed | None = None
    left: str | None = None


async def try_objects(client: StripeGateway, campus: Campus, country: str | None) -> tuple[TrialResult, ...]:
    """Make and delete a runner's account with its link, a page that saves a card, and the smallest hold.

    What follows from one that could not be made is not tried.
    """
    name = f"check-{uuid4()}"
    return (*await _try_account(client, campus, country, name), *await _try_payment(client, campus, name))


async def _try_account(
    client: StripeGateway, campus: Campus, country: str | None, name: str
) -> tuple[TrialResult, ...]:
    try:
        account = (await create_account(client, plan_account(campus, country, METADATA), f"{name}:account")).id
    except CallFailed as failure:
        return (TrialResult(trial=Trial.ACCOUNT, failure=failure),)
    try:
        link = await _try(Trial.LINK, create_account_link(client, plan_onboarding(campus, account), f"{name}:link"))
    finally:
        left = await _delete(account, delete_account(client, account))
    return TrialResult(trial=Trial.ACCOUNT, left=left), link


async def _try_payment(client: StripeGateway, campus: Campus, name: str) -> tuple[TrialResult, ...]:
    try:
        customer = (await create_customer(client, {"metadata": METADATA}, f"{name}:customer")).id
    except CallFailed as failure:
        return (TrialResult(trial=Trial.CHECKOUT, failure=failure),)
    try:
        page = await _try_checkout(client, campus, customer, name)
        hold = await _try_hold(client, campus, customer, name)
    finally:
        left = await _delete(customer, delete_customer(client, customer))
    return page if left is None else TrialResult(trial=Trial.CHECKOUT, failure=page.failure, left=left), hold


async def _try_checkout(client: StripeGateway, campus: Campus, customer: str, name: str) -> TrialResult:
    params = plan_checkout(campus, customer, METADATA)

    def expire(session: str) -> Awaitable[object]:
        return expire_checkout(client, session)

    async def create() -> str:
        return (await create_checkout(client, params, f"{name}:page")).id

    return await _make_and_delete(Trial.CHECKOUT, create(), expire)


async def _try_hold(client: StripeGateway, campus: Campus, customer: str, name: str) -> TrialResult:
    params = {
        "amount": find_currency(campus.currency).smallest_charge,
        "currency": campus.currency,
        "customer": customer,
        "payment_method": TEST_CARD,
        "capture_method": "manual",
        "confirm": True,
        "return_url": campus.chat_link,
        "description": "A hold of the check, released at once",
        "metadata": METADATA,
    }

    def cancel(intent: str) -> Awaitable[object]:
        return cancel_intent(client, intent, f"{name}:cancel")

    async def create() -> str:
        return (await create_intent(client, params, f"{name}:hold")).id

    result = await _make_and_delete(Trial.HOLD, create(), cancel)
    if isinstance(result.failure, Refused) and result.failure.payment_intent is not None:
        await _delete("the refused hold", cancel(result.failure.payment_intent.id))
    return result


async def _make_and_delete(
    trial: Trial, making: Awaitable[str], delete: Callable[[str], Awaitable[object]]
) -> TrialResult:
    try:
        made = await making
    except CallFailed as failure:
        return TrialResult(trial=trial, failure=failure)
    return TrialResult(trial=trial, left=await _delete(made, delete(made)))


async def _try(trial: Trial, making: Awaitable[object]) -> TrialResult:
    try:
        await making
    except CallFailed as failure:
        return TrialResult(trial=trial, failure=failure)
    return TrialResult(trial=trial)


async def _delete(name: str, deleting: Awaitable[object]) -> str | None:
    """Return the name of what could not be deleted; None when it is gone."""
    try:
        await deleting
    except CallFailed:
        return name
    return None
