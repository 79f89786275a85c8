"""Every answer has the shape that the client library declares for it."""

from __future__ import annotations

import stripe

from tests.sandbox.stripe.shop import BACK, Shop


async def everything(shop: Shop) -> list[stripe.StripeObject]:
    """One object of every kind."""
    client = shop.client.v1
    paid, runner = await shop.captured(), await shop.runner()
    transfer = await shop.pay(runner, paid, 100)
    await shop.pull(f"accounts/{runner}", pay_out=True)
    dispute = await shop.pull(f"disputes/{(await shop.captured()).latest_charge}")
    link: stripe.params.AccountLinkCreateParams = {
        "account": runner,
        "type": "account_onboarding",
        "refresh_url": BACK,
        "return_url": BACK,
    }
    await shop.pay(runner, paid, 100)
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
    ]


def certain(declared: dict[str, str]) -> set[str]:
    """Fields that are declared as always there."""
    unsure = ("Optional", "None", "ClassVar")
    return {name for name, hint in declared.items() if not any(word in str(hint) for word in unsure)}


async def test_no_answer_has_a_field_stripe_does_not_know_or_lacks_one_it_always_has(shop: Shop) -> None:
    for answer in await everything(shop):
        declared = type(answer).__annotations__
        fields = answer.to_dict().keys()
        assert fields <= declared.keys(), type(answer).__name__
        assert certain(declared) <= fields, type(answer).__name__
