"""A runner's pay-out account after its set-up: lost, disconnected, ready again, or refused by the bank."""

from itertools import count
from typing import Any

from domain.campuses.people import Member
from tests.cases import case
from tests.scenarios.refund_setup import completed_order, payable_state, receive_event
from tests.scenarios.scenario_setup import set_up_payouts
from tests.stack.worker_stack import WorkerStack

EVENTS = count(1)


async def change_account(stack: WorkerStack, runner: Member, **what: object) -> dict[str, Any]:
    """Change a runner's account at Stripe, and return it."""
    found: dict[str, Any] = await stack.control_stripe(f"accounts/{runner.stripe_account}", **what)
    return found


async def receive_event_twice(stack: WorkerStack, runner: Member, found: dict[str, Any]) -> None:
    """Handle two events that say the same about an object of the runner's account."""
    for _ in range(2):
        await receive_event(stack, f"evt_account_{next(EVENTS)}", found, runner.stripe_account)


async def payout_notifications(stack: WorkerStack, runner: Member) -> list[str]:
    """The keys of a runner's notifications about payouts that belong to no order."""
    rows = await stack.rows(
        "SELECT key FROM notification WHERE chat_id = :id AND order_id IS NULL", id=runner.person_id
    )
    return [row.key for row in rows]


@case(46)
async def test_46_a_lost_capability_is_told_once_and_what_is_owed_is_sent_once_when_it_is_back(
    stack: WorkerStack, runner: Member
) -> None:
    """Nobody has to tap anything (edge case 19)."""
    await receive_event_twice(stack, runner, await change_account(stack, runner, transfers="inactive"))
    assert await payout_notifications(stack, runner) == ["notification-payouts-lost"]
    assert not (await stack.committed_member(runner.person_id)).payouts_ready
    order = await completed_order(stack, runner)
    assert await payable_state(stack, order) == ("open", 0, 0)
    assert "notification-payout-waits" in await stack.notification_keys(order, runner.person_id)
    await receive_event_twice(stack, runner, await change_account(stack, runner, transfers="active"))
    assert await payout_notifications(stack, runner) == ["notification-payouts-lost", "notification-payouts-ready"]
    assert await payable_state(stack, order) == ("paid", 0, 1030)
    assert len(await stack.transfers(order.id)) == 1


@case(37)
async def test_a_lie_about_an_account_changes_nothing(stack: WorkerStack, runner: Member) -> None:
    """An event only says that something changed; the account itself says how it is (edge case 37)."""
    account = {"object": "account", "id": runner.stripe_account, "capabilities": {"transfers": "inactive"}}
    await receive_event_twice(stack, runner, account)
    await receive_event_twice(stack, runner, {"object": "application", "id": "ca_1"})
    await receive_event(stack, "evt_of_nobody", {"object": "application", "id": "ca_1"}, "acct_of_nobody")
    assert await payout_notifications(stack, runner) == []
    assert (await stack.committed_member(runner.person_id)).payouts_ready


@case(47)
async def test_47_a_bank_that_refuses_is_told_once_and_nothing_else_changes(stack: WorkerStack, runner: Member) -> None:
    """The money was transferred, and is safe on the runner's account at Stripe."""
    order = await completed_order(stack, runner)
    await change_account(stack, runner, pay_out=True)
    await change_account(stack, runner, payout_fails=True)
    (payout,) = [one for one in await stack.inspect_stripe("objects", kind="payout") if one["status"] == "failed"]
    await receive_event_twice(stack, runner, payout)
    assert await payout_notifications(stack, runner) == ["notification-bank-refused"]
    assert (await stack.committed_member(runner.person_id)).payouts_ready
    assert await payable_state(stack, order) == ("paid", 0, 1030)


@case(48)
async def test_48_a_cut_tie_blocks_what_is_owed_until_there_is_a_new_account(stack: WorkerStack) -> None:
    """No transfer is tried, and a new set-up sends it once."""
    runner = await stack.add_member(runner=True, card=None)
    await change_account(stack, runner, deauthorize=True)
    await receive_event_twice(stack, runner, {"object": "application", "id": "ca_1"})
    assert await payout_notifications(stack, runner) == ["notification-payouts-cut-off"]
    order = await completed_order(stack, runner)
    assert await payable_state(stack, order) == ("open", 0, 0)
    await set_up_account_again(stack, runner)
    assert await payable_state(stack, order) == ("paid", 0, 1030)
    assert len(await stack.transfers(order.id)) == 1


@case(48)
async def test_48_a_cut_tie_nobody_told_us_of_is_found_by_the_transfer_and_mended_by_the_set_up(
    stack: WorkerStack, runner: Member
) -> None:
    """Also covers edge case 36."""
    await change_account(stack, runner, deauthorize=True)
    order = await completed_order(stack, runner)
    assert await payable_state(stack, order) == ("open", 0, 0)
    assert "notification-payout-account-gone" in await stack.notification_keys(order, runner.person_id)
    await set_up_account_again(stack, runner)
    assert await payable_state(stack, order) == ("paid", 0, 1030)
    assert len(await stack.transfers(order.id)) == 1


async def set_up_account_again(stack: WorkerStack, runner: Member) -> None:
    """Set the pay-out up anew, which takes a new account."""
    await set_up_payouts(stack, runner)
    assert (await stack.committed_member(runner.person_id)).stripe_account not in (None, runner.stripe_account)


async def test_what_an_account_lacked_is_forgotten_in_silence_when_its_transfers_are_off(
    stack: WorkerStack, runner: Member
) -> None:
    await receive_event_twice(stack, runner, await change_account(stack, runner, due=["individual.verification"]))
    told = await payout_notifications(stack, runner)
    assert await saved_trouble(stack, runner) == "due"
    await receive_event_twice(stack, runner, await change_account(stack, runner, transfers="inactive"))
    assert await payout_notifications(stack, runner) == [*told, "notification-payouts-lost"]
    assert await saved_trouble(stack, runner) is None


async def test_the_trouble_of_an_account_is_forgotten_with_it(stack: WorkerStack, runner: Member) -> None:
    await receive_event_twice(stack, runner, await change_account(stack, runner, due=["individual.verification"]))
    await change_account(stack, runner, deauthorize=True)
    await receive_event_twice(stack, runner, {"object": "application", "id": "ca_1"})
    assert (await payout_notifications(stack, runner))[-1] == "notification-payouts-cut-off"
    assert await saved_trouble(stack, runner) is None


async def test_an_account_that_stripe_does_not_know_is_forgotten_like_a_disconnected_one(
    stack: WorkerStack, runner: Member
) -> None:
    found = await change_account(stack, runner, transfers="inactive")
    path = f"GET /v1/accounts/{runner.stripe_account}"
    await stack.inject_fault(path, "status", status=404, code="resource_missing")
    await receive_event(stack, f"evt_account_{next(EVENTS)}", found, runner.stripe_account)
    assert await payout_notifications(stack, runner) == ["notification-payouts-cut-off"]
    assert (await stack.committed_member(runner.person_id)).stripe_account is None


async def saved_trouble(stack: WorkerStack, runner: Member) -> str | None:
    """What Stripe lacks of the runner's account, as it is saved."""
    (row,) = await stack.rows("SELECT account_trouble FROM person WHERE id = :id", id=runner.person_id)
    found: str | None = row.account_trouble
    return found
