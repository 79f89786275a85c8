"""Pay without a PIN waits for the problem window, and then is sent once, whatever happens meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Stale
from domain.orders.sagas.pay_delay import PayDelay
from domain.orders.states import Order, OrderStatus
from domain.orders.use_cases import running
from domain.payouts import use_cases as payouts_use_cases
from domain.payouts.held_pay.rules import HeldPay, merge_held_pay
from domain.risk.verdicts import ALLOW, Allow, Hold, PayReason
from domain.support.feedback import ProblemKind
from domain.support.use_cases import feedback
from tests.scenarios.held_payout_setup import (
    finished_order,
    left_order,
    make_held_payout_due,
    payable_row,
    sweep_held_payouts,
)
from tests.scenarios.refund_setup import deliver_dispute
from tests.scenarios.scenario_setup import new_admin, set_up_payouts
from tests.scenarios.worker_faults import WorkerKilled, killed_worker
from tests.stack.worker_stack import WorkerStack
from workers.scheduling import held_payouts

pytestmark = pytest.mark.drill


async def is_paid(stack: WorkerStack, order: Order) -> bool:
    """Whether the payable is paid, by one transfer; raise AssertionError for anything between."""
    paid, transfers = bool((await payable_row(stack, order)).status == "paid"), len(await stack.transfers(order.id))
    assert transfers == int(paid)
    return paid


async def test_pay_for_food_that_was_left_waits_for_the_problem_window_and_is_sent_once(
    stack: WorkerStack,
) -> None:
    """Two workers sweep at the same moment."""
    order = await left_order(stack, await stack.add_member(runner=True, card=None))
    held = await payable_row(stack, order)
    assert order.delivered_at is not None
    assert (held.held_until, held.held_for) == (order.delivered_at + timedelta(hours=24), "left")
    await sweep_held_payouts(stack)
    assert (order.status, await is_paid(stack, order)) == (OrderStatus.COMPLETED, False)
    assert await stack.breaches() == []
    await make_held_payout_due(stack, order)
    await sweep_held_payouts(stack, stack.context, stack.new_worker("other"), stack.new_worker("third"))
    assert await is_paid(stack, order)
    assert (await payable_row(stack, order)).held_until is None
    assert await stack.breaches() == []


async def test_pay_for_an_order_that_an_admin_finished_waits_too(stack: WorkerStack) -> None:
    order = await finished_order(stack, await stack.add_member(runner=True, card=None))
    assert (await payable_row(stack, order)).held_for == "finished"
    assert not await is_paid(stack, order)


async def test_pay_for_a_receipt_above_the_estimate_waits_unless_its_photo_was_sent(stack: WorkerStack) -> None:
    for receipt, photo, expected in ((881, None, "no_receipt"), (880, None, None), (900, "photo", None)):
        runner = await stack.add_member(runner=True, card=None)
        order = await stack.claimed_order(runner)
        await stack.bring_to_drop_point(runner, order, receipt)
        await stack.sql("UPDATE orders SET receipt_photo = :photo WHERE id = :id", photo=photo, id=order.id)
        assert isinstance(await stack.hand_over(runner, order), running.OrderHandedOver)
        await stack.run_due()
        assert (await payable_row(stack, order)).held_for == expected
        assert await is_paid(stack, order) is (expected is None)


async def test_nothing_else_starts_a_held_payout(stack: WorkerStack) -> None:
    """Neither an account that becomes ready, nor [Send again]; when its time comes, a ready account gets it."""
    runner, admin = await stack.add_member(runner=True, ready=False, card=None), await new_admin(stack)
    order = await left_order(stack, runner)
    await set_up_payouts(stack, runner)
    with pytest.raises(Stale):
        await stack.act(payouts_use_cases.retry_payout, admin, order.id)
    assert not await is_paid(stack, order)
    await make_held_payout_due(stack, order)
    with pytest.raises(Stale):  # only the sweep releases it: one place asks about cases and disputes
        await stack.act(payouts_use_cases.retry_payout, admin, order.id)
    await sweep_held_payouts(stack)
    assert await is_paid(stack, order)


async def test_what_is_released_before_the_account_is_ready_is_sent_when_it_is(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, ready=False, card=None)
    order = await left_order(stack, runner)
    await make_held_payout_due(stack, order)
    await sweep_held_payouts(stack)
    assert not await is_paid(stack, order)
    assert await stack.breaches() == []
    await set_up_payouts(stack, runner)
    assert await is_paid(stack, order)


async def test_a_case_keeps_held_pay_until_it_is_closed(stack: WorkerStack) -> None:
    order = await left_order(stack, await stack.add_member(runner=True, card=None))
    customer, admin = await stack.committed_member(order.customer_id), await new_admin(stack)
    case = await stack.act(feedback.report_problem, customer, order.id, ProblemKind.MISSING, "nothing there", None)
    await make_held_payout_due(stack, order, seconds=3600)
    await sweep_held_payouts(stack)
    assert not await is_paid(stack, order)
    assert await stack.breaches() == [], "pay that a case keeps is not late"
    await stack.act(feedback.close_case, admin, case.id, "solved", in_admin_chat=True)
    await sweep_held_payouts(stack)
    assert await is_paid(stack, order)


async def test_a_dispute_keeps_held_pay_until_it_is_won(stack: WorkerStack) -> None:
    order = await left_order(stack, await stack.add_member(runner=True, card=None))
    await deliver_dispute(stack, order)
    await make_held_payout_due(stack, order, seconds=3600)
    await sweep_held_payouts(stack)
    assert not await is_paid(stack, order)
    await deliver_dispute(stack, order, outcome="won")
    await sweep_held_payouts(stack)
    await stack.run_due()
    assert await is_paid(stack, order)


@pytest.mark.parametrize("committed", [False, True])
async def test_a_worker_that_is_killed_at_the_release_leaves_one_payout(stack: WorkerStack, *, committed: bool) -> None:
    """The sweep has two transactions: what is due, and the release with the saga of the payout."""
    order = await left_order(stack, await stack.add_member(runner=True, card=None))
    await make_held_payout_due(stack, order)
    with pytest.raises(WorkerKilled):
        await sweep_held_payouts(stack, killed_worker(stack, at=2, committed=committed))
    assert ((await payable_row(stack, order)).status == "sending") is committed
    await sweep_held_payouts(stack)
    assert await is_paid(stack, order)


async def test_pay_that_is_held_past_its_time_is_a_breach(stack: WorkerStack) -> None:
    order = await left_order(stack, await stack.add_member(runner=True, card=None))
    await make_held_payout_due(stack, order, seconds=20)
    assert await stack.breaches() == []
    await make_held_payout_due(stack, order, seconds=60)
    found = {finding.name: finding.breaches for finding in await stack.breaches()}
    assert found == {"I10": (f"the payout of order {order.id} is held past its time",)}
    await sweep_held_payouts(stack)
    assert await stack.breaches() == []


async def test_one_that_fails_rests_and_the_others_are_released(
    stack: WorkerStack,
) -> None:
    """The failing one names another campus than its order does."""
    broken_order = await left_order(stack, await stack.add_member(runner=True, card=None))
    order = await left_order(stack, await stack.add_member(runner=True, card=None))
    await make_held_payout_due(stack, broken_order, seconds=20)
    await make_held_payout_due(stack, order)
    elsewhere = "UPDATE payable SET campus_id = :campus WHERE order_id = :id"
    other = (
        await stack.rows(
            "INSERT INTO campus (name, title, currency, time_zone, fees)"
            " SELECT 'elsewhere', title, currency, time_zone, fees FROM campus LIMIT 1 RETURNING id"
        )
    )[0].id
    await stack.sql(elsewhere, campus=other, id=broken_order.id)
    sweeper = held_payouts.HeldPayoutSweeper(context=stack.context)
    await sweeper.release_due()
    assert len(sweeper.resting) == 1
    await stack.run_due()
    assert await is_paid(stack, order)
    await stack.sql(elsewhere, campus=stack.campus.id, id=broken_order.id)
    await sweeper.release_due()
    assert (await payable_row(stack, broken_order)).held_until is not None, "it rests"
    await sweep_held_payouts(stack)
    assert await is_paid(stack, broken_order)


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("own", "verdict", "merged"),
    [
        (None, ALLOW, None),
        (5, ALLOW, (5, PayDelay.LEFT)),
        (None, Hold(reason=PayReason.TOO_FAST), (0, PayDelay.REVIEW)),
        (5, Hold(reason=PayReason.TOO_FAST), (5, PayDelay.REVIEW)),
        (None, Hold(reason=PayReason.FIRST_PAYOUTS, until=NOW + timedelta(hours=3)), (3, PayDelay.FIRST)),
        (5, Hold(reason=PayReason.FIRST_PAYOUTS, until=NOW + timedelta(hours=3)), (5, PayDelay.LEFT)),
        (2, Hold(reason=PayReason.FIRST_PAYOUTS, until=NOW + timedelta(hours=3)), (3, PayDelay.FIRST)),
    ],
)
def test_pay_that_waits_for_two_reasons_waits_for_the_later_time_and_for_a_person_in_any_case(
    own: int | None, verdict: Allow | Hold, merged: tuple[int, PayDelay] | None
) -> None:
    """Times are hours from now."""
    held = None if own is None else HeldPay(until=NOW + timedelta(hours=own), reason=PayDelay.LEFT)
    expected = None if merged is None else HeldPay(until=NOW + timedelta(hours=merged[0]), reason=merged[1])
    assert merge_held_pay(held, verdict, NOW) == expected
