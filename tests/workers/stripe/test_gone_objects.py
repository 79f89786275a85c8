"""What Stripe no longer knows is forgotten and made anew within the same tap; what the platform may not do is told."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.campuses.people import Member
from domain.payments.use_cases import saved_cards
from domain.payouts import use_cases as payouts_use_cases
from tests.scenarios.scenario_setup import assert_paid_once
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga

pytestmark = pytest.mark.drill


@pytest.fixture(autouse=True)
async def restore_profile(shared_stack: WorkerStack) -> AsyncIterator[None]:
    """Give the platform its usual profile back."""
    usual = await shared_stack.control_stripe("platform")
    yield
    await shared_stack.control_stripe("platform", **usual)


async def open_page(stack: WorkerStack, member: Member) -> str:
    """The id of the newest page that saves a card for a person."""
    (page,) = await stack.rows(
        "SELECT data->>'session' AS id FROM saga WHERE kind = 'save_card' AND person_id = :id"
        " ORDER BY number DESC LIMIT 1",
        id=member.person_id,
    )
    return str(page.id)


async def delete_customer(stack: WorkerStack, member: Member) -> None:
    assert member.stripe_customer is not None
    await stack.context.stripe.v1.customers.delete_async(member.stripe_customer)


async def detach_card(stack: WorkerStack, member: Member) -> None:
    assert member.card is not None
    await stack.context.stripe.v1.payment_methods.detach_async(member.card.payment_method)


async def statuses(stack: WorkerStack, kind: str, member: Member) -> list[str]:
    """The statuses of the sagas of this kind of a person, oldest first."""
    query = "SELECT status FROM saga WHERE kind = :kind AND person_id = :id ORDER BY number"
    return [row.status for row in await stack.rows(query, kind=kind, id=member.person_id)]


@pytest.mark.parametrize("remove", [delete_customer, detach_card], ids=["customer deleted", "card detached"])
async def test_an_order_with_a_card_that_is_gone_gets_a_link_and_is_placed_once_a_card_is_saved(
    shared_stack: WorkerStack, remove: Any
) -> None:
    stack, member = shared_stack, await shared_stack.add_member()
    await remove(stack, member)
    order = await stack.place_order(member)
    await stack.run_due()
    assert (await stack.order(order.id)).end_reason == "card_gone"
    assert await stack.notifications_to(member) == ["notification-card-gone", "notification-card-link"]
    assert (await stack.committed_member(member.person_id)).card is None
    declines = "SELECT count(*) FROM event_log WHERE order_id = :id AND event = 'declined'"
    assert await stack.rows(declines, id=order.id) == [(0,)]
    await stack.control_stripe(f"checkout/{await open_page(stack, member)}/complete", card="pm_card_visa")
    await stack.run_now()
    placed = await stack.rows("SELECT status FROM orders WHERE customer_id = :id ORDER BY id", id=member.person_id)
    assert [row.status for row in placed] == ["CANCELLED", "CREATED"]


async def test_a_card_page_for_a_customer_that_is_gone_is_opened_with_a_new_one(shared_stack: WorkerStack) -> None:
    stack, member = shared_stack, await shared_stack.add_member()
    await delete_customer(stack, member)
    await stack.act(saved_cards.start_card_setup, member)
    await stack.run_due()
    assert await stack.notifications_to(member) == ["notification-card-link"]
    known = await stack.committed_member(member.person_id)
    assert known.stripe_customer not in (None, member.stripe_customer)
    assert known.card is None


async def test_the_card_page_offers_cards_whatever_the_dashboard_switched_on(shared_stack: WorkerStack) -> None:
    stack, member = shared_stack, await shared_stack.add_member(card=None)
    await stack.control_stripe("platform", payment_methods=["card", "link", "us_bank_account"])
    await stack.act(saved_cards.start_card_setup, member)
    await stack.run_due()
    session = await stack.context.stripe.v1.checkout.sessions.retrieve_async(await open_page(stack, member))
    assert session.payment_method_types == ["card"]


@pytest.mark.parametrize("version", [1, 2])
async def test_what_is_no_card_ends_with_a_sentence_and_another_link(shared_stack: WorkerStack, version: int) -> None:
    """A page that a former release opened offers all that the dashboard has switched on."""
    stack, member = shared_stack, await shared_stack.add_member(card=None)
    await stack.control_stripe("platform", payment_methods=["card", "link"])
    run = await stack.act(saved_cards.start_card_setup, member)
    await stack.run_due()
    customer = (await stack.committed_member(member.person_id)).stripe_customer
    params: Any = {"mode": "setup", "currency": "sgd", "customer": customer, "success_url": "https://t.me/campus"}
    page = await stack.context.stripe.v1.checkout.sessions.create_async(params)
    changed = (
        "UPDATE saga SET data = jsonb_set(data, '{session}', to_jsonb(CAST(:page AS text))), version = :version"
        " WHERE id = :id"
    )
    await stack.sql(changed, page=page.id, version=version, id=run.id)
    await stack.control_stripe(f"checkout/{page.id}/complete", method="link")
    for _ in range(2):
        await stack.run_now()
    assert await stack.notifications_to(member) == [
        "notification-card-link",
        "notification-no-card",
        "notification-card-link",
    ]
    assert await statuses(stack, "save_card", member) == ["compensated", "running"]
    assert (await stack.committed_member(member.person_id)).card is None
    assert await open_page(stack, member) != page.id


async def test_pay_for_an_account_that_is_gone_is_sent_once_another_is_set_up(shared_stack: WorkerStack) -> None:
    stack, runner = shared_stack, await shared_stack.add_member(runner=True, card=None)
    order = await stack.delivered_order(runner)
    await stack.control_stripe(f"accounts/{runner.stripe_account}", deauthorize=True)
    await stack.run_due()
    told = await stack.notifications_to(runner)
    assert [key for key in told if "payout" in key] == [
        "notification-payout-account-gone",
        "notification-payout-link",
    ]
    fresh = (await stack.committed_member(runner.person_id)).stripe_account
    assert fresh not in (None, runner.stripe_account)
    await stack.control_stripe(f"onboard/{fresh}", finish=True)
    await stack.run_now()
    await assert_paid_once(stack, order.id)


async def test_a_platform_that_is_not_approved_is_told_to_both_sides(shared_stack: WorkerStack) -> None:
    stack, runner = shared_stack, await shared_stack.add_member(runner=True, ready=False, card=None)
    await stack.control_stripe("platform", is_transfers_approved=False)
    await stack.act(payouts_use_cases.start_payout_setup, runner)
    await stack.run_due()
    assert await stack.notifications_to(runner) == ["notification-not-possible"]
    (message,) = await stack.rows("SELECT args FROM notification WHERE key = 'notification-stripe-settings'")
    assert message.args["error"].startswith("Your platform needs approval")
    await stack.control_stripe("platform", is_transfers_approved=True)
    await stack.act(payouts_use_cases.start_payout_setup, runner)
    await stack.run_due()
    assert (await stack.notifications_to(runner))[-1] == "notification-payout-link"


async def test_a_restricted_key_without_a_permission_is_named_and_the_link_comes_once_it_is_given(
    shared_stack: WorkerStack,
) -> None:
    stack, runner = shared_stack, await shared_stack.add_member(runner=True, ready=False, card=None)
    await stack.control_stripe("platform", key_permissions=["customer_write", "accounts_read"])
    run = await stack.act(payouts_use_cases.start_payout_setup, runner)
    await stack.run_due()
    assert await stack.notifications_to(runner) == ["notification-held-up"]
    messages = await stack.rows(
        "SELECT args FROM notification WHERE key = 'notification-stripe-settings' ORDER BY id DESC LIMIT 1"
    )
    assert "rak_accounts_write" in messages[0].args["error"]
    await stack.control_stripe("platform", key_permissions=None)
    await stack.sql("UPDATE saga SET wake_at = now() WHERE id = :id", id=run.id)
    await advance_saga(stack.context, run.id)
    assert await stack.notifications_to(runner) == ["notification-held-up", "notification-payout-link"]


@pytest.mark.parametrize("version", [1, 2])
async def test_an_account_that_vanishes_during_its_set_up_is_made_anew(shared_stack: WorkerStack, version: int) -> None:
    stack, runner = shared_stack, await shared_stack.add_member(runner=True, ready=False, card=None)
    run = await stack.act(payouts_use_cases.start_payout_setup, runner)
    await stack.run_due()
    await stack.sql("UPDATE saga SET version = :version WHERE id = :id", version=version, id=run.id)
    first = (await stack.committed_member(runner.person_id)).stripe_account
    await stack.control_stripe(f"accounts/{first}", deauthorize=True)
    for _ in range(2):
        await stack.run_now()
    assert (await stack.committed_member(runner.person_id)).stripe_account not in (None, first)
    assert await stack.notifications_to(runner) == ["notification-payout-link"] * 2
    assert await statuses(stack, "onboard_runner", runner) == ["compensated", "running"]


@pytest.mark.parametrize("version", [1, 2])
async def test_a_card_page_that_is_gone_is_opened_anew(shared_stack: WorkerStack, version: int) -> None:
    stack, member = shared_stack, await shared_stack.add_member(card=None)
    run = await stack.act(saved_cards.start_card_setup, member)
    await stack.run_due()
    changed = "UPDATE saga SET data = jsonb_set(data, '{session}', '\"cs_gone\"'), version = :version WHERE id = :id"
    await stack.sql(changed, version=version, id=run.id)
    for _ in range(2):
        await stack.run_now()
    assert await stack.notifications_to(member) == ["notification-card-link"] * 2
    assert await statuses(stack, "save_card", member) == ["compensated", "running"]
