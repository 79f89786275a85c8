"""How others read a replacement hold: order messages, figures, admins, and reconciliation."""

import pytest

from domain.orders.states import Order
from domain.orders.use_cases import running
from domain.refunds.earnings_repository import sum_spending
from tests.scenarios.customer_debt_setup import APPROVAL_CARD
from tests.scenarios.price_increase_setup import held_at_stripe, hold_parts, increase_fee, increased_order
from tests.scenarios.reconciliation_setup import admin_notifications, discrepancies, reconcile_all
from tests.scenarios.scenario_setup import answer_bank
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill


async def age_holds(stack: WorkerStack, order: Order) -> None:
    """Move the holds back by long enough for reconciliation to check them."""
    await stack.sql("UPDATE orders SET placed_at = now() - interval '6 minutes' WHERE id = :id", id=order.id)
    await stack.sql("UPDATE saga SET wake_at = now() + interval '1 minute' WHERE wake_at IS NOT NULL")


async def test_what_is_on_hold_is_what_counts(own_stack: WorkerStack) -> None:
    order = await increased_order(own_stack, await own_stack.add_member(), APPROVAL_CARD)
    async with own_stack.database() as work:
        assert (await sum_spending(work, own_stack.campus.id, order.customer_id)).on_hold == 1240
    await own_stack.inject_fault("POST /v1/payment_intents/*/cancel", "status", status=429)
    await answer_bank(own_stack, order)
    await own_stack.run_now()
    assert len(await held_at_stripe(own_stack, order)) == 2, "the old hold is still to be released"
    async with own_stack.database() as work:
        assert (await sum_spending(work, own_stack.campus.id, order.customer_id)).on_hold == 1270


async def test_the_runners_see_the_higher_fee_once_it_counts_and_not_before(own_stack: WorkerStack) -> None:
    order = await increased_order(own_stack, await own_stack.add_member(), APPROVAL_CARD)
    drawn = "SELECT requested_revision FROM order_message WHERE order_id = :id AND kind = 'group'"
    ((before,),) = await own_stack.rows(drawn, id=order.id)
    await answer_bank(own_stack, order)
    await own_stack.run_now()
    assert await own_stack.rows(drawn, id=order.id) == [(before + 1,)]
    assert (await own_stack.order(order.id)).price.runner_earnings > order.price.runner_earnings


async def test_a_replacement_hold_that_waits_is_no_discrepancy(own_stack: WorkerStack) -> None:
    order = await increased_order(own_stack, await own_stack.add_member(), APPROVAL_CARD)
    await age_holds(own_stack, order)
    await reconcile_all(own_stack)
    assert await discrepancies(own_stack) == []
    assert len(await held_at_stripe(own_stack, order)) == 2


async def test_an_old_hold_whose_release_is_stuck_is_released_all_the_same(own_stack: WorkerStack) -> None:
    """It no longer counts; an admin's retry then finds nothing to do."""
    await own_stack.inject_fault("POST /v1/payment_intents/*/cancel", "status", status=429)
    order = await increased_order(own_stack, await own_stack.add_member())
    await own_stack.clear_faults()
    await own_stack.sql(
        "UPDATE saga SET status = 'stuck', error = 'refused', call = NULL, wake_at = NULL, worker = NULL"
        " WHERE order_id = :id AND kind = 'replace_hold'",
        id=order.id,
    )
    await age_holds(own_stack, order)
    await reconcile_all(own_stack)
    assert await hold_parts(own_stack, order) == [("former", "released", 1240), ("current", "held", 1270)]
    assert await held_at_stripe(own_stack, order) == [1270]
    assert [key for key in await admin_notifications(own_stack) if key == "notification-hold-expiring"] == []
    await own_stack.sql(
        "UPDATE saga SET status = 'running', error = NULL, wake_at = now() WHERE order_id = :id AND status = 'stuck'",
        id=order.id,
    )
    await own_stack.run_now()
    assert (await own_stack.saga(order, "replace_hold")).status == "done"
    assert await own_stack.breaches() == []


async def test_a_late_no_about_a_hold_that_was_replaced_does_not_touch_the_one_in_its_place(
    own_stack: WorkerStack,
) -> None:
    """The check asked about the first hold; since then the runner gave it back and the customer raised the fee."""
    runner, customer = await own_stack.add_member(runner=True, card=None), await own_stack.add_member()
    order = await own_stack.open_order(customer)
    await own_stack.inject_fault("GET /v1/payment_intents/*", "reset", before=True, times=100)
    await own_stack.claim(runner, order)
    await own_stack.run_due()
    await own_stack.act(running.start_release, runner, order.id)
    await increase_fee(own_stack, customer, order)

    async def replaced() -> bool:
        return (await own_stack.saga(order, "replace_hold")).status in ("done", "compensated")

    await own_stack.run_until(replaced)
    await own_stack.clear_faults()
    await own_stack.run_now()
    assert (await own_stack.saga(order, "accept_order")).status == "compensated"
    assert await own_stack.rows_of(order, "hold", "part, status") == [("former", "released"), ("current", "held")]
    await own_stack.claim(await own_stack.add_member(runner=True, card=None), order)
    assert await own_stack.breaches() == []
