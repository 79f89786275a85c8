"""Tests of onboarding, transfers, refunds, disputes, and of the balances they change."""

import pytest
import stripe

from sandbox.stripe.resources.balance_resource import card_fee
from tests.sandbox.stripe.stripe_platform import RETURN_URL, StripePlatform


async def test_a_runner_who_is_not_onboarded_cannot_be_paid_and_can_afterwards(platform: StripePlatform) -> None:
    paid, runner = await platform.create_captured_payment(2_000), await platform.create_runner_account(onboarded=False)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await platform.create_transfer(runner, paid, 500)
    assert refused.value.code == "insufficient_capabilities_for_transfer"
    await platform.post(f"onboard/{runner}", finish=True)
    account = await platform.v1.accounts.retrieve_async(runner)
    assert account.capabilities is not None
    assert (account.capabilities.transfers, account.payouts_enabled, account.details_submitted) == (
        "active",
        True,
        True,
    )
    assert (await platform.create_transfer(runner, paid, 500)).destination == runner
    await platform.post(f"accounts/{runner}", transfers="inactive")
    with pytest.raises(stripe.InvalidRequestError):
        await platform.create_transfer(runner, paid, 500)


async def test_an_onboarding_link_opens_once_and_finishes_on_its_page(platform: StripePlatform) -> None:
    runner = await platform.create_runner_account(onboarded=False)
    link = await platform.v1.account_links.create_async(
        {
            "account": runner,
            "type": "account_onboarding",
            "refresh_url": f"{RETURN_URL}/again",
            "return_url": RETURN_URL,
        }
    )
    async with platform.session.get(link.url) as shown:
        assert "Finish onboarding" in await shown.text()
    async with platform.session.get(link.url, allow_redirects=False) as second_visit:
        assert second_visit.headers["Location"] == f"{RETURN_URL}/again"
    async with platform.session.post(link.url, data={"finish": "no"}, allow_redirects=False) as left:
        assert left.headers["Location"] == RETURN_URL
    assert not (await platform.v1.accounts.retrieve_async(runner)).details_submitted
    async with platform.session.post(link.url, data={"finish": "yes"}, allow_redirects=False) as finished:
        assert finished.headers["Location"] == RETURN_URL
    assert (await platform.v1.accounts.retrieve_async(runner)).details_submitted


async def test_a_used_link_shows_a_page_that_says_what_to_do(platform: StripePlatform) -> None:
    chat = "https://t.me/campus_bot"
    link = await platform.v1.account_links.create_async(
        {
            "account": await platform.create_runner_account(onboarded=False),
            "type": "account_onboarding",
            "refresh_url": chat,
            "return_url": chat,
        }
    )
    async with platform.session.get(link.url) as shown:
        assert shown.status == 200
    async with platform.session.get(link.url) as again:
        words = await again.text()
    assert ("tap the button again" in words, "setTimeout" in words) == (True, False)


async def test_a_transfer_cannot_take_more_than_its_charge_brought(platform: StripePlatform) -> None:
    paid, runner = await platform.create_captured_payment(2_000), await platform.create_runner_account()
    await platform.create_transfer(runner, paid, 1_500)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await platform.create_transfer(runner, paid, 501)
    assert refused.value.param == "amount"
    await platform.create_transfer(runner, paid, 500)


async def test_pending_money_moves_only_with_the_charge_it_came_from(platform: StripePlatform) -> None:
    await platform.create_captured_payment(2_000)
    runner = await platform.create_runner_account()
    order: stripe.params.TransferCreateParams = {"amount": 100, "currency": "usd", "destination": runner}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await platform.v1.transfers.create_async(order)
    assert refused.value.code == "balance_insufficient"
    await platform.post("clock", advance=3 * 86_400)
    assert (await platform.v1.transfers.create_async(order)).amount == 100


async def test_an_unknown_destination_and_an_uncaptured_source_are_refused(platform: StripePlatform) -> None:
    held, runner = await platform.create_hold(), await platform.create_runner_account()
    charge = held.latest_charge
    assert isinstance(charge, stripe.Charge)
    for destination, source in (("acct_nobody", charge.id), (runner, charge.id)):
        with pytest.raises(stripe.InvalidRequestError):
            await platform.v1.transfers.create_async(
                {"amount": 100, "currency": "usd", "destination": destination, "source_transaction": source}
            )


async def test_a_reversal_takes_back_what_the_runner_still_has(platform: StripePlatform) -> None:
    paid, runner = await platform.create_captured_payment(2_000), await platform.create_runner_account()
    transfer = await platform.create_transfer(runner, paid, 1_000)
    await platform.v1.transfers.reversals.create_async(transfer.id, {"amount": 400})
    after = await platform.v1.transfers.retrieve_async(transfer.id)
    assert (after.amount_reversed, after.reversed, len(after.reversals.data)) == (400, False, 1)
    listed = await platform.v1.transfers.reversals.list_async(transfer.id)
    assert [one.amount for one in listed.data] == [400]
    with pytest.raises(stripe.InvalidRequestError):
        await platform.v1.transfers.reversals.create_async(transfer.id, {"amount": 601})


async def test_a_reversal_is_refused_once_the_runner_has_been_paid_out(platform: StripePlatform) -> None:
    paid, runner = await platform.create_captured_payment(2_000), await platform.create_runner_account()
    transfer = await platform.create_transfer(runner, paid, 1_000)
    await platform.post(f"accounts/{runner}", pay_out=True)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await platform.v1.transfers.reversals.create_async(transfer.id)
    assert refused.value.code is None  # what the real service says is not sure: nobody may rely on a code


