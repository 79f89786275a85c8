"""Refunds: never more than was paid, borne by whom the admin says, sent once, and undone when they fail."""

import asyncio
from collections import Counter
from contextlib import suppress
from functools import partial

import pytest

from domain.campuses.people import Member
from domain.errors import NotAllowed, NothingToRefund, PayoutInFlight, RefundOutOfRange
from domain.orders.states import Bearer, Order
from domain.payouts import use_cases as payouts_use_cases
from tests.cases import case
from tests.scenarios.refund_setup import (
    booked_amounts,
    complete_refund,
    completed_order,
    payable_state,
    receive_event,
    refund_order,
    refund_rows,
    settle_refund_late,
)
from tests.scenarios.scenario_setup import finish_onboarding, new_admin, refunds_of
from tests.stack.races import refusal_of
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga

pytestmark = pytest.mark.drill

FEE = 88  # Stripe's for a charge of 11.30: 3.4 % and 50, which it keeps


async def test_a_part_goes_back_at_the_platforms_cost(stack: WorkerStack, runner: Member) -> None:
    order = await completed_order(stack, runner)
    await complete_refund(stack, order, 200)
    (found,) = await refunds_of(stack, order.id)
    assert (found["amount"], found["status"]) == (200, "succeeded")
    assert await refund_rows(stack, order) == [("succeeded", 200, 0)]
    assert await payable_state(stack, order) == ("paid", 0, 1030)
    kept = {"stripe_balance": 100 - FEE - 200, "platform_revenue": -100, "stripe_fees": FEE}
    assert await booked_amounts(stack, order) == kept | {"refunds_borne": 200}
    assert (await stack.notification_keys(order, order.customer_id))[-1] == "notification-refunded"
    assert "notification-refunded-runner" not in await stack.notification_keys(order, runner.person_id)
    assert (await stack.saga(order, "refund_order")).status == "done"


@case(39)
async def test_39_a_full_refund_before_the_transfer_leaves_nothing_to_send(stack: WorkerStack) -> None:
    """The platform gives back its fees, and the runner's pay, which was not sent yet, is never sent."""
    runner = await stack.add_member(runner=True, ready=False, card=None)
    order = await completed_order(stack, runner)
    await complete_refund(stack, order, None, Bearer.RUNNER)
    assert await refund_rows(stack, order) == [("succeeded", 1130, 1030)]
    assert await payable_state(stack, order) == ("annulled", 1030, 0)
    kept = {"stripe_balance": -FEE, "platform_revenue": -100, "stripe_fees": FEE}
    assert await booked_amounts(stack, order) == kept | {"refunds_borne": 100}
    await stack.add_account(runner.person_id)
    await stack.run_now()
    assert await stack.transfers(order.id) == []
    assert "notification-refunded-runner" in await stack.notification_keys(order, runner.person_id)
    with pytest.raises(NothingToRefund):
        await refund_order(stack, order, 1)


@case(40)
async def test_40_a_partial_refund_after_the_transfer_is_taken_back_from_the_runner(stack: WorkerStack) -> None:
    """The runner never bears more than they were paid."""
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    await complete_refund(stack, order, 400, Bearer.RUNNER)
    (transfer,) = await stack.transfers(order.id)
    assert transfer["amount_reversed"] == 400
    assert await payable_state(stack, order) == ("paid", 400, 630)
    await complete_refund(stack, order, None, Bearer.RUNNER)
    assert await refund_rows(stack, order) == [("succeeded", 400, 400), ("succeeded", 730, 630)]
    assert await payable_state(stack, order) == ("paid", 1030, 0)


@case(41)
async def test_41_a_refused_reversal_becomes_a_debt_the_admins_see(stack: WorkerStack, runner: Member) -> None:
    """The runner's account is empty, so they owe it."""
    order = await completed_order(stack, runner)
    await stack.control_stripe(f"accounts/{runner.stripe_account}", pay_out=True)
    await complete_refund(stack, order, 300, Bearer.RUNNER)
    assert await payable_state(stack, order) == ("paid", 0, 1030)
    assert await stack.rows_of(order, "debt", "status, amount") == [("open", 300)]
    assert (await booked_amounts(stack, order))["runner_debt"] == 300
    assert "notification-runner-debt-admins" in await stack.notification_keys(order, stack.campus.admin_chat)
    assert (await stack.saga(order, "refund_order")).status == "done"


