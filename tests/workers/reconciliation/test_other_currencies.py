"""Tests of a currency in which the platform receives no money: nothing is booked wrongly, and it is told."""

import pytest

from domain.errors import OrdersPausedBecause
from tests.scenarios.reconciliation_setup import discrepancies, reconcile_all
from tests.stack.worker_stack import WorkerStack


async def test_a_converted_charge_books_no_fee_in_the_orders_currency_and_stops_new_orders(stack: WorkerStack) -> None:
    await stack.control_stripe("settlement", currencies=["usd"], rate=0.75)
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.delivered_order(runner)
    await stack.run_due()
    fees = "SELECT 1 FROM ledger_txn WHERE kind = 'fee' AND order_id = :id"
    assert await stack.rows(fees, id=order.id) == []
    told = await stack.notification_keys(order)
    assert told.count("notification-settled-elsewhere") == 1
    with pytest.raises(OrdersPausedBecause) as refused:
        await stack.place_order(await stack.add_member())
    assert refused.value.arguments["reason"] == "payments do not arrive in SGD; the campus team knows"


async def test_the_books_and_stripe_differ_by_the_currency_and_not_by_an_amount(stack: WorkerStack) -> None:
    await stack.control_stripe("settlement", currencies=["usd"], rate=0.75)
    runner = await stack.add_member(runner=True, card=None)
    await stack.delivered_order(runner)
    await stack.run_due()
    await reconcile_all(stack)
    kinds = {kind for kind, _, _ in await discrepancies(stack)}
    assert "other_currency" in kinds
    assert "amount_mismatch" not in kinds


async def test_a_currency_that_settles_books_its_fee(stack: WorkerStack) -> None:
    await stack.control_stripe("settlement", currencies=["usd", "sgd"])
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.delivered_order(runner)
    await stack.run_due()
    fees = "SELECT 1 FROM ledger_txn WHERE kind = 'fee' AND order_id = :id"
    assert len(await stack.rows(fees, id=order.id)) == 1
    assert "notification-settled-elsewhere" not in await stack.notification_keys(order)


async def test_a_pause_of_the_team_keeps_its_words_and_the_team_is_told_all_the_same(stack: WorkerStack) -> None:
    await stack.control_stripe("settlement", currencies=["usd"], rate=0.75)
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    paused = "UPDATE campus SET paused = true, pause_reason = 'exams until Friday' WHERE id = :id"
    await stack.sql(paused, id=stack.campus.id)
    await stack.run_due()
    (campus,) = await stack.rows("SELECT paused, pause_reason FROM campus WHERE id = :id", id=stack.campus.id)
    assert tuple(campus) == (True, "exams until Friday")
    assert (await stack.notification_keys(order)).count("notification-settled-elsewhere") == 1
