"""Tests of amounts in every currency of Stripe: what the product computes is taken, and what is no step is refused."""

import pytest
import stripe

from domain.campuses.fees import Fees
from domain.currencies import find_currency
from domain.orders.pricing import Item, price_order, split_receipt
from sandbox.stripe.amounts import CURRENCIES, MIN_CHARGES, MULTIPLES
from tests.sandbox.stripe.stripe_platform import RETURN_URL, StripePlatform


async def hold(platform: StripePlatform, amount: int, currency: str, customer: str, card: str) -> stripe.PaymentIntent:
    """Hold an amount of a currency on a saved card."""
    return await platform.v1.payment_intents.create_async(
        {
            "amount": amount,
            "currency": currency,
            "customer": customer,
            "payment_method": card,
            "capture_method": "manual",
            "confirm": True,
            "return_url": RETURN_URL,
        }
    )


def usual_fees(currency: str) -> Fees:
    """Fees with shares that leave a remainder in every currency."""
    step = find_currency(currency).step
    return Fees(
        currency=currency,
        service_fee=7 * step,
        platform_basis_points=1_333,
        headroom_basis_points=1_777,
        headroom_least=0,
        headroom_most=9_999 * step,
        delivery_fee_least=0,
        delivery_fee_most=999 * step,
        order_most=99_999_999,
    )


async def test_what_is_computed_is_held_captured_split_refunded_and_transferred_in_every_currency(
    platform: StripePlatform,
) -> None:
    customer, runner = await platform.create_customer(), await platform.create_runner_account()
    card = await platform.save_card(customer, "pm_card_bypassPending")
    for code in sorted(CURRENCIES):
        currency = find_currency(code)
        food = currency.smallest_charge + 13 * currency.step
        item = Item(name="rice", quantity=3, price=food)
        price = price_order([item], delivery_fee=313 * currency.step, tip=11 * currency.step, fees=usual_fees(code))
        split = split_receipt(price, price.items)
        held = await hold(platform, price.ceiling, code, customer, card)
        taken = await platform.v1.payment_intents.capture_async(held.id, {"amount_to_capture": split.total})
        sent = await platform.v1.transfers.create_async(
            {
                "amount": split.runner,
                "currency": code,
                "destination": runner,
                "source_transaction": str(taken.latest_charge),
            }
        )
        back = await platform.v1.refunds.create_async({"payment_intent": held.id, "amount": food})
        assert (taken.amount_received, sent.amount, back.amount) == (split.total, split.runner, food), code
        reversed_part = await platform.v1.transfers.reversals.create_async(sent.id, {"amount": food})
        assert reversed_part.amount == food, code


async def test_an_amount_below_the_minimum_or_off_the_step_is_refused(platform: StripePlatform) -> None:
    customer = await platform.create_customer()
    card = await platform.save_card(customer)
    too_small = [(smallest - MULTIPLES.get(code, 1), code) for code, smallest in MIN_CHARGES.items()]
    off_the_step = [(100 * multiple + 1, code) for code, multiple in MULTIPLES.items()]
    for amount, code in (*too_small, *off_the_step, (49, "usd")):
        with pytest.raises(stripe.InvalidRequestError):
            await hold(platform, amount, code, customer, card)
        held = await hold(platform, 20_000, code, customer, card)
        assert held.status == "requires_capture"
