"""Tests of what Radar says of payments, of fingerprints, and of the page on which a bank decides a dispute."""

import aiohttp
import pytest
import stripe

from tests.sandbox.stripe.stripe_platform import StripePlatform
from tests.sandbox.stripe.test_charges import charge


async def outcome_of(platform: StripePlatform, charge_id: str) -> stripe.Charge.Outcome:
    found = (await platform.v1.charges.retrieve_async(charge_id)).outcome
    assert found is not None
    return found


async def test_one_number_has_one_fingerprint_whoever_saves_it(platform: StripePlatform) -> None:
    cards = ("pm_card_visa", "pm_card_visa", "pm_card_mastercard")
    saved = [await platform.save_card(await platform.create_customer(), card) for card in cards]
    methods = [await platform.v1.payment_methods.retrieve_async(each) for each in saved]
    prints = [method.card.fingerprint for method in methods if method.card is not None]
    assert prints[0] == prints[1] != prints[2]


async def test_an_elevated_risk_is_paid_and_the_highest_is_blocked(platform: StripePlatform) -> None:
    customer = await platform.create_customer()
    for card, level in (("pm_card_visa", "normal"), ("pm_card_riskLevelElevated", "elevated")):
        taken = await charge(platform, customer, await platform.save_card(customer, card), away=False)
        assert isinstance(taken.latest_charge, stripe.Charge)
        outcome = await outcome_of(platform, taken.latest_charge.id)
        assert (outcome.type, outcome.risk_level, outcome.network_status) == (
            "authorized",
            level,
            "approved_by_network",
        )
    method = await platform.save_card(customer, "pm_card_riskLevelHighest")
    with pytest.raises(stripe.CardError) as refused:
        await charge(platform, customer, method, away=False)
    assert refused.value.error is not None
    assert (refused.value.code, refused.value.error.decline_code) == ("card_declined", "fraudulent")
    outcome = await outcome_of(platform, str(refused.value.error.charge))
    assert (outcome.type, outcome.risk_level, outcome.network_status) == ("blocked", "highest", "not_sent_to_network")


async def test_a_bank_decides_a_dispute_on_its_page(platform: StripePlatform) -> None:
    customer = await platform.create_customer()
    taken = await charge(platform, customer, await platform.save_card(customer), away=False)
    assert isinstance(taken.latest_charge, stripe.Charge)
    page = f"{platform.url}/pay/disputes/{taken.latest_charge.id}"
    async with aiohttp.ClientSession() as session:
        said = []
        for decision in ("fraudulent", "lost"):
            async with session.post(page, data={"decision": decision}) as answer:
                said.append(await answer.text())
    assert "is disputed (fraudulent)" in said[0]
    assert "the platform has lost" in said[1]
    (dispute,) = (await platform.v1.disputes.list_async()).data
    assert (dispute.status, dispute.amount) == ("lost", 1_000)
