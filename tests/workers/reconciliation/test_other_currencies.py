"""Tests of a currency in which the platform receives no money: nothing is booked wrongly, and it is told."""

import pytest

from domain.errors import OrdersPausedBecause
from domain.ledger.postings import fee_posting
from domain.ledger.repository import post_to_ledger
from domain.orders.states import Order, OrderStatus
from domain.reconciliation import use_cases
from tests.scenarios.reconciliation_setup import admin_notifications, discrepancies, reconcile_all
from tests.scenarios.refund_setup import complete_refund
from tests.scenarios.scenario_setup import new_admin
from tests.stack.worker_stack import WorkerStack
from tests.workers.dashboard.test_transfers_read_late import read_alone

pytestmark = pytest.mark.drill


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


async def test_what_an_upgrade_asks_about_again_is_told_once_more(stack: WorkerStack) -> None:
    await converted_order(stack)
    await reconcile_all(stack)
    told = len(await admin_notifications(stack))
    reopened = "UPDATE discrepancy SET told = 0 WHERE kind = 'other_currency' AND status = 'open'"
    await stack.sql(reopened)
    for _ in range(2):
        await read_alone(stack, "open")
    assert len(await admin_notifications(stack)) == told + 1


async def settle_all(stack: WorkerStack) -> None:
    """Let an admin settle each open discrepancy, and all be compared again."""
    for row in await stack.rows("SELECT id, order_id FROM discrepancy WHERE status = 'open' ORDER BY id"):
        admin = await new_admin(stack)
        reason = f"{'nobody' if row.order_id is None else ''} Stripe converted it"
        await stack.act(use_cases.settle_discrepancy, admin, row.id, reason.strip())
    for _ in range(2):
        await reconcile_all(stack)


async def converted_order(stack: WorkerStack) -> Order:
    """Play an order whose payment Stripe converts; the platform has funds of its own for the runner's pay."""
    await stack.control_stripe("settlement", currencies=["usd"], rate=0.75)
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.delivered_order(runner)
    await stack.run_due()
    return order


async def test_one_difference_tells_of_both_currencies_and_settling_it_leaves_a_clean_audit(stack: WorkerStack) -> None:
    order = await converted_order(stack)
    for _ in range(2):
        await reconcile_all(stack)
    assert [kind for kind, _, _ in await discrepancies(stack)] == ["other_currency"], "and no balance differs beside it"
    ((note,),) = await stack.rows("SELECT note FROM discrepancy WHERE status = 'open'")
    assert note.endswith("S$11.30 in our books")
    await settle_all(stack)
    assert await discrepancies(stack) == []
    assert await audit_of_books(stack) == []
    books = await stack.rows(
        "SELECT a.code, sum(e.amount) AS amount FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id"
        " WHERE a.code LIKE 'stripe_balance:%' GROUP BY a.code ORDER BY a.code"
    )
    at_stripe = (await stack.context.stripe.v1.balance.retrieve_async()).to_dict()
    usd = sum(one["amount"] for kind in ("available", "pending") for one in at_stripe[kind] if one["currency"] == "usd")
    assert {row.code: int(row.amount) for row in books} == {"stripe_balance:sgd": 0, "stripe_balance:usd": usd}
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED


async def test_what_is_booked_after_it_was_settled_is_told_once_more(stack: WorkerStack) -> None:
    order = await converted_order(stack)
    await reconcile_all(stack)
    await settle_all(stack)
    await complete_refund(stack, order, 500)
    for _ in range(2):
        await reconcile_all(stack)
    found = await discrepancies(stack)
    assert [kind for kind, _, _ in found] == ["other_currency"], found
    await settle_all(stack)
    assert await discrepancies(stack) == []
    assert await audit_of_books(stack) == []


async def test_a_fee_booked_after_the_difference_was_settled_is_a_difference_with_a_way_out(stack: WorkerStack) -> None:
    order = await converted_order(stack)
    await reconcile_all(stack)
    await settle_all(stack)
    (movement,) = [one.movement for one in await stack.rows("SELECT movement FROM unbooked_movement WHERE due = 0")]
    async with stack.database() as work:
        fee = fee_posting(balance_transaction=movement.partition(":")[0], fee=30, currency="sgd")
        await post_to_ledger(work, fee, order.id)
    for _ in range(2):
        await reconcile_all(stack)
    assert [(kind, subject) for kind, subject, _ in await discrepancies(stack)] == [("amount_mismatch", movement)]
    await stack.sql("UPDATE discrepancy SET recheck_requested_at = now(), recheck_chat_id = 1 WHERE status = 'open'")
    await reconcile_all(stack)
    assert len(await discrepancies(stack)) == 1, "looking again does not end it"
    await settle_all(stack)
    assert await discrepancies(stack) == []
    assert await audit_of_books(stack) == []


async def audit_of_books(stack: WorkerStack) -> list[str]:
    """Return what the audit finds of the books; that the runner waits for funds is no breach."""
    return [f"{finding.name}: {finding.breaches}" for finding in await stack.breaches()]
