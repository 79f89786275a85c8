"""Tests of holds: created, captured once, cancelled, refused, approved at the bank, or lapsed."""

import pytest
import stripe

from tests.sandbox.stripe.stripe_platform import RETURN_URL, StripePlatform

DAY = 86_400


async def test_a_hold_takes_no_money_until_it_is_captured(platform: StripePlatform) -> None:
    held = await platform.create_hold(2_000)
    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 2_000, 0)
    assert (await platform.get("summary"))["balance"] == {}
    captured = await platform.v1.payment_intents.capture_async(held.id)
    assert (captured.status, captured.amount_received) == ("succeeded", 2_000)
    assert (await platform.get("summary"))["balance"] == {"usd": 2_000 - 118}


async def test_capturing_less_releases_the_rest_and_more_is_refused(platform: StripePlatform) -> None:
    held = await platform.create_hold(2_000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await platform.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 2_001})
    assert refused.value.code == "amount_too_large"
    captured = await platform.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 1_500})
    assert (captured.amount_received, captured.amount_capturable) == (1_500, 0)


async def test_a_second_capture_and_a_late_cancel_are_refused_with_the_intent_inside(platform: StripePlatform) -> None:
    held = await platform.create_hold()
    await platform.v1.payment_intents.capture_async(held.id)
    for again in (platform.v1.payment_intents.capture_async, platform.v1.payment_intents.cancel_async):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await again(held.id)
        assert refused.value.http_status == 400
        assert refused.value.code == "payment_intent_unexpected_state"
        assert refused.value.error is not None
        assert refused.value.error.payment_intent is not None
        assert refused.value.error.payment_intent.status == "succeeded"


async def test_a_canceled_hold_can_neither_be_captured_nor_canceled_again(platform: StripePlatform) -> None:
    held = await platform.create_hold()
    canceled = await platform.v1.payment_intents.cancel_async(held.id)
    assert canceled.status == "canceled"
    for again in (platform.v1.payment_intents.capture_async, platform.v1.payment_intents.cancel_async):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await again(held.id)
        assert refused.value.code == "payment_intent_unexpected_state"


async def test_a_declined_hold_leaves_an_intent_with_its_id_in_the_error(platform: StripePlatform) -> None:
    with pytest.raises(stripe.CardError) as declined:
        await platform.create_hold(card="pm_card_chargeCustomerFail")
    assert declined.value.http_status == 402
    assert declined.value.error is not None
    assert (declined.value.error.code, declined.value.error.decline_code) == ("card_declined", "generic_decline")
    assert declined.value.error.payment_intent is not None
    intent = await platform.v1.payment_intents.retrieve_async(declined.value.error.payment_intent.id)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.code == "card_declined"


async def test_a_bank_that_asks_is_answered_on_its_page(platform: StripePlatform) -> None:
    asked = await platform.create_hold(card="pm_card_authenticationRequired")
    assert asked.status == "requires_action"
    assert asked.next_action is not None
    assert asked.next_action.redirect_to_url is not None
    page = str(asked.next_action.redirect_to_url.url)
    async with platform.session.get(page) as shown:
        words = await shown.text()
    assert (f"Approve a payment of US${asked.amount / 100:.2f}?" in words, "Say no" in words) == (True, True)
    async with platform.session.post(page, data={"ok": "yes"}, allow_redirects=False) as sent_back:
        assert sent_back.headers["Location"] == RETURN_URL
    approved = await platform.v1.payment_intents.retrieve_async(asked.id)
    assert approved.status == "requires_capture"


async def test_a_failed_approval_asks_for_another_card_and_the_same_intent_takes_it(platform: StripePlatform) -> None:
    asked = await platform.create_hold(card="pm_card_authenticationRequired")
    await platform.post(f"approve/{asked.id}", ok=False)
    failed = await platform.v1.payment_intents.retrieve_async(asked.id)
    assert failed.status == "requires_payment_method"
    assert failed.last_payment_error is not None
    assert failed.last_payment_error.code == "payment_intent_authentication_failure"
    other = await platform.save_card(str(failed.customer))
    again = await platform.v1.payment_intents.confirm_async(asked.id, {"payment_method": other})
    assert again.status == "requires_capture"


async def test_a_bank_that_asks_refuses_when_the_customer_is_away(platform: StripePlatform) -> None:
    customer = await platform.create_customer()
    method = await platform.save_card(customer, "pm_card_authenticationRequired")
    with pytest.raises(stripe.CardError) as refused:
        await platform.v1.payment_intents.create_async(
            {
                "amount": 500,
                "currency": "usd",
                "customer": customer,
                "payment_method": method,
                "confirm": True,
                "off_session": True,
            }
        )
    assert refused.value.code == "authentication_required"


async def test_a_card_set_up_beforehand_is_not_asked_about_again(platform: StripePlatform) -> None:
    assert (await platform.create_hold(card="pm_card_authenticationRequiredOnSetup")).status == "requires_capture"


async def test_a_hold_lapses_after_seven_days_and_not_before(platform: StripePlatform) -> None:
    held = await platform.create_hold()
    charge = held.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.card is not None
    assert charge.payment_method_details.card.capture_before == charge.created + 7 * DAY
    await platform.post("clock", advance=7 * DAY - 60)
    assert (await platform.v1.payment_intents.retrieve_async(held.id)).status == "requires_capture"
    await platform.post("clock", advance=120)
    lapsed = await platform.v1.payment_intents.retrieve_async(held.id)
    assert (lapsed.status, lapsed.cancellation_reason) == ("canceled", "automatic")
    events = await platform.v1.events.list_async({"types": ["charge.expired", "payment_intent.canceled"]})
    assert len(events.data) == 2


async def test_a_visa_hold_made_while_the_customer_is_away_lapses_sooner(platform: StripePlatform) -> None:
    customer = await platform.create_customer()
    method = await platform.save_card(customer)
    held = await platform.v1.payment_intents.create_async(
        {
            "amount": 500,
            "currency": "usd",
            "customer": customer,
            "payment_method": method,
            "capture_method": "manual",
            "confirm": True,
            "off_session": True,
        }
    )
    await platform.post("clock", advance=5 * DAY)
    assert (await platform.v1.payment_intents.retrieve_async(held.id)).status == "canceled"


async def test_a_refused_change_leaves_the_intent_as_it_was(platform: StripePlatform) -> None:
    intent = await platform.v1.payment_intents.create_async({"amount": 500, "currency": "usd"})
    assert intent.status == "requires_payment_method"
    with pytest.raises(stripe.InvalidRequestError):
        await platform.v1.payment_intents.update_async(intent.id, {"amount": 600, "customer": "cus_nobody"})
    assert (await platform.v1.payment_intents.retrieve_async(intent.id)).amount == 500
    changed = await platform.v1.payment_intents.update_async(intent.id, {"amount": 600, "metadata": {"a": "b"}})
    assert (changed.amount, changed.metadata.to_dict()) == (600, {"a": "b"})
