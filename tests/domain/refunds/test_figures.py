"""The figures of /me: after real captures and transfers they equal the ledger and Stripe."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from domain.campuses.people import Member
from domain.orders.states import Bearer
from domain.refunds.earnings_repository import (
    Earnings,
    Spending,
    sum_earned_by_week,
    sum_earnings,
    sum_paid_by_week,
    sum_spending,
)
from tests.scenarios.refund_setup import complete_refund, completed_order
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill


async def customer_figures(stack: WorkerStack, member: Member) -> Spending:
    async with stack.database() as work:
        return await sum_spending(work, stack.campus.id, member.person_id)


async def runner_figures(stack: WorkerStack, member: Member) -> Earnings:
    async with stack.database() as work:
        return await sum_earnings(work, stack.campus.id, member.person_id)


async def test_figures_follow_an_order_from_the_hold_to_the_transfer(stack: WorkerStack) -> None:
    """Two at 4.00, delivery 2.00, service 0.80: 12.40 held at most; the receipt says 8.50, so 11.30 are paid."""
    mei, ana = await stack.add_member(), await stack.add_member(runner=True, ready=False)
    await stack.place_order(mei)
    await stack.run_due()
    waiting = await stack.claimed_order(ana, mei)
    assert await customer_figures(stack, mei) == Spending(paid=0, on_hold=2480, placed=2, delivered=0)
    await stack.deliver(ana, waiting)
    await stack.run_due()
    assert await customer_figures(stack, mei) == Spending(paid=1130, on_hold=1240, placed=2, delivered=1)
    assert await runner_figures(stack, ana) == Earnings(earned=180, reimbursed=850, sent=0, waiting=1030, deliveries=1)
    (owed,) = await stack.rows(
        "SELECT -sum(amount) AS amount FROM ledger_entry JOIN ledger_account ON ledger_account.id = account_id"
        " WHERE owner = :id",
        id=ana.person_id,
    )
    assert owed.amount == 1030
    assert await customer_figures(stack, ana) == Spending(paid=0, on_hold=0, placed=0, delivered=0)
    assert await runner_figures(stack, mei) == Earnings(earned=0, reimbursed=0, sent=0, waiting=0, deliveries=0)


async def test_what_was_sent_is_no_longer_waiting_and_a_declined_order_was_none(stack: WorkerStack) -> None:
    ana, poor = await stack.add_member(runner=True), await stack.add_member(card="pm_card_chargeCustomerFail")
    await completed_order(stack, ana)
    assert await runner_figures(stack, ana) == Earnings(earned=180, reimbursed=850, sent=1030, waiting=0, deliveries=1)
    await stack.place_order(poor)
    await stack.run_due()
    assert await customer_figures(stack, poor) == Spending(paid=0, on_hold=0, placed=0, delivered=0)


async def test_figures_count_refunds(stack: WorkerStack) -> None:
    """3.00 of 11.30 are refunded: the amount sent is Stripe's, and the amount waiting is the ledger's."""
    ana, ben = await stack.add_member(runner=True), await stack.add_member(runner=True, ready=False)
    for runner in (ana, ben):
        order = await completed_order(stack, runner)
        await complete_refund(stack, order, 300, Bearer.RUNNER)
        customer = await stack.committed_member(order.customer_id)
        assert await customer_figures(stack, customer) == Spending(paid=830, on_hold=0, placed=1, delivered=1)
        weeks = await stack.act(sum_paid_by_week, customer.person_id, date(2000, 1, 1))
        assert list(weeks.values()) == [830]
    assert await runner_figures(stack, ana) == Earnings(earned=0, reimbursed=730, sent=730, waiting=0, deliveries=1)
    assert await runner_figures(stack, ben) == Earnings(earned=0, reimbursed=730, sent=0, waiting=730, deliveries=1)
    for runner, sent in ((ana, 730), (ben, 0)):
        (ledger,) = await stack.rows(
            "SELECT coalesce(-sum(amount), 0) AS owed FROM ledger_entry JOIN ledger_account a ON a.id = account_id"
            " WHERE a.owner = :id",
            id=runner.person_id,
        )
        assert ledger.owed == (await runner_figures(stack, runner)).waiting
        transfers = await stack.inspect_stripe("objects", kind="transfer")
        runner_transfers = [one for one in transfers if one["destination"] == runner.stripe_account]
        assert sum(one["amount"] - one["amount_reversed"] for one in runner_transfers) == sent


async def test_weeks_begin_on_monday_in_the_campus_own_zone(stack: WorkerStack) -> None:
    """Singapore is eight hours ahead: Sunday, 16:30 UTC, is Monday there."""
    mei, ana = await stack.add_member(), await stack.add_member(runner=True)
    for moment in ("2026-03-01 15:30:00+00", "2026-03-01 16:30:00+00"):
        order = await stack.delivered_order(ana, mei)
        await stack.run_due()
        await stack.sql(
            "UPDATE orders SET completed_at = CAST(:at AS text)::timestamptz WHERE id = :id", at=moment, id=order.id
        )
        await stack.sql(
            "UPDATE payable SET booked_at = CAST(:at AS text)::timestamptz WHERE order_id = :id", at=moment, id=order.id
        )
    before, monday = date(2026, 2, 23), date(2026, 3, 2)
    async with stack.database() as work:
        assert await sum_paid_by_week(work, stack.campus, mei.person_id, before) == {before: 1130, monday: 1130}
        assert await sum_paid_by_week(work, stack.campus, mei.person_id, before + timedelta(days=1)) == {monday: 1130}
        assert await sum_earned_by_week(work, stack.campus, ana.person_id, before) == {before: 180, monday: 180}
        assert await sum_earned_by_week(work, stack.campus, mei.person_id, before) == {}


OTHERS = 3_000
SHARED = "campus_id, amount, currency"
ADD_PAYABLES_OF_OTHERS = (
    f"INSERT INTO payable (order_id, runner_id, {SHARED}) SELECT 1000000 + n, 1000000 + n, {SHARED}"
    f" FROM payable, generate_series(1, {OTHERS}) AS n WHERE order_id = :id"
)
COPIED = f"{SHARED}, runner_amount, payment_intent, reason, origin, asked_by"
ADD_REFUNDS_OF_OTHERS = (
    f"INSERT INTO refund (order_id, {COPIED}) SELECT 1000000 + n, {COPIED}"
    f" FROM refund, generate_series(1, {OTHERS}) AS n WHERE order_id = :id"
)
ROWS_READ = (
    "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)"
    " FROM pg_stat_xact_user_tables WHERE relname IN ('payable', 'refund')"
)


async def test_the_figures_of_one_person_read_nothing_of_others(stack: WorkerStack) -> None:
    ana = await stack.add_member(runner=True)
    order = await completed_order(stack, ana)
    await complete_refund(stack, order, 100)
    async with stack.database() as work, work.connection.begin_nested() as of_others:
        for table, statement in (("payable", ADD_PAYABLES_OF_OTHERS), ("refund", ADD_REFUNDS_OF_OTHERS)):
            await work.connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            await work.connection.execute(text(statement), {"id": order.id})
            await work.connection.exec_driver_sql(f"ANALYZE {table}")
        before = (await work.connection.exec_driver_sql(ROWS_READ)).scalar_one()
        first = work.now.date() - timedelta(days=30)
        await sum_spending(work, stack.campus.id, order.customer_id)
        await sum_earnings(work, stack.campus.id, ana.person_id)
        assert sum((await sum_paid_by_week(work, stack.campus, order.customer_id, first)).values()) == 1030
        await sum_earned_by_week(work, stack.campus, ana.person_id, first)
        read = (await work.connection.exec_driver_sql(ROWS_READ)).scalar_one() - before
        await of_others.rollback()
    assert read < OTHERS / 100
