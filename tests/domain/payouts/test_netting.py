"""A runner's debt for a refund is netted against later payouts: once, never below zero, and with a notification."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from domain.campuses.people import Member
from domain.orders.states import Bearer, Order
from domain.payouts.repository import find_payable
from domain.payouts.sagas.pay_out_runner import build_payout_start
from domain.refunds import use_cases as refunds_use_cases
from domain.refunds.earnings_repository import Earnings, sum_earnings
from domain.saga.start import start_saga
from tests.cases import case
from tests.scenarios.refund_setup import (
    booked_amounts,
    complete_refund,
    completed_order,
    receive_event,
    settle_refund_late,
)
from tests.scenarios.scenario_setup import new_admin
from tests.stack.audits import broken, read_modes
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill


async def runner_in_debt(
    stack: WorkerStack, amount: int | None = 300, *, card: str = "pm_card_visa"
) -> tuple[Member, Order]:
    """Return a runner who cashed out and owes this much (minor units) for a refund that they bear."""
    runner = await stack.add_member(runner=True, card=None)
    order = await completed_order(stack, runner, card=card)
    await owe(stack, runner, order, amount)
    return runner, order


async def owe(stack: WorkerStack, runner: Member, order: Order, amount: int | None) -> None:
    await stack.control_stripe(f"accounts/{runner.stripe_account}", pay_out=True)
    await complete_refund(stack, order, amount, Bearer.RUNNER)


async def pay(stack: WorkerStack, order: Order) -> None:
    """Start the pay-out of what is owed for an order."""
    async with stack.database() as work:
        owed = await find_payable(work, order.id)
        assert owed is not None
        await start_saga(work, build_payout_start(owed))


async def debt_state(stack: WorkerStack, order: Order) -> tuple[str, int, int]:
    """(status, amount, netted)."""
    ((status, amount, netted),) = await stack.rows_of(order, "debt", "status, amount, netted")
    return status, amount, netted


async def payable_state(stack: WorkerStack, order: Order) -> tuple[str, int, int]:
    """(status, netted, sent) of the runner's payable."""
    ((status, netted, sent),) = await stack.rows_of(order, "payable", "status, netted, sent")
    return status, netted, sent


async def transfer_amounts(stack: WorkerStack, order: Order) -> list[int]:
    return [one["amount"] - one["amount_reversed"] for one in await stack.transfers(order.id)]


async def figures(stack: WorkerStack, runner: Member) -> Earnings:
    async with stack.database() as work:
        return await sum_earnings(work, stack.campus.id, runner.person_id)


@case(41)
async def test_41_a_debt_is_kept_of_the_next_pay_out(stack: WorkerStack) -> None:
    """A debt of the runner is netted against later earnings."""
    runner, owing = await runner_in_debt(stack)
    assert (await figures(stack, runner)).owes == 300
    order = await completed_order(stack, runner)
    assert await transfer_amounts(stack, order) == [730]
    assert await payable_state(stack, order) == ("paid", 300, 730)
    assert await debt_state(stack, owing) == ("netted", 300, 300)
    assert (await booked_amounts(stack, order))["runner_debt"] == -300
    assert "notification-paid-less" in await stack.notification_keys(order, runner.person_id)
    seen = await figures(stack, runner)
    assert (seen.earned + seen.reimbursed, seen.sent, seen.waiting) == (2060, 1760, 0)
    assert (seen.netted, seen.owes) == (300, 0)
    later = await completed_order(stack, runner)
    assert await transfer_amounts(stack, later) == [1030], "it is netted once"
    async with stack.database() as work:
        assert all(
            one.order_id != owing.id
            for one in await refunds_use_cases.view_runner_debts(work, stack.campus, await new_admin(stack))
        )


async def test_more_debt_than_pay_sends_nothing_and_leaves_the_rest_owed(stack: WorkerStack) -> None:
    runner, first = await runner_in_debt(stack, 1130)
    second = await completed_order(stack, runner)
    assert (await debt_state(stack, first), await transfer_amounts(stack, second)) == (("netted", 1030, 1030), [])
    assert await payable_state(stack, second) == ("annulled", 1030, 0)
    assert (await stack.saga(second, "pay_out_runner")).status == "done"
    assert "notification-netted" in await stack.notification_keys(second, runner.person_id)
    assert "notification-paid" not in await stack.notification_keys(second, runner.person_id)


async def test_several_debts_are_paid_oldest_first_and_never_below_nothing(stack: WorkerStack, runner: Member) -> None:
    orders = [await completed_order(stack, runner) for _ in range(2)]
    for order, amount in zip(orders, (900, 400), strict=True):
        await owe(stack, runner, order, amount)
    third = await completed_order(stack, runner)
    assert await payable_state(stack, third) == ("annulled", 1030, 0)
    assert [await debt_state(stack, order) for order in orders] == [("netted", 900, 900), ("open", 400, 130)]
    assert (await figures(stack, runner)).owes == 270
    fourth = await completed_order(stack, runner)
    assert await transfer_amounts(stack, fourth) == [760]
    assert await debt_state(stack, orders[1]) == ("netted", 400, 400)


