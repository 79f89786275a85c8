"""A runner's account: the right link for what is due, told once, and watched until it is well."""

from typing import Any

import pytest

from domain.campuses.people import Member
from domain.payments.use_cases import saved_cards
from domain.payouts import use_cases as payouts_use_cases
from tests.scenarios.refund_setup import receive_event
from tests.stack.worker_stack import WorkerStack
from workers.stripe.platform.statement import statement_suffix


async def tap_set_up(stack: WorkerStack, runner: Member) -> str:
    """Tap [Set up pay-out], and return the key of the link that came."""
    await stack.act(payouts_use_cases.start_payout_setup, runner)
    await stack.run_due()
    return (await stack.notifications_to(runner))[-1]


async def change_account(stack: WorkerStack, runner: Member, event: str, **change: object) -> None:
    """Change the account at Stripe, and deliver the event of it twice."""
    found: dict[str, Any] = await stack.control_stripe(f"accounts/{runner.stripe_account}", **change)
    for number in (1, 2):
        await receive_event(stack, f"{event}_{number}", found, account=runner.stripe_account)
        await stack.run_due()


async def test_a_complete_account_gets_the_link_to_its_own_page(shared_stack: WorkerStack) -> None:
    """So a runner whose bank refused a pay-out can change their bank."""
    runner = await shared_stack.add_member(runner=True, card=None)
    assert await tap_set_up(shared_stack, runner) == "notification-account-page"
    assert (await shared_stack.committed_member(runner.person_id)).payouts_ready


async def test_what_is_due_is_told_once_and_its_link_leads_to_what_is_missing(shared_stack: WorkerStack) -> None:
    stack, runner = shared_stack, await shared_stack.add_member(runner=True, card=None)
    await change_account(stack, runner, "evt_due", past_due=["individual.verification.document"])
    assert await stack.notifications_to(runner) == ["notification-account-trouble"]
    assert await tap_set_up(stack, runner) == "notification-payout-link"
    await change_account(stack, runner, "evt_well", due=[], payouts_enabled=True)
    assert (await stack.notifications_to(runner))[-1] == "notification-account-well"
    assert (await stack.notifications_to(runner)).count("notification-account-well") == 1
    assert await tap_set_up(stack, runner) == "notification-account-page"


async def test_a_bank_that_gets_nothing_is_told_though_nothing_is_due(shared_stack: WorkerStack) -> None:
    stack, runner = shared_stack, await shared_stack.add_member(runner=True, card=None)
    await change_account(stack, runner, "evt_off", due=[], payouts_enabled=False)
    assert await stack.notifications_to(runner) == ["notification-account-trouble"]
    assert await tap_set_up(stack, runner) == "notification-account-page"


async def test_stripe_asks_a_new_runner_nothing_that_we_know(shared_stack: WorkerStack) -> None:
    """A student has no website and no merchant category; money goes to the bank weekly."""
    stack, runner = shared_stack, await shared_stack.add_member(runner=True, ready=False, card=None)
    await tap_set_up(stack, runner)
    number = (await stack.committed_member(runner.person_id)).stripe_account
    (account,) = [one for one in await stack.inspect_stripe("objects", kind="account") if one["id"] == number]
    assert not [name for name in account["requirements"]["currently_due"] if name.startswith("business")]
    schedule = account["settings"]["payouts"]["schedule"]
    assert (schedule["interval"], schedule["weekly_anchor"]) == ("weekly", "monday")


async def test_a_payment_is_recognisable_on_the_statement_and_in_the_dashboard(shared_stack: WorkerStack) -> None:
    order = await shared_stack.open_order()
    (intent,) = await shared_stack.intents(order.id)
    assert intent["description"] == f"Order #{order.id}, {shared_stack.campus.title}"
    assert intent["statement_descriptor_suffix"] == statement_suffix(shared_stack.campus.title)


@pytest.mark.parametrize(
    ("title", "suffix"),
    [("SMU", "SMU"), ("Universität Zürich", "UNIVERSITA"), ("<b>A*B</b>", "B A B B"), ("東京大学", None), ("42", None)],
)
def test_a_statement_shows_only_what_banks_can_print(title: str, suffix: str | None) -> None:
    assert statement_suffix(title) == suffix


async def test_a_card_in_a_wallet_is_a_card_and_shown_as_such(shared_stack: WorkerStack) -> None:
    stack, member = shared_stack, await shared_stack.add_member(card=None)
    run = await stack.act(saved_cards.start_card_setup, member)
    await stack.run_due()
    ((page,),) = await stack.rows("SELECT data->>'session' FROM saga WHERE id = :id", id=run.id)
    await stack.control_stripe(f"checkout/{page}/complete", card="pm_card_visa", wallet="apple_pay")
    await stack.run_now()
    card = (await stack.committed_member(member.person_id)).card
    assert card is not None
    assert (card.brand, card.wallet) == ("visa", "apple_pay")
    (told,) = await stack.rows(
        "SELECT args FROM notification WHERE chat_id = :id AND key = 'notification-card-saved'", id=member.person_id
    )
    assert told.args["brand"] == "Apple Pay, Visa"