async def test_refunds_together_never_exceed_what_was_captured(platform: StripePlatform) -> None:
    paid = await platform.create_captured_payment(2_000)
    first = await platform.v1.refunds.create_async({"payment_intent": paid.id, "amount": 1_500})
    assert (first.status, first.amount) == ("succeeded", 1_500)
    with pytest.raises(stripe.InvalidRequestError):
        await platform.v1.refunds.create_async({"payment_intent": paid.id, "amount": 501})
    await platform.v1.refunds.create_async({"payment_intent": paid.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await platform.v1.refunds.create_async({"payment_intent": paid.id})
    assert refused.value.code == "charge_already_refunded"
    assert len((await platform.v1.refunds.list_async({"payment_intent": paid.id})).data) == 2


async def test_a_refund_the_bank_sends_back_is_failed_and_the_money_returns(platform: StripePlatform) -> None:
    paid = await platform.create_captured_payment(2_000, "pm_card_refundFail")
    before = (await platform.get("summary"))["balance"]
    refund = await platform.v1.refunds.create_async({"payment_intent": paid.id})
    assert refund.status == "succeeded"
    await platform.post("clock", advance=120)
    assert (await platform.v1.refunds.retrieve_async(refund.id)).status == "failed"
    assert (await platform.get("summary"))["balance"] == before


async def test_a_hold_is_released_by_canceling_and_not_by_a_refund(platform: StripePlatform) -> None:
    held = await platform.create_hold()
    with pytest.raises(stripe.InvalidRequestError):
        await platform.v1.refunds.create_async({"payment_intent": held.id})


def total_balance(balance: stripe.Balance) -> int:
    """Return the sum of the available and the pending balance."""
    return sum(part.amount for part in balance.available) + sum(part.amount for part in balance.pending)


async def test_every_movement_is_a_balance_transaction_and_they_add_up_to_the_balances(
    platform: StripePlatform,
) -> None:
    runner = await platform.create_runner_account()
    paid = await platform.create_captured_payment(2_000)
    transfer = await platform.create_transfer(runner, paid, 700)
    await platform.v1.transfers.reversals.create_async(transfer.id, {"amount": 200})
    await platform.v1.refunds.create_async({"payment_intent": paid.id, "amount": 300})
    expected_balance = 2_000 - card_fee(2_000) - 700 + 200 - 300
    movements = (await platform.v1.balance_transactions.list_async({"limit": 100})).data
    assert sum(movement.net for movement in movements) == expected_balance
    balance = await platform.v1.balance.retrieve_async()
    assert total_balance(balance) == expected_balance
    account_balance = await platform.v1.balance.retrieve_async(None, {"stripe_account": runner})
    assert total_balance(account_balance) == 500
    summary = await platform.get("summary")
    assert (summary["balance"], summary["connected"]) == ({"usd": expected_balance}, {runner: {"usd": 500}})
    assert (summary["transfers"], summary["refunds"], summary["payment_intents"]) == (1, 1, {"succeeded": 1})


async def test_stripes_fee_is_on_the_charges_balance_transaction(platform: StripePlatform) -> None:
    paid = await platform.create_captured_payment(2_000)
    charge = await platform.v1.charges.retrieve_async(str(paid.latest_charge), {"expand": ["balance_transaction"]})
    movement = charge.balance_transaction
    assert isinstance(movement, stripe.BalanceTransaction)
    assert (movement.amount, movement.fee, movement.net, movement.type) == (2_000, 118, 1_882, "charge")


async def test_a_dispute_takes_payment_and_fee_and_gives_back_what_is_won(platform: StripePlatform) -> None:
    paid = await platform.create_captured_payment(2_000)
    charge, before = str(paid.latest_charge), (await platform.get("summary"))["balance"]["usd"]
    opened = await platform.post(f"disputes/{charge}", reason="fraudulent")
    dispute = await platform.v1.disputes.retrieve_async(opened["id"])
    assert (dispute.status, dispute.amount, dispute.reason) == ("needs_response", 2_000, "fraudulent")
    assert [(one.amount, one.fee) for one in dispute.balance_transactions] == [(-2_000, 1_500)]
    assert (await platform.get("summary"))["balance"]["usd"] == before - 3_500
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await platform.v1.refunds.create_async({"payment_intent": paid.id})
    assert refused.value.code == "charge_disputed"
    await platform.post(f"disputes/{charge}", outcome="won")
    assert (await platform.get("summary"))["balance"]["usd"] == before - 1_500
    listed = await platform.v1.disputes.list_async({"payment_intent": paid.id})
    assert [one.status for one in listed.data] == ["won"]
    await platform.v1.refunds.create_async({"payment_intent": paid.id})


async def test_a_failed_payout_returns_to_the_account_and_a_deauthorization_is_final(platform: StripePlatform) -> None:
    paid, runner = await platform.create_captured_payment(2_000), await platform.create_runner_account()
    await platform.create_transfer(runner, paid, 1_000)
    await platform.post(f"accounts/{runner}", pay_out=True)
    await platform.post(f"accounts/{runner}", payout_fails=True)
    of_runner: stripe.RequestOptions = {"stripe_account": runner}
    (payout,) = (await platform.v1.payouts.list_async(None, of_runner)).data
    assert (payout.status, payout.failure_code) == ("failed", "account_closed")
    assert (await platform.get("summary"))["connected"][runner]["usd"] == 1_000
    await platform.post(f"accounts/{runner}", deauthorize=True)
    with pytest.raises(stripe.PermissionError):
        await platform.v1.accounts.retrieve_async(runner)