async def test_two_pay_outs_that_race_for_one_debt_keep_it_once(stack: WorkerStack) -> None:
    runner, owing = await runner_in_debt(stack)
    await stack.sql("UPDATE person SET payouts_ready = false WHERE id = :id", id=runner.person_id)
    orders = [await completed_order(stack, runner) for _ in range(2)]

    await asyncio.gather(*(pay(stack, order) for order in orders))
    await stack.run_due()
    assert sorted([*await transfer_amounts(stack, orders[0]), *await transfer_amounts(stack, orders[1])]) == [730, 1030]
    assert await debt_state(stack, owing) == ("netted", 300, 300)


async def test_what_was_kept_is_owed_again_when_the_refund_fails(stack: WorkerStack) -> None:
    """The refund failed, so the debt is void and the runner bears nothing."""
    runner, owing = await runner_in_debt(stack, card="pm_card_refundFail")
    order, other = await completed_order(stack, runner), await completed_order(stack, runner)
    assert await transfer_amounts(stack, order) == [730]
    for number in range(2):
        await receive_event(stack, f"evt_failed_{owing.id}_{number}", await settle_refund_late(stack, owing))
    assert (await debt_state(stack, owing))[0] == "void"
    assert await transfer_amounts(stack, order) == [730, 300]
    assert await payable_state(stack, order) == ("paid", 0, 1030)
    assert await transfer_amounts(stack, other) == [1030]
    assert (await figures(stack, runner)).netted == 0


async def test_a_fully_kept_pay_out_is_sent_after_all_when_the_refund_fails(stack: WorkerStack) -> None:
    runner, owing = await runner_in_debt(stack, 1130, card="pm_card_refundFail")
    order = await completed_order(stack, runner)
    assert await transfer_amounts(stack, order) == []
    await receive_event(stack, f"evt_failed_{owing.id}", await settle_refund_late(stack, owing))
    assert await transfer_amounts(stack, order) == [1030]


@pytest.mark.parametrize("fails", [False, True], ids=["the refund stays", "the refund fails later"])
async def test_only_what_is_left_of_a_debt_is_waived(stack: WorkerStack, fails: bool, runner: Member) -> None:
    card = "pm_card_refundFail" if fails else "pm_card_visa"
    orders = [await completed_order(stack, runner, card=card) for _ in range(2)]
    for order, amount in zip(orders, (900, 400), strict=True):
        await owe(stack, runner, order, amount)
    await completed_order(stack, runner)
    async with stack.database() as work:
        ((number,),) = await stack.rows_of(orders[1], "debt", "id")
        await refunds_use_cases.waive_runner_debt(work, stack.campus, await new_admin(stack), number)
    assert await debt_state(stack, orders[1]) == ("waived", 400, 130)
    assert (await booked_amounts(stack, orders[1]))["refunds_borne"] == 270
    if fails:
        for order in orders:
            await receive_event(stack, f"evt_failed_{order.id}", await settle_refund_late(stack, order))
        assert (await figures(stack, runner)).netted == 0


async def test_a_refused_pay_out_keeps_what_was_kept_and_keeps_it_once(stack: WorkerStack) -> None:
    runner, owing = await runner_in_debt(stack)
    await stack.inject_fault("POST /v1/transfers", "status", status=400, code="balance_insufficient")
    order = await completed_order(stack, runner)
    assert await payable_state(stack, order) == ("open", 300, 0)
    assert await stack.breaches() == []
    await pay(stack, order)
    await stack.run_due()
    assert await transfer_amounts(stack, order) == [730]
    assert await debt_state(stack, owing) == ("netted", 300, 300)


async def test_nothing_is_kept_of_a_pay_out_that_a_dispute_keeps(stack: WorkerStack) -> None:
    runner, owing = await runner_in_debt(stack)
    await stack.sql("UPDATE person SET payouts_ready = false WHERE id = :id", id=runner.person_id)
    order = await completed_order(stack, runner)
    await stack.sql("UPDATE payable SET frozen = true WHERE order_id = :id", id=order.id)
    with pytest.raises(LookupError):
        await pay(stack, order)
    assert await debt_state(stack, owing) == ("open", 300, 0)
    await stack.sql("UPDATE payable SET frozen = false WHERE order_id = :id", id=order.id)


def changed_rows(rows: Any, **changes: Any) -> Any:
    return [replace(row, **{name: getattr(row, name) + more for name, more in changes.items()}) for row in rows]


@pytest.mark.parametrize(
    ("breach", "names"),
    [
        (lambda snapshot: replace(snapshot, nettings=[]), {"I5", "I9"}),
        (lambda snapshot: replace(snapshot, nettings=changed_rows(snapshot.nettings, amount=1)), {"I5"}),
        (lambda snapshot: replace(snapshot, payables=changed_rows(snapshot.payables, netted=1)), {"I3", "I5", "I6"}),
        (lambda snapshot: replace(snapshot, debts=changed_rows(snapshot.debts, netted=-1)), {"I5"}),
    ],
    ids=["kept for nothing", "kept more", "sent what was kept", "a debt paid twice"],
)
async def test_the_invariants_find_wrong_netting(own_stack: WorkerStack, breach: Any, names: set[str]) -> None:
    runner, _ = await runner_in_debt(own_stack)
    await completed_order(own_stack, runner)
    for mode, snapshot in (await read_modes(own_stack.database, own_stack.context.stripe)).items():
        assert broken(breach(snapshot)).keys() == names, mode
