"""Tests of payments without a hold, with and without the customer present, and of what a refusal leaves behind."""

import pytest
import stripe

from tests.sandbox.stripe.stripe_platform import RETURN_URL, StripePlatform


async def charge(platform: StripePlatform, customer: str, method: str, *, away: bool) -> stripe.PaymentIntent:
    """Charge 10.00 to a saved card."""
    params: stripe.params.PaymentIntentCreateParams = {
        "amount": 1_000,
        "currency": "usd",
        "customer": customer,
        "payment_method": method,
        "capture_method": "automatic",
        "confirm": True,
        "return_url": RETURN_URL,
        "expand": ["latest_charge.balance_transaction"],
    }
    if away:
        params["off_session"] = True
    return await platform.v1.payment_intents.create_async(params)


async def test_a_charge_without_the_customer_is_taken_at_once_and_says_its_fee(platform: StripePlatform) -> None:
    customer = await platform.create_customer()
    taken = await charge(platform, customer, await platform.save_card(customer), away=True)
    assert (taken.status, taken.amount_received, taken.amount_capturable) == ("succeeded", 1_000, 0)
    made = taken.latest_charge
    assert isinstance(made, stripe.Charge)
    assert made.captured
    assert isinstance(made.balance_transaction, stripe.BalanceTransaction)
    assert made.balance_transaction.net == 1_000 - made.balance_transaction.fee
    for late in (platform.v1.payment_intents.capture_async, platform.v1.payment_intents.cancel_async):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await late(taken.id)
        assert refused.value.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize(
    ("card", "code"),
    [("pm_card_authenticationRequired", "authentication_required"), ("pm_card_chargeCustomerFail", "card_declined")],
)
async def test_a_refused_charge_leaves_an_intent_that_can_be_closed_or_paid_with_the_customer_there(
    platform: StripePlatform, card: str, code: str
) -> None:
    customer = await platform.create_customer()
    method = await platform.save_card(customer, card)
    left = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refused:
            await charge(platform, customer, method, away=True)
        assert refused.value.code == code
        assert refused.value.error is not None
        assert refused.value.error.payment_intent is not None
        assert refused.value.error.payment_intent.status == "requires_payment_method"
        left.append(refused.value.error.payment_intent.id)
    closed = await platform.v1.payment_intents.cancel_async(left[0])
    assert closed.status == "canceled"
    other = await platform.save_card(customer)
    again = await platform.v1.payment_intents.confirm_async(left[1], {"payment_method": other, "off_session": False})
    assert again.status == "succeeded"


async def test_with_the_customer_there_the_bank_asks_and_their_yes_takes_it(platform: StripePlatform) -> None:
    customer = await platform.create_customer()
    method = await platform.save_card(customer, "pm_card_authenticationRequired")
    asked = await charge(platform, customer, method, away=False)
    assert (asked.status, asked.amount_received) == ("requires_action", 0)
    await platform.post(f"approve/{asked.id}", ok=True)
    taken = await platform.v1.payment_intents.retrieve_async(asked.id)
    assert (taken.status, taken.amount_received) == ("succeeded", 1_000)


async def test_a_deleted_customer_can_not_be_charged_and_their_hold_is_captured(platform: StripePlatform) -> None:
    held = await platform.create_hold()
    customer, method = str(held.customer), str(held.payment_method)
    await platform.v1.customers.delete_async(customer)
    assert (await platform.v1.customers.retrieve_async(customer)).deleted
    with pytest.raises(stripe.InvalidRequestError):
        await charge(platform, customer, method, away=True)
    assert (await platform.v1.payment_intents.capture_async(held.id)).status == "succeeded"
