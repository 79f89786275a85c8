"""Tests of a person at Stripe's dashboard: what they do is done as the API does it, and no caller is named."""

from typing import Any

import pytest
import stripe

from sandbox.stripe.dashboard.acts import DASHBOARD_ACTS
from tests.sandbox.stripe.stripe_platform import StripePlatform

NOBODY = {"id": None, "idempotency_key": None}


async def newest_events(platform: StripePlatform, type_: str) -> list[stripe.Event]:
    """The events of this type, newest first; each names no request."""
    found = (await platform.v1.events.list_async({"type": type_})).data
    assert [event.request and event.request.to_dict() for event in found] == [NOBODY] * len(found)
    return found


async def test_a_payment_is_captured_in_part_and_refunded_without_metadata(platform: StripePlatform) -> None:
    held = await platform.create_hold(2_000)
    captured = await platform.post(f"dashboard/capture_payment/{held.id}", amount=1_500)
    assert (captured["status"], captured["amount_received"]) == ("succeeded", 1_500)
    refund = await platform.post(f"dashboard/refund_payment/{held.id}", amount=500)
    assert (refund["metadata"], refund["amount"], refund["reason"]) == ({}, 500, "requested_by_customer")
    assert (await platform.post(f"dashboard/refund_payment/{held.id}"))["amount"] == 1_000
    assert len(await newest_events(platform, "refund.created")) == 3, "one of what was not captured"
    assert len(await newest_events(platform, "payment_intent.succeeded")) == 1
    movements = (await platform.v1.balance_transactions.list_async()).data
    assert [(one.type, one.reporting_category, one.amount) for one in movements] == [
        ("refund", "refund", -1_000),
        ("refund", "refund", -500),
        ("refund", "partial_capture_reversal", -500),
        ("charge", "charge", 2_000),
    ]


async def test_a_cancelled_payment_says_why(platform: StripePlatform) -> None:
    held = await platform.create_hold()
    cancelled = await platform.post(f"dashboard/cancel_payment/{held.id}")
    assert (cancelled["status"], cancelled["cancellation_reason"]) == ("canceled", "requested_by_customer")
    refused = await platform.control_refusal(f"dashboard/capture_payment/{held.id}")
    assert refused["code"] == "payment_intent_unexpected_state"


async def test_a_transfer_is_made_and_reversed_without_metadata(platform: StripePlatform) -> None:
    paid, runner = await platform.create_captured_payment(), await platform.create_runner_account()
    form = {"amount": 300, "currency": "usd", "source_transaction": str(paid.latest_charge)}
    sent = await platform.post(f"dashboard/create_transfer/{runner}", **form)
    reversal = await platform.post(f"dashboard/reverse_transfer/{sent['id']}", amount=100)
    assert (sent["metadata"], reversal["metadata"], reversal["amount"]) == ({}, {}, 100)
    assert len(await newest_events(platform, "transfer.reversed")) == 1


async def test_funds_are_sent_in_the_currency_that_is_available(platform: StripePlatform) -> None:
    runner = await platform.create_runner_account()
    refused = await platform.control_refusal(f"dashboard/create_transfer/{runner}", amount=300)
    assert refused["code"] == "balance_insufficient"
    await platform.post("dashboard/top_up/sgd", amount=500)
    sent = await platform.post(f"dashboard/create_transfer/{runner}", amount=300)
    assert (sent["amount"], sent["currency"], sent["transfer_group"]) == (300, "sgd", None)


async def test_a_rejected_account_gets_nothing_and_one_with_money_is_not_deleted(platform: StripePlatform) -> None:
    paid, runner = await platform.create_captured_payment(), await platform.create_runner_account()
    await platform.create_transfer(runner, paid, 300)
    assert "balance" in (await platform.control_refusal(f"dashboard/close_account/{runner}"))["message"]
    await platform.post(f"dashboard/reject_account/{runner}", reason="fraud")
    account = await platform.v1.accounts.retrieve_async(runner)
    assert account.requirements is not None
    assert (account.requirements.disabled_reason, account.payouts_enabled) == ("rejected.fraud", False)
    with pytest.raises(stripe.InvalidRequestError):
        await platform.create_transfer(runner, paid, 300)


