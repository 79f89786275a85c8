"""An advance counts while something of it is left; a return that Stripe refused is made later, or by an admin."""

import pytest

from domain.database.actors import Role
from domain.errors import HoldEnding, OrderClosed
from domain.order_messages.money_story import moments_for, say_moment
from domain.order_messages.money_story_repository import read_money_facts
from domain.orders.states import Order, OrderStatus
from domain.orders.use_cases import photos, running
from tests.scenarios.price_increase_setup import increase_fee
from tests.scenarios.reconciliation_setup import discrepancies, reconcile_all
from tests.scenarios.refund_setup import booked_amounts, complete_refund, refund_rows
from tests.stack.photos import new_photo
from tests.stack.worker_stack import WorkerStack
from tests.workers.dashboard.test_done_at_stripe import act, intent_of, net_paid, new_runner

pytestmark = pytest.mark.drill

AGE = "UPDATE refund SET asked_at = asked_at - interval '70 minutes' WHERE order_id = :id"


async def cancelled_advance(stack: WorkerStack) -> Order:
    """An order that was captured at Stripe and cancelled, whose return Stripe refuses once."""
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    await act(stack, "capture_payment", await intent_of(stack, order))
    await stack.cancel(customer, order)
    await stack.run_due()
    await stack.inject_fault("POST /v1/refunds", "status", status=400, code="charge_disputed", message="not now")
    for _ in range(2):
        await reconcile_all(stack)
    assert [status for status, _, _ in await refund_rows(stack, order)] == ["failed"]
    return order


async def test_a_return_that_stripe_refused_is_tried_again_and_told_as_it_is(stack: WorkerStack) -> None:
    order = await cancelled_advance(stack)
    keys = await stack.notification_keys(order, stack.campus.admin_chat)
    assert "notification-return-refused" in keys and "notification-refund-refused" not in keys
    await reconcile_all(stack)
    assert len(await refund_rows(stack, order)) == 1  # only after a pause
    await stack.inject_fault("POST /v1/refunds", "status", status=400, code="charge_disputed", message="not now")
    for expected in (["failed"] * 2, ["failed"] * 2, ["failed"] * 2 + ["succeeded"]):
        await stack.sql(AGE, id=order.id)
        await reconcile_all(stack)
        assert [status for status, _, _ in await refund_rows(stack, order)] == expected
    assert await net_paid(stack, order) == 0
    assert (await stack.notification_keys(order)).count("notification-return-refused") == 1
    assert await stack.breaches() == []


async def test_the_pause_after_many_refusals_is_a_day_at_most(stack: WorkerStack) -> None:
    order = await cancelled_advance(stack)
    await stack.sql(
        "INSERT INTO refund (campus_id, order_id, status, amount, runner_amount, currency, payment_intent, reason,"
        " refusal, origin, from_advance) SELECT campus_id, order_id, status, amount, runner_amount, currency,"
        " payment_intent, reason, refusal, origin, from_advance FROM refund, generate_series(1, 70)"
    )
    await reconcile_all(stack)
    assert {status for status, _, _ in await refund_rows(stack, order)} == {"failed"}
    await stack.sql("UPDATE refund SET asked_at = asked_at - interval '25 hours' WHERE order_id = :id", id=order.id)
    await reconcile_all(stack)
    assert [status for status, _, _ in await refund_rows(stack, order)].count("succeeded") == 1
    assert await net_paid(stack, order) == 0


async def test_an_admin_may_give_back_what_stripe_refused_to_return(stack: WorkerStack) -> None:
    order = await cancelled_advance(stack)
    await complete_refund(stack, order, None)
    assert await net_paid(stack, order) == 0
    assert "advances" not in await booked_amounts(stack, order)
    await stack.sql("UPDATE refund SET asked_at = asked_at - interval '2 days' WHERE order_id = :id", id=order.id)
    await reconcile_all(stack)
    assert [status for status, _, _ in await refund_rows(stack, order)] == ["failed", "succeeded"]
    assert await stack.breaches() == []


async def test_nobody_claims_or_buys_on_an_advance_that_went_back(stack: WorkerStack) -> None:
    runner = await new_runner(stack)
    claimed, offered = await stack.claimed_order(runner), await stack.open_order(await stack.add_member())
    await stack.act(photos.save_receipt_photo, runner, claimed.id, new_photo())
    for order in (claimed, offered):
        await act(stack, "capture_payment", await intent_of(stack, order))
        await act(stack, "refund_payment", await intent_of(stack, order))
    await reconcile_all(stack)
    with pytest.raises(HoldEnding):
        await stack.act(running.mark_bought, runner, claimed.id, 850)
    with pytest.raises(OrderClosed):
        await stack.claim(await new_runner(stack), offered)
    assert await stack.breaches() == []


async def test_two_advances_of_one_order_do_not_mix(stack: WorkerStack) -> None:
    runner, customer = await new_runner(stack), await stack.add_member()
    order = await stack.open_order(customer)
    former = await intent_of(stack, order)
    await increase_fee(stack, customer, order)
    await act(stack, "capture_payment", former)
    await stack.run_due()
    await reconcile_all(stack)
    current = next(one["id"] for one in await stack.intents(order.id) if one["id"] != former)
    await act(stack, "capture_payment", current, amount=300)
    await act(stack, "top_up", "sgd", amount=5_000)
    await reconcile_all(stack)
    await stack.claim(runner, order)
    await stack.run_due()
    await stack.deliver(runner, order)
    await stack.run_due()
    done = await stack.order(order.id)
    assert done.status is OrderStatus.COMPLETED
    assert (await booked_amounts(stack, order))["forgone"] == (done.total or 0) - 300
    for _ in range(2):
        await reconcile_all(stack)
    assert await net_paid(stack, order) == 300
    assert "advances" not in await booked_amounts(stack, order)
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []
    async with stack.database() as work:
        facts = await read_money_facts(work, done)
    said = [say_moment("en", facts, each) for each in moments_for(facts, Role.CUSTOMER)]
    (earned,) = [each for each in said if "paid for the order" in each]
    assert earned.startswith("Of what was taken before, S$3.00 paid for the order: S$10.57 for the runner, S$1.03 for")
    assert earned.endswith("Nothing more was taken. The campus bears the S$8.60 that it was short.")
    assert [each for each in said if "was taken from the card: " in each] == []