@case(33, 42)
async def test_42_a_refund_that_fails_later_is_as_if_it_never_was(stack: WorkerStack, runner: Member) -> None:
    """The posting is reversed, the runner bears nothing, and everybody is told; also when the event comes twice."""
    order = await completed_order(stack, runner, card="pm_card_refundFail")
    before = await booked_amounts(stack, order)
    await complete_refund(stack, order, 400, Bearer.RUNNER)
    assert await payable_state(stack, order) == ("paid", 400, 630)
    found = await settle_refund_late(stack, order)
    assert found["status"] == "failed"
    for number in range(2):
        await receive_event(stack, f"evt_failed_{order.id}_{number}", found)
    assert await refund_rows(stack, order) == [("failed", 400, 400)]
    assert await payable_state(stack, order) == ("paid", 0, 1030)
    assert sum(one["amount"] - one["amount_reversed"] for one in await stack.transfers(order.id)) == 1030
    assert await booked_amounts(stack, order) == before
    assert (await stack.notification_keys(order, order.customer_id)).count("notification-refund-failed") == 1
    assert "notification-refund-failed-admins" in await stack.notification_keys(order, stack.campus.admin_chat)
    assert (await stack.notification_keys(order, runner.person_id)).count("notification-paid") == 2
    await complete_refund(stack, order, None)
    assert (await refund_rows(stack, order))[1] == ("succeeded", 1130, 0), "it may be tried again"
    await stack.control_stripe("clock", advance=61)
    await receive_event(stack, f"evt_failed_{order.id}_again", (await refunds_of(stack, order.id))[1])


@case(42)
async def test_42_a_failed_refund_voids_the_debt_it_made(stack: WorkerStack, runner: Member) -> None:
    order = await completed_order(stack, runner, card="pm_card_refundFail")
    before = await booked_amounts(stack, order)
    await stack.control_stripe(f"accounts/{runner.stripe_account}", pay_out=True)
    await complete_refund(stack, order, 300, Bearer.RUNNER)
    await receive_event(stack, f"evt_failed_{order.id}", await settle_refund_late(stack, order))
    assert await stack.rows_of(order, "debt", "status") == [("void",)]
    assert await booked_amounts(stack, order) == before
    assert len(await stack.transfers(order.id)) == 1


@case(36)
async def test_a_pending_refund_is_watched_without_any_webhook(stack: WorkerStack) -> None:
    """Covers edge case 36."""
    order = await completed_order(stack, await stack.add_member(runner=True, card=None), card="pm_card_pendingRefund")
    await complete_refund(stack, order, 200)
    assert await refund_rows(stack, order) == [("pending", 200, 0)]
    await stack.control_stripe("clock", advance=61)
    await stack.run_now()
    assert await refund_rows(stack, order) == [("succeeded", 200, 0)]
    assert (await stack.saga(order, "refund_order")).status == "done"


@case(43)
async def test_43_two_refunds_at_once_never_exceed_what_was_paid(stack: WorkerStack) -> None:
    """The order's lock makes the two run one after the other."""
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    admins = [await new_admin(stack) for _ in range(4)]

    taps = (partial(refund_order, stack, order, 500, Bearer.RUNNER, admin=admin) for admin in admins)
    refusals = await asyncio.gather(*map(refusal_of, taps))
    assert Counter(map(type, refusals)) == {type(None): 2, RefundOutOfRange: 2}
    await stack.run_due()
    assert [one["amount"] for one in await refunds_of(stack, order.id)] == [500, 500]
    assert await payable_state(stack, order) == ("paid", 1000, 30)


async def test_a_refund_waits_until_the_runners_money_is_there(stack: WorkerStack) -> None:
    """While a transfer is in flight, nobody knows whether to withhold the money or to reverse it."""
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await advance_saga(stack.context, (await stack.saga(order, "complete_order")).id)
    with pytest.raises(PayoutInFlight):
        await refund_order(stack, order, 200, Bearer.RUNNER)
    await complete_refund(stack, order, 200)
    assert await payable_state(stack, order) == ("paid", 0, 1030)
    await complete_refund(stack, order, 200, Bearer.RUNNER)
    assert await payable_state(stack, order) == ("paid", 200, 830)


