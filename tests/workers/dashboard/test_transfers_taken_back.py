"""What is taken back at Stripe after it was told of: whoever is short then is told, and what came to nothing is not."""

import asyncio
from typing import Any

import pytest

from domain.campuses.people import Member
from domain.orders.states import Order
from domain.reconciliation import use_cases
from domain.reconciliation.discrepancy import TransferMeaning
from domain.reconciliation.list_cursor_repository import MOVEMENTS, REFUNDS
from domain.reconciliation.refusals import TransferUnread
from tests.scenarios.reconciliation_setup import discrepancies, reconcile_all
from tests.scenarios.refund_setup import completed_order, payable_state
from tests.scenarios.scenario_setup import new_admin
from tests.scenarios.stuck_sagas import release_saga, stick_saga
from tests.stack.worker_stack import WorkerStack
from tests.workers.dashboard.test_transfers_by_hand import (
    SHARE,
    new_runner,
    require_paid_once,
    send_by_hand,
    settle,
    unpaid_order,
)
from tests.workers.dashboard.test_transfers_read_late import TRANSFERS, look_again, read_alone

pytestmark = pytest.mark.drill

TAKEN_BACK = 300  # minor units
REVERSED = "notification-pay-reversed-admins"
WAITS_FOR_LOCK = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
NO_KEYS = "UPDATE unbooked_movement SET posting_keys = '{}', due = NULL"


async def send_unread(stack: WorkerStack, runner: Member, order: Order) -> dict[str, Any]:
    """Let a person at the dashboard send the pay for the order, which nothing of ours has read yet."""
    await stack.control_stripe("dashboard/top_up/sgd", amount=5_000)
    form = {"amount": SHARE, "currency": "sgd", "metadata": {"order": str(order.id)}}
    sent: dict[str, Any] = await stack.control_stripe(f"dashboard/create_transfer/{runner.stripe_account}", **form)
    return sent


async def take_back(stack: WorkerStack, transfer: dict[str, Any], amount: int) -> None:
    """Let a person at the dashboard reverse a part of a transfer, or all."""
    await stack.control_stripe(f"dashboard/reverse_transfer/{transfer['id']}", amount=amount)


async def told(stack: WorkerStack) -> list[str]:
    """The kinds of the open discrepancies, but of the whole balance."""
    return [kind for kind, _, _ in await discrepancies(stack) if kind != "balance_mismatch"]


async def require_owed_again(stack: WorkerStack, order: Order) -> None:
    """Fail unless the runner is owed what was taken back, the admins are told of it, and all is booked."""
    assert await payable_state(stack, order) == ("open", 0, SHARE - TAKEN_BACK)
    assert (await stack.notification_keys(order, stack.campus.admin_chat)).count(REVERSED) == 1
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []


async def test_pay_sent_by_hand_and_taken_back_behind_a_stuck_saga_is_told_and_owed_again(stack: WorkerStack) -> None:
    runner = await new_runner(stack)
    order = await unpaid_order(stack, runner)
    sent = await send_by_hand(stack, runner, order=order)
    await settle(stack, TransferMeaning.PAY)
    saga = await stick_saga(stack, order)
    await take_back(stack, sent, TAKEN_BACK)
    for _ in range(2):
        await reconcile_all(stack)
    assert await told(stack) == ["not_booked"]
    await release_saga(stack, saga)
    for _ in range(2):
        await reconcile_all(stack)
    await require_owed_again(stack, order)


async def test_a_reversal_that_is_read_while_an_admin_says_that_it_was_pay_is_owed_again(stack: WorkerStack) -> None:
    runner = await new_runner(stack)
    order = await unpaid_order(stack, runner)
    sent = await send_by_hand(stack, runner, order=order)
    await take_back(stack, sent, TAKEN_BACK)
    ((number,),) = await stack.rows("SELECT id FROM discrepancy WHERE status = 'open'")
    admin = await new_admin(stack)
    async with stack.database() as work:
        await use_cases.settle_discrepancy(
            work, stack.campus, admin, number, "sent by hand", meaning=TransferMeaning.PAY
        )
        reading = asyncio.create_task(read_alone(stack, MOVEMENTS))
        while not reading.done() and not await stack.rows(WAITS_FOR_LOCK):
            await asyncio.wait({reading}, timeout=0.02)
        assert not reading.done()
    await reading
    for _ in range(2):
        await reconcile_all(stack)
    await require_owed_again(stack, order)


@pytest.mark.parametrize("kept", ["nothing", "by an earlier release"])
async def test_what_a_transfer_moved_is_read_again_however_long_ago_it_was(stack: WorkerStack, kept: str) -> None:
    runner = await new_runner(stack)
    order = await unpaid_order(stack, runner)
    await send_by_hand(stack, runner, order=order)
    await stack.sql("DELETE FROM unbooked_movement" if kept == "nothing" else NO_KEYS)
    await stack.sql("UPDATE list_cursor SET seen_until = seen_until + 86400 WHERE task = :task", task=MOVEMENTS)
    with pytest.raises(TransferUnread):
        await settle(stack, TransferMeaning.PAY)
    await look_again(stack)
    await settle(stack, TransferMeaning.PAY)
    await require_paid_once(stack, order)


@pytest.mark.parametrize("is_told_before", [True, False])
async def test_a_transfer_taken_back_before_its_money_was_read_is_told_no_more(
    stack: WorkerStack, is_told_before: bool
) -> None:
    runner = await new_runner(stack)
    order = await unpaid_order(stack, runner)
    sent = await send_unread(stack, runner, order)
    if is_told_before:
        await read_alone(stack, TRANSFERS)
    await take_back(stack, sent, SHARE)
    if is_told_before:
        await look_again(stack)
    else:
        await read_alone(stack, TRANSFERS)
    await read_alone(stack, MOVEMENTS)
    assert await discrepancies(stack) == []
    for _ in range(2):
        await reconcile_all(stack)
    assert {kind for kind, _, _ in await discrepancies(stack, "gone")} <= {"unknown_transfer", "balance_mismatch"}
    await require_paid_once(stack, order)


async def refund_by_hand(stack: WorkerStack) -> None:
    """Let a person at the dashboard make a refund that the bank will refuse, behind a stuck saga of its order."""
    order = await completed_order(stack, await new_runner(stack), card="pm_card_refundFail")
    await stick_saga(stack, order)
    (intent,) = await stack.intents(order.id)
    await stack.control_stripe(f"dashboard/refund_payment/{intent['id']}", amount=500)


async def let_bank_refuse(stack: WorkerStack) -> None:
    await stack.control_stripe("clock", advance=61)


async def test_a_refund_that_failed_before_its_money_was_read_is_told_no_more(stack: WorkerStack) -> None:
    await refund_by_hand(stack)
    await read_alone(stack, REFUNDS)
    assert await told(stack) == ["unknown_refund"]
    await let_bank_refuse(stack)
    await read_alone(stack, REFUNDS)
    assert await told(stack) == []
    await read_alone(stack, MOVEMENTS)
    assert await told(stack) == []


async def test_a_refund_that_fails_after_it_was_settled_is_told(stack: WorkerStack) -> None:
    await refund_by_hand(stack)
    for _ in range(2):
        await reconcile_all(stack)
    ((number,),) = await stack.rows("SELECT id FROM discrepancy WHERE status = 'open' AND kind = 'unknown_refund'")
    await stack.act(use_cases.settle_discrepancy, await new_admin(stack), number, "the customer has it")
    await let_bank_refuse(stack)
    await read_alone(stack, MOVEMENTS)
    assert await told(stack) == ["not_booked"]
