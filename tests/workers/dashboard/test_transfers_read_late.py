"""A transfer made by hand whose movements of money were read late: what it paid is what they say, and nothing else."""

import asyncio

import pytest

from domain.reconciliation import use_cases
from domain.reconciliation.discrepancy import TransferMeaning
from domain.reconciliation.list_cursor_repository import MOVEMENTS, add_list_cursors
from domain.reconciliation.refusals import TransferTakenBack, TransferUnread
from tests.scenarios.reconciliation_setup import discrepancies, reconcile_all
from tests.scenarios.refund_setup import payable_state
from tests.scenarios.scenario_setup import new_admin
from tests.stack.worker_stack import WorkerStack
from tests.workers.dashboard.test_transfers_by_hand import (
    SHARE,
    new_runner,
    require_paid_once,
    send_by_hand,
    sent_to_runners,
    settle,
    unpaid_order,
)
from workers.reconciliation.reconciler import ROW_CHECKS, STRIPE_LISTS, reconcile

pytestmark = pytest.mark.drill

TRANSFERS = "transfers"
TOO_MUCH = 70  # minor units


async def read_alone(stack: WorkerStack, *tasks: str) -> None:
    """Let a worker read these lists, and the others only if something else makes them due."""
    async with stack.database() as work:
        await add_list_cursors(work, dict.fromkeys((*STRIPE_LISTS, *ROW_CHECKS)))
    await stack.sql("UPDATE list_cursor SET due_at = now() + interval '1 hour', ended_at = NULL")
    for task in tasks:
        await stack.sql("UPDATE list_cursor SET due_at = now() WHERE task = :task", task=task)
    await reconcile(stack.new_worker("listener"), asyncio.Event())


async def look_again(stack: WorkerStack) -> None:
    """Let an admin tap [Look again] on the only open discrepancy, and a worker do what follows."""
    ((number,),) = await stack.rows("SELECT id FROM discrepancy WHERE status = 'open'")
    admin = await new_admin(stack)
    await stack.act(use_cases.request_discrepancy_recheck, admin, number, admin.person_id)
    await reconcile(stack.new_worker("listener"), asyncio.Event())


@pytest.mark.parametrize("is_seen_whole", [False, True])
async def test_it_pays_nothing_before_it_was_read_what_it_moved(stack: WorkerStack, is_seen_whole: bool) -> None:
    """Seen whole: the part that is too much was taken back only after the transfer was read."""
    runner = await new_runner(stack)
    order = await unpaid_order(stack, runner)
    await stack.control_stripe("dashboard/top_up/sgd", amount=5_000)
    form = {"amount": SHARE + TOO_MUCH, "currency": "sgd", "metadata": {"order": str(order.id)}}
    sent = await stack.control_stripe(f"dashboard/create_transfer/{runner.stripe_account}", **form)
    if is_seen_whole:
        await read_alone(stack, TRANSFERS)
    await stack.control_stripe(f"dashboard/reverse_transfer/{sent['id']}", amount=TOO_MUCH)
    await read_alone(stack, TRANSFERS)
    with pytest.raises(TransferUnread):
        await settle(stack, TransferMeaning.PAY)
    await look_again(stack)
    await settle(stack, TransferMeaning.PAY)
    await require_paid_once(stack, order)


async def test_one_that_was_taken_back_in_full_is_not_the_pay(stack: WorkerStack) -> None:
    runner = await new_runner(stack)
    order = await unpaid_order(stack, runner)
    sent = await send_by_hand(stack, runner, order=order)
    await stack.control_stripe(f"dashboard/reverse_transfer/{sent['id']}", amount=SHARE)
    await read_alone(stack, MOVEMENTS)
    with pytest.raises(TransferTakenBack):
        await settle(stack, TransferMeaning.PAY)
    await look_again(stack)
    assert await discrepancies(stack) == []
    await stack.run_due()
    await reconcile_all(stack)
    assert await payable_state(stack, order) == ("paid", 0, SHARE)
    assert await sent_to_runners(stack) == SHARE
    assert await stack.breaches() == []
    assert await discrepancies(stack) == []
