"""What a saga that is not over keeps waiting: settling by hand, the comparison with Stripe, and an opening balance."""

import asyncio
import json
from typing import Any

import pytest

from domain.orders.states import Order
from domain.reconciliation import use_cases
from domain.reconciliation.refusals import OrderUnfinished
from domain.reconciliation.saga_postings import POSTINGS_BY_SAGA, may_still_be_booked
from domain.registers import build_saga_register
from domain.settings.settings import read_audit_settings
from tests.scenarios.reconciliation_setup import create_stray_transfer, discrepancies, reconcile_all
from tests.scenarios.refund_setup import complete_refund, completed_order
from tests.scenarios.scenario_setup import new_admin, refunds_of
from tests.scenarios.stuck_sagas import release_saga, stick_saga
from tests.stack.worker_stack import WorkerStack
from workers.commands.opening_balance import NOTHING, run
from workers.reconciliation.reconciliation_context import new_reconciliation_context
from workers.reconciliation.whole_balance import read_balance_sums

pytestmark = pytest.mark.drill

WAITING = "SELECT count(*) FROM saga WHERE kind = 'refund_order' AND status = 'running' AND order_id = :id"


def test_what_every_saga_may_book_is_said() -> None:
    assert set(POSTINGS_BY_SAGA) == {kind for kind, _ in build_saga_register().sagas}


async def order_with_a_waiting_refund(stack: WorkerStack, *, is_told: bool) -> tuple[Order, Any]:
    """An order of which a part goes back by a bank that needs weeks, and that refund; perhaps with a stray transfer."""
    runner = await stack.add_member(runner=True, card=None)
    order = await completed_order(stack, runner, card="pm_card_pendingRefund")
    if is_told:
        await create_stray_transfer(stack, order, str(runner.stripe_account))
        await reconcile_all(stack)
    await complete_refund(stack, order, 200)
    (refund,) = await refunds_of(stack, order.id)
    assert [count for (count,) in await stack.rows(WAITING, id=order.id)] == [1]
    return order, refund


async def settle(stack: WorkerStack) -> None:
    """Settle the one open discrepancy."""
    ((number,),) = await stack.rows("SELECT id FROM discrepancy WHERE status = 'open'")
    await stack.act(use_cases.settle_discrepancy, await new_admin(stack), number, "nobody: a gift")


async def test_a_refund_that_waits_for_its_bank_keeps_no_other_money_from_being_settled(stack: WorkerStack) -> None:
    order, refund = await order_with_a_waiting_refund(stack, is_told=True)
    await stack.sql(
        "UPDATE saga SET call = CAST(:call AS jsonb) WHERE kind = 'refund_order'", call=json.dumps({"a": 1})
    )
    with pytest.raises(OrderUnfinished):
        await settle(stack)
    await stack.sql("UPDATE saga SET call = NULL WHERE kind = 'refund_order'")
    async with stack.database() as work:
        assert await may_still_be_booked(work, order.id, [f"refund_failed:{refund['id']}"])
        assert not await may_still_be_booked(work, order.id, ["refund_failed:re_other", "capture:pi_1"])
    await settle(stack)
    assert await discrepancies(stack) == []


@pytest.mark.parametrize(("kind", "is_refused"), [("pay_out_runner", True), ("create_order", False)])
async def test_a_stuck_saga_keeps_only_what_it_may_book_from_being_settled(
    stack: WorkerStack, kind: str, *, is_refused: bool
) -> None:
    runner = await stack.add_member(runner=True, card=None)
    order = await completed_order(stack, runner)
    await create_stray_transfer(stack, order, str(runner.stripe_account))
    await reconcile_all(stack)
    saga = await stick_saga(stack, order, kind)
    if is_refused:
        with pytest.raises(OrderUnfinished):
            await settle(stack)
        await release_saga(stack, saga)
    await settle(stack)
    assert await discrepancies(stack) == []


async def test_a_waiting_refund_whose_money_is_booked_keeps_no_opening_balance_waiting(
    stack: WorkerStack, database_url: str
) -> None:
    await order_with_a_waiting_refund(stack, is_told=False)
    settings = read_audit_settings(
        {"DATABASE_URL": database_url, "STRIPE_API_URL": stack.stripe_url, "STRIPE_SECRET_KEY": "sk_test_stack"}
    )
    assert await run(settings, books=False) == NOTHING


@pytest.mark.parametrize(("kind", "counts"), [("check_setup", False), ("pay_out_runner", True)])
async def test_only_a_call_that_may_move_money_delays_the_comparison_of_the_balance(
    stack: WorkerStack, kind: str, *, counts: bool
) -> None:
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    call = "kind = :kind, call = CAST('{}' AS jsonb), wake_at = now() + interval '1 hour', ended_at = NULL"
    which = "id = (SELECT id FROM saga WHERE order_id = :id LIMIT 1)"
    await stack.sql(f"UPDATE saga SET status = 'running', {call} WHERE {which}", kind=kind, id=order.id)
    sums = await read_balance_sums(new_reconciliation_context(stack.context, asyncio.Event()))
    assert (sums is None) is counts
