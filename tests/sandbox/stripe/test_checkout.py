"""A card is saved on a page, by a person or by the lever that stands for one."""

from __future__ import annotations

import pytest
import stripe

from tests.sandbox.stripe.shop import BACK, Shop


async def test_a_person_saves_a_card_by_its_number_and_is_sent_back(shop: Shop) -> None:
    customer = await shop.customer()
    session = await shop.open_checkout(customer)
    assert session.id.startswith("cs_test_")
    page = str(session.url)
    async with shop.http.get(page) as shown:
        assert "Save card" in await shown.text()
    form = {"number": "5555 5555 5555 4444"}
    async with shop.http.post(f"{page}/complete", data=form, allow_redirects=False) as saved:
        assert saved.headers["Location"] == BACK
    done = await shop.client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["setup_intent"]})
    assert (done.status, done.payment_status, done.url) == ("complete", "no_payment_required", None)
    intent = done.setup_intent
    assert isinstance(intent, stripe.SetupIntent)
    cards = (await shop.client.v1.payment_methods.list_async({"customer": customer, "type": "card"})).data
    assert [card.id for card in cards] == [intent.payment_method]
    assert cards[0].card is not None
    assert (cards[0].card.brand, cards[0].card.last4) == ("mastercard", "4444")


async def test_a_card_its_bank_will_not_have_kept_leaves_the_page_open(shop: Shop) -> None:
    customer = await shop.customer()
    session = await shop.open_checkout(customer)
    refused = await shop.pull(f"checkout/{session.id}/complete", card="4000000000000002")
    assert refused["error"]["code"] == "card_declined"
    assert (await shop.client.v1.checkout.sessions.retrieve_async(session.id)).status == "open"
    assert (await shop.client.v1.payment_methods.list_async({"customer": customer})).data == []
    assert (await shop.pull(f"checkout/{session.id}/complete", card="pm_card_visa"))["status"] == "complete"


async def test_leaving_the_page_keeps_the_session_open(shop: Shop) -> None:
    session = await shop.open_checkout(await shop.customer())
    async with shop.http.post(f"{session.url}/cancel", allow_redirects=False) as left:
        assert left.headers["Location"] == BACK
    assert (await shop.pull(f"checkout/{session.id}/cancel"))["status"] == "open"


async def test_who_came_from_a_chat_is_shown_the_way_back_as_no_browser_shows_a_chat(shop: Shop) -> None:
    chat = "https://t.me/some_bot?start=card"
    session = await shop.client.v1.checkout.sessions.create_async(
        {"mode": "setup", "currency": "usd", "customer": await shop.customer(), "success_url": chat}
    )
    async with shop.http.post(f"{session.url}/cancel", allow_redirects=False) as left:
        assert (left.status, "Nothing saved" in await left.text()) == (200, True)
    form = {"number": "5555 5555 5555 4444"}
    async with shop.http.post(f"{session.url}/complete", data=form, allow_redirects=False) as saved:
        assert (saved.status, "Back to the chat" in await saved.text()) == (200, True)
    assert (await shop.client.v1.checkout.sessions.retrieve_async(session.id)).status == "complete"


async def test_an_expired_session_cannot_be_completed(shop: Shop) -> None:
    by_hand, by_time = [await shop.open_checkout(await shop.customer()) for _ in range(2)]
    assert (await shop.client.v1.checkout.sessions.expire_async(by_hand.id)).status == "expired"
    await shop.pull("clock", advance=86_500)
    assert (await shop.client.v1.checkout.sessions.retrieve_async(by_time.id)).status == "expired"
    for session in (by_hand, by_time):
        assert "error" in await shop.pull(f"checkout/{session.id}/complete", card="pm_card_visa")
    with pytest.raises(stripe.InvalidRequestError):
        await shop.client.v1.checkout.sessions.expire_async(by_hand.id)


async def test_a_test_name_becomes_a_real_payment_method_when_attached(shop: Shop) -> None:
    customer = await shop.customer()
    attached = await shop.client.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer})
    assert attached.id.startswith("pm_")
    assert attached.id != "pm_card_visa"
    assert attached.customer == customer
    with pytest.raises(stripe.CardError):
        await shop.client.v1.payment_methods.attach_async("pm_card_visa_chargeDeclined", {"customer": customer})


async def test_a_detached_card_can_pay_no_more(shop: Shop) -> None:
    customer = await shop.customer()
    method = await shop.card_of(customer)
    await shop.client.v1.payment_methods.detach_async(method)
    with pytest.raises(stripe.InvalidRequestError):
        await shop.hold_on(customer, method)


async def test_a_card_of_one_customer_does_not_pay_for_another(shop: Shop) -> None:
    method = await shop.card_of(await shop.customer())
    with pytest.raises(stripe.InvalidRequestError):
        await shop.hold_on(await shop.customer(), method)


async def test_deleting_a_customer_leaves_a_live_hold_capturable(shop: Shop) -> None:
    held = await shop.hold()
    await shop.client.v1.customers.delete_async(str(held.customer))
    gone = await shop.client.v1.customers.retrieve_async(str(held.customer))
    assert gone.deleted
    assert (await shop.client.v1.payment_intents.capture_async(held.id)).status == "succeeded"