async def test_a_dispute_is_answered_and_decided(platform: StripePlatform) -> None:
    paid = await platform.create_captured_payment()
    opened = await platform.post(f"dashboard/open_dispute/{paid.latest_charge}")
    answered = await platform.post(f"dashboard/answer_dispute/{opened['id']}")
    assert (answered["status"], answered["evidence_details"]["submission_count"]) == ("under_review", 1)
    assert (await platform.post(f"dashboard/accept_dispute/{opened['id']}"))["status"] == "lost"
    await platform.control_refusal(f"dashboard/answer_dispute/{opened['id']}")


async def test_the_platform_is_paid_out_what_is_available_and_topped_up(platform: StripePlatform) -> None:
    await platform.control_refusal("dashboard/pay_out_platform/usd", amount=1)
    added = await platform.post("dashboard/top_up/usd", amount=700)
    assert await platform.v1.topups.retrieve_async(added["id"]) is not None
    paid_out = await platform.post("dashboard/pay_out_platform/usd", amount=200)
    assert (paid_out["automatic"], paid_out["amount"]) == (False, 200)
    movements = (await platform.v1.balance_transactions.list_async()).data
    assert [(one.type, one.net) for one in movements] == [("payout", -200), ("topup", 700)]


async def test_a_card_and_a_customer_are_gone_for_the_platform(platform: StripePlatform) -> None:
    customer = await platform.create_customer()
    method = await platform.save_card(customer)
    await platform.post(f"dashboard/detach_card/{method}")
    await platform.post(f"dashboard/delete_customer/{customer}")
    with pytest.raises(stripe.InvalidRequestError):
        await platform.create_hold_on_card(customer, method)


async def test_the_page_has_a_button_for_what_may_be_done_now(platform: StripePlatform) -> None:
    held = await platform.create_hold(2_000)
    url, form = f"{platform.url}/dashboard", f"/dashboard/capture_payment/{held.id}"
    async with platform.session.get(url) as shown:
        assert form in await shown.text()
    async with platform.session.post(f"{platform.url}{form}", data={"amount": "15.00"}) as done:
        page = await done.text()
    assert (await platform.v1.payment_intents.retrieve_async(held.id)).amount_received == 1_500
    assert form not in page
    assert f"/dashboard/refund_payment/{held.id}" in page
    async with platform.session.post(f"{platform.url}/dashboard/refund_payment/{held.id}", data={"amount": "x"}) as no:
        assert no.status == 400


async def test_an_unknown_act_is_refused_with_the_list(platform: StripePlatform) -> None:
    refused = await platform.control_refusal("dashboard/burn/pi_1")
    assert all(act in refused["message"] for act in DASHBOARD_ACTS)


async def test_evidence_is_taken_once_and_not_after_its_time(platform: StripePlatform) -> None:
    async def open_dispute() -> str:
        paid = await platform.create_captured_payment()
        return str((await platform.post(f"dashboard/open_dispute/{paid.latest_charge}"))["id"])

    answered, late = await open_dispute(), await open_dispute()
    told: Any = {"evidence": {"uncategorized_text": "handed over"}, "submit": False}
    prepared = await platform.v1.disputes.update_async(answered, told)
    assert (prepared.status, prepared.evidence_details.submission_count) == ("needs_response", 0)
    with pytest.raises(stripe.InvalidRequestError, match="too long"):
        await platform.v1.disputes.update_async(answered, {"evidence": {"uncategorized_text": "x" * 20_001}})
    sent = await platform.v1.disputes.update_async(answered, {"evidence": {"service_date": "2026-11-30"}})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert sent.evidence.uncategorized_text == "handed over"
    with pytest.raises(stripe.InvalidRequestError, match="already submitted"):
        await platform.v1.disputes.update_async(answered, {"evidence": {"service_date": "2026-12-01"}})
    await platform.post("clock", advance=10 * 86_400)
    with pytest.raises(stripe.InvalidRequestError, match="was due by"):
        await platform.v1.disputes.update_async(late, {"evidence": {"service_date": "2026-11-30"}})
    assert (await platform.v1.disputes.retrieve_async(late)).evidence_details.past_due