async def test_a_refund_and_the_release_of_what_waited_never_give_the_same_money_twice(stack: WorkerStack) -> None:
    """The account becomes ready while an admin starts a refund that the runner bears: one of the two sees the other."""
    for amount in (300, 1030, None):
        runner = await stack.add_member(runner=True, ready=False, card=None)
        order = await completed_order(stack, runner)
        run = await stack.act(payouts_use_cases.start_payout_setup, runner)
        await stack.run_due()
        await finish_onboarding(stack, runner)
        await stack.sql("UPDATE saga SET wake_at = now() WHERE id = :id", id=run.id)

        async def refund(order: Order = order, amount: int | None = amount) -> None:
            with suppress(PayoutInFlight):
                await refund_order(stack, order, amount, Bearer.RUNNER)

        await asyncio.gather(stack.run_due(), refund())
        await stack.run_due()
        status, withheld, sent = await payable_state(stack, order)
        assert status in ("paid", "annulled")
        assert withheld + sent == 1030
        assert sum(one["amount"] - one["amount_reversed"] for one in await stack.transfers(order.id)) == sent


async def test_a_refund_that_stripe_refuses_changes_nothing_and_the_admins_read_why(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, ready=False, card=None)
    order = await completed_order(stack, runner)
    before = await booked_amounts(stack, order)
    await stack.inject_fault("POST /v1/refunds", "status", status=400, code="charge_disputed")
    await refund_order(stack, order, None, Bearer.RUNNER)
    assert (await payable_state(stack, order))[0] == "annulled"
    await stack.run_due()
    assert await refund_rows(stack, order) == [("failed", 1130, 1030)]
    assert await payable_state(stack, order) == ("open", 0, 0)
    assert await booked_amounts(stack, order) == before
    assert "notification-refund-refused" in await stack.notification_keys(order, stack.campus.admin_chat)
    assert "notification-refunded" not in await stack.notification_keys(order)


@pytest.mark.parametrize("amount", [0, -1, 1131, 10**12])
async def test_only_a_part_of_what_was_paid_goes_back(stack: WorkerStack, amount: int) -> None:
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    with pytest.raises(RefundOutOfRange):
        await refund_order(stack, order, amount)
    assert await refund_rows(stack, order) == []


async def test_no_refund_of_an_unpaid_order_nor_by_an_admin_with_a_part_in_it(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, card=None)
    held = await stack.claimed_order(await stack.add_member(runner=True, card=None))
    with pytest.raises(NothingToRefund):
        await refund_order(stack, held, 100)
    order = await completed_order(stack, runner)
    for number in (runner.person_id, order.customer_id):
        await stack.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=number)
        with pytest.raises(NotAllowed):
            await refund_order(stack, order, 100, admin=await stack.committed_member(number))
    with pytest.raises(NotAllowed):
        await refund_order(stack, order, 100, admin=await stack.add_member(card=None))


async def test_a_refund_that_fails_before_we_know_its_number_fails_here_too(stack: WorkerStack, runner: Member) -> None:
    """Its answer was lost, and Stripe replays the same answer, so the worker reads the refund to see its status."""
    order = await completed_order(stack, runner, card="pm_card_refundFail")
    before = await booked_amounts(stack, order)
    await stack.inject_fault("POST /v1/refunds", "lost_answer")
    await refund_order(stack, order, 400)
    await advance_saga(stack.context, (await stack.saga(order, "refund_order")).id)
    await receive_event(stack, f"evt_failed_{order.id}_early", await settle_refund_late(stack, order))
    await stack.run_now()
    assert await refund_rows(stack, order) == [("failed", 400, 0)]
    assert await booked_amounts(stack, order) == before
    posted = await stack.rows("SELECT id FROM ledger_txn WHERE order_id = :id AND kind LIKE 'refund%'", id=order.id)
    assert len(posted) == 2, "Stripe's balance lists it in both directions, and the daily comparison asks for each"


async def test_a_refund_that_can_not_be_seen_was_made_all_the_same(stack: WorkerStack) -> None:
    """Only the first call moves money: taking a failed read for its answer would refund twice."""
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    await stack.inject_fault("GET /v1/refunds/*", "status", status=404)
    await complete_refund(stack, order, 400)
    await stack.run_now()
    assert await refund_rows(stack, order) == [("succeeded", 400, 0)]
    assert [one["amount"] for one in await refunds_of(stack, order.id)] == [400]


async def test_a_reversal_that_stripe_refuses_for_want_of_balance_is_a_debt_at_once(
    stack: WorkerStack, runner: Member
) -> None:
    """Also while the account has the money: it may be pending."""
    order = await completed_order(stack, runner)
    await stack.inject_fault("POST /v1/transfers/*/reversals", "status", status=400, code="balance_insufficient")
    await complete_refund(stack, order, 300, Bearer.RUNNER)
    assert await stack.rows_of(order, "debt", "status, amount") == [("open", 300)]
    assert (await stack.saga(order, "refund_order")).status == "done"
