"""Tests that every answer has the shape that the client library declares for it."""

import stripe

from tests.sandbox.stripe.stripe_platform import RETURN_URL, StripePlatform


async def one_of_each_kind(platform: StripePlatform) -> list[stripe.StripeObject]:
    """Create and return one object of every kind."""
    client = platform.v1
    paid, runner = await platform.create_captured_payment(), await platform.create_runner_account()
    transfer = await platform.create_transfer(runner, paid, 100)
    await platform.post(f"accounts/{runner}", pay_out=True)
    dispute = await platform.post(f"disputes/{(await platform.create_captured_payment()).latest_charge}")
    link: stripe.params.AccountLinkCreateParams = {
        "account": runner,
        "type": "account_onboarding",
        "refresh_url": RETURN_URL,
        "return_url": RETURN_URL,
    }
    await platform.create_transfer(runner, paid, 100)
    topup = await platform.post("dashboard/top_up/usd", amount=500)
    return [
        paid,
        transfer,
        await client.account_links.create_async(link),
        await client.accounts.retrieve_async(runner),
        await client.balance.retrieve_async(),
        await client.charges.retrieve_async(str(paid.latest_charge)),
        await client.customers.retrieve_async(str(paid.customer)),
        await client.payment_methods.retrieve_async(str(paid.payment_method)),
        await client.refunds.create_async({"payment_intent": paid.id, "amount": 100}),
        await client.transfers.reversals.create_async(transfer.id, {"amount": 5}),
        await client.disputes.retrieve_async(dispute["id"]),
        (await client.balance_transactions.list_async()).data[0],
        (await client.checkout.sessions.list_async()).data[0],
        (await client.events.list_async()).data[0],
        (await client.payouts.list_async(None, {"stripe_account": runner})).data[0],
        (await client.setup_intents.list_async()).data[0],
        await client.topups.retrieve_async(topup["id"]),
    ]


def always_present_fields(declared: dict[str, str]) -> set[str]:
    """Return the fields that are declared as always present."""
    optional_words = ("Optional", "None", "ClassVar")
    return {
        name for name, annotation in declared.items() if not any(word in str(annotation) for word in optional_words)
    }


async def test_no_answer_has_a_field_stripe_does_not_know_or_lacks_one_it_always_has(platform: StripePlatform) -> None:
    for answer in await one_of_each_kind(platform):
        declared = type(answer).__annotations__
        fields = answer.to_dict().keys()
        assert fields <= declared.keys(), type(answer).__name__
        assert always_present_fields(declared) <= fields, type(answer).__name__
