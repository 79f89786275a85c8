"""Tests of saving a card: on the page by a person, or by the control API."""

import pytest
import stripe

from tests.sandbox.stripe.stripe_platform import RETURN_URL, StripePlatform


async def test_a_person_saves_a_card_by_its_number_and_is_sent_back(platform: StripePlatform) -> None:
    customer = await platform.create_customer()
    session = await platform.open_checkout(customer)
    assert session.id.startswith("cs_test_")
    page = str(session.url)
    async with platform.session.get(page) as shown:
        assert "Save card" in await shown.text()
    form = {"number": "5555 5555 5555 4444"}
    async with platform.session.post(f"{page}/complete", data=form, allow_redirects=False) as saved:
        assert saved.headers["Location"] == RETURN_URL
    done = await platform.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["setup_intent"]})
    assert (done.status, done.payment_status, done.url) == ("complete", "no_payment_required", None)
    intent = done.setup_intent
    assert isinstance(intent, stripe.SetupIntent)
    cards = (await platform.v1.payment_methods.list_async({"customer": customer, "type": "card"})).data
    assert [card.id for card in cards] == [intent.payment_method]
    assert cards[0].card is not None
    assert (cards[0].card.brand, cards[0].card.last4) == ("mastercard", "4444")


async def test_a_card_that_its_bank_does_not_allow_to_save_leaves_the_page_open(platform: StripePlatform) -> None:
    customer = await platform.create_customer()
    session = await platform.open_checkout(customer)
    refused = await platform.control_refusal(f"checkout/{session.id}/complete", card="4000000000000002")
    assert refused["code"] == "card_declined"
    assert (await platform.v1.checkout.sessions.retrieve_async(session.id)).status == "open"
    assert (await platform.v1.payment_methods.list_async({"customer": customer})).data == []
    assert (await platform.post(f"checkout/{session.id}/complete", card="pm_card_visa"))["status"] == "complete"


async def test_leaving_the_page_keeps_the_session_open(platform: StripePlatform) -> None:
    session = await platform.open_checkout(await platform.create_customer())
    async with platform.session.post(f"{session.url}/cancel", allow_redirects=False) as left:
        assert left.headers["Location"] == RETURN_URL
    assert (await platform.post(f"checkout/{session.id}/cancel"))["status"] == "open"


async def test_a_page_opened_from_a_chat_shows_a_link_back_instead_of_a_redirect(platform: StripePlatform) -> None:
    chat = "https://t.me/some_bot?start=card"
    session = await platform.v1.checkout.sessions.create_async(
        {"mode": "setup", "currency": "usd", "customer": await platform.create_customer(), "success_url": chat}
    )
    async with platform.session.post(f"{session.url}/cancel", allow_redirects=False) as left:
        assert (left.status, "Nothing saved" in await left.text()) == (200, True)
    form = {"number": "5555 5555 5555 4444"}
    async with platform.session.post(f"{session.url}/complete", data=form, allow_redirects=False) as saved:
        assert (saved.status, "Back to the chat" in await saved.text()) == (200, True)
    assert (await platform.v1.checkout.sessions.retrieve_async(session.id)).status == "complete"


async def test_an_expired_session_cannot_be_completed(platform: StripePlatform) -> None:
    by_hand, by_time = [await platform.open_checkout(await platform.create_customer()) for _ in range(2)]
    assert (await platform.v1.checkout.sessions.expire_async(by_hand.id)).status == "expired"
    await platform.post("clock", advance=86_500)
    assert (await platform.v1.checkout.sessions.retrieve_async(by_time.id)).status == "expired"
    for session in (by_hand, by_time):
        await platform.control_refusal(f"checkout/{session.id}/complete", card="pm_card_visa")
    with pytest.raises(stripe.InvalidRequestError):
        await platform.v1.checkout.sessions.expire_async(by_hand.id)


async def test_a_test_name_becomes_a_real_payment_method_when_attached(platform: StripePlatform) -> None:
    customer = await platform.create_customer()
    attached = await platform.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer})
    assert attached.id.startswith("pm_")
    assert attached.id != "pm_card_visa"
    assert attached.customer == customer
    with pytest.raises(stripe.CardError):
        await platform.v1.payment_methods.attach_async("pm_card_visa_chargeDeclined", {"customer": customer})


async def test_a_detached_card_cannot_pay(platform: StripePlatform) -> None:
    customer = await platform.create_customer()
    method = await platform.save_card(customer)
    await platform.v1.payment_methods.detach_async(method)
    with pytest.raises(stripe.InvalidRequestError):
        await platform.create_hold_on_card(customer, method)


async def test_a_card_of_one_customer_does_not_pay_for_another(platform: StripePlatform) -> None:
    method = await platform.save_card(await platform.create_customer())
    with pytest.raises(stripe.InvalidRequestError):
        await platform.create_hold_on_card(await platform.create_customer(), method)
