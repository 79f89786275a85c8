"""Capture and payout: captured once, booked to the cent, sent once, and never undone."""

import asyncio

import pytest

from domain.campuses.people import Member
from domain.errors import CampusGError, OrderClosed, PinLocked, ReceiptAboveLimit, ReceiptTooSmall
from domain.orders.states import Order, OrderStatus
from domain.orders.use_cases import running
from domain.payments.use_cases import saved_cards
from domain.payouts import use_cases as payouts_use_cases
from tests.cases import case
from tests.scenarios.scenario_setup import finish_onboarding
from tests.scenarios.worker_faults import blocked_worker
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga
from workers.engine.saga_failures import MAX_UNEXPECTED_ERRORS

pytestmark = pytest.mark.drill

WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def payable_state(stack: WorkerStack, order: Order) -> tuple[str, int]:
    """(status, amount) of what the runner is owed."""
    ((status, amount),) = await stack.rows_of(order, "payable", "status, amount")
    return status, amount


async def set_up_payout(stack: WorkerStack, runner: Member) -> None:
    """Tap [Set up pay-out], and fill in Stripe's page."""
    run = await stack.act(payouts_use_cases.start_payout_setup, runner)
    await stack.run_due()

    async def over() -> bool:
        ((data, status),) = await stack.rows("SELECT data, status FROM saga WHERE id = :id", id=run.id)
        if "account" in data:
            await stack.control_stripe(f"onboard/{data['account']}", finish=True)
        return bool(status == "done")

    await stack.run_until(over)


@case(32)
async def test_m1_an_order_handed_over_eight_times_at_once_is_captured_and_paid_once(stack: WorkerStack) -> None:
    """Also covers S15."""
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner)
    await stack.bring_to_drop_point(runner, order)

    taps = await asyncio.gather(*(stack.hand_over(runner, order) for _ in range(8)), return_exceptions=True)
    assert [isinstance(each, running.OrderHandedOver) for each in taps].count(True) == 1
    assert sum(isinstance(each, CampusGError) for each in taps) == 7
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    (transfer,) = await stack.transfers(order.id)
    assert (intent["amount_received"], transfer["amount"]) == (1130, 1030)
    with pytest.raises(OrderClosed):
        await stack.hand_over(runner, order)


async def test_s15_an_order_is_not_completed_before_the_runner_has_arrived(stack: WorkerStack, runner: Member) -> None:
    order = await stack.claimed_order(runner)
    with pytest.raises(OrderClosed):
        await stack.hand_over(runner, order)


@case(17)
async def test_m3_an_order_is_completed_only_when_the_money_is_taken(stack: WorkerStack) -> None:
    """Until then it is delivered, and the capture is tried again."""
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "reset", before=True, times=4)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.DELIVERED
    assert await stack.rows_of(order, "payable", "id") == []
    for _ in range(5):
        await stack.run_now()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    assert await payable_state(stack, order) == ("paid", 1030)


async def test_m4_earnings_are_told_as_paid_only_with_a_transfer(stack: WorkerStack, new_runner: Member) -> None:
    """A runner without a ready account is owed the money (M5)."""
    order = await stack.delivered_order(new_runner)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    assert await payable_state(stack, order) == ("open", 1030)
    assert await stack.transfers(order.id) == []
    told = await stack.notification_keys(order, new_runner.person_id)
    assert "notification-payout-waits" in told
    assert "notification-paid" not in told


@case(19)
async def test_m5_what_is_owed_is_sent_once_when_the_account_is_ready(stack: WorkerStack, new_runner: Member) -> None:
    """Also when two set-ups run at once."""
    orders = []
    for _ in range(2):
        orders.append(await stack.delivered_order(new_runner))
        await stack.run_due()
    await asyncio.gather(set_up_payout(stack, new_runner), set_up_payout(stack, new_runner))
    await set_up_payout(stack, new_runner)
    for order in orders:
        assert await payable_state(stack, order) == ("paid", 1030)
        assert len(await stack.transfers(order.id)) == 1
        assert "notification-paid" in await stack.notification_keys(order, new_runner.person_id)


async def test_m5_an_order_completed_while_the_account_becomes_ready_is_paid(stack: WorkerStack) -> None:
    """Booking and becoming ready never miss each other, though neither sees what the other has not committed."""
    runner = await stack.add_member(runner=True, ready=False, card=None)
    order = await stack.delivered_order(runner)
    setting_up = await stack.act(payouts_use_cases.start_payout_setup, runner)
    await advance_saga(stack.context, setting_up.id)
    await finish_onboarding(stack, runner)
    await stack.sql("UPDATE saga SET wake_at = now() WHERE id = :id", id=setting_up.id)
    worker, booked, go = blocked_worker(stack, at=2)
    completing = asyncio.create_task(advance_saga(worker, (await stack.saga(order, "complete_order")).id))
    await booked.wait()
    becoming_ready = asyncio.create_task(advance_saga(stack.new_worker("other"), setting_up.id))
    async with asyncio.timeout(20):
        while not becoming_ready.done() and not await stack.rows(WAITING):
            continue
    go.set()
    await asyncio.gather(completing, becoming_ready)
    await stack.run_due()
    assert await payable_state(stack, order) == ("paid", 1030)
    assert len(await stack.transfers(order.id)) == 1


@case(19)
async def test_m6_a_refused_transfer_stays_owed_and_is_sent_when_the_account_is_ready(stack: WorkerStack) -> None:
    """The money is not lost, and no notification says that it was paid."""
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.delivered_order(runner)
    await stack.control_stripe(f"accounts/{runner.stripe_account}", transfers="inactive")
    await stack.run_due()
    assert await payable_state(stack, order) == ("open", 1030)
    assert (await stack.saga(order, "pay_out_runner")).status == "compensated"
    assert "notification-payout-refused" in await stack.notification_keys(order, runner.person_id)
    assert not (await stack.committed_member(runner.person_id)).payouts_ready
    await stack.control_stripe(f"accounts/{runner.stripe_account}", transfers="active")
    await set_up_payout(stack, runner)
    assert await payable_state(stack, order) == ("paid", 1030)
    assert len(await stack.transfers(order.id)) == 1


async def test_m8_a_capture_that_fails_never_refunds_or_releases(stack: WorkerStack) -> None:
    """After the purchase the order only goes forward."""
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "status", status=400, code="not_today")
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    assert intent["status"] == "requires_capture"
    assert (await stack.order(order.id)).status is OrderStatus.DELIVERED
    assert (await stack.saga(order, "complete_order")).status == "stuck"


async def test_the_ledger_holds_what_stripe_holds_for_one_order(stack: WorkerStack, runner: Member) -> None:
    """The runner's part, the platform's part, and Stripe's fee (M6)."""
    order = await stack.delivered_order(runner)
    await stack.run_due()
    rows = await stack.rows(
        "SELECT t.kind, split_part(a.code, ':', 1) AS account, e.amount FROM ledger_entry e"
        " JOIN ledger_txn t ON t.id = e.txn_id JOIN ledger_account a ON a.id = e.account_id"
        " WHERE t.order_id = :id ORDER BY t.kind, e.line",
        id=order.id,
    )
    lines = {(kind, account): amount for kind, account, amount in rows}
    fee = lines.pop(("fee", "stripe_fees"))
    assert fee > 0
    assert lines == {
        ("capture", "stripe_balance"): 1130,
        ("capture", "runner_payable"): -1030,
        ("capture", "platform_revenue"): -100,
        ("fee", "stripe_balance"): -fee,
        ("transfer", "runner_payable"): 1030,
        ("transfer", "stripe_balance"): -1030,
    }


@case(51)
async def test_a_receipt_must_fit_what_the_customer_agreed_to(stack: WorkerStack, runner: Member) -> None:
    """The shop limit bounds the receipt, not the ceiling (M12)."""
    order = await stack.claimed_order(runner)
    limit = order.price.shop_limit
    for receipt, refusal in ((limit + 1, ReceiptAboveLimit), (0, ReceiptTooSmall), (-5, ReceiptTooSmall)):
        with pytest.raises(refusal):
            await stack.act(running.mark_bought, runner, order.id, receipt)
    assert (await stack.order(order.id)).status is OrderStatus.ACCEPTED
    await stack.deliver(runner, order, receipt=limit)
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    assert intent["amount_received"] == order.price.ceiling


async def test_five_wrong_pins_lock_the_order_and_the_admins_are_told(stack: WorkerStack, runner: Member) -> None:
    order = await stack.claimed_order(runner)
    await stack.bring_to_drop_point(runner, order)
    wrong = f"{(int(order.pin or 0) + 1) % 10_000:04d}"
    for left in (4, 3, 2, 1, 0):
        tried = await stack.act(running.hand_over_with_pin, runner, order.id, wrong)
        assert tried == running.WrongPin(left)
    with pytest.raises(PinLocked):
        await stack.hand_over(runner, order)
    assert (await stack.order(order.id)).status is OrderStatus.ARRIVED
    assert (await stack.notification_keys(order, stack.campus.admin_chat)).count("notification-pin-locked") == 1
    assert (await stack.notification_keys(order, order.customer_id))[-1] == "notification-pin-locked-customer"


async def test_a2_where_money_goes_is_read_from_the_person_never_from_the_order(stack: WorkerStack) -> None:
    """The transfer's destination is the account that Stripe gave us for the runner."""
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.delivered_order(runner)
    await stack.run_due()
    (transfer,) = await stack.transfers(order.id)
    assert transfer["destination"] == runner.stripe_account
    (sent,) = [
        call
        for call in await stack.inspect_stripe("requests")
        if call["path"] == "/v1/transfers" and str(order.id) == call["params"].get("metadata", {}).get("order")
    ]
    assert sent["idempotency_key"] == transfer["metadata"]["call"]
    (intent,) = await stack.intents(order.id)
    assert sent["params"]["source_transaction"] == intent["latest_charge"]


async def test_a_capture_of_a_hold_that_is_not_held_here_waits_for_a_person(own_stack: WorkerStack) -> None:
    """The money is captured and the ledger disagrees, so nobody is told that all is well."""
    runner = await own_stack.add_member(runner=True, card=None)
    order = await own_stack.delivered_order(runner)
    await own_stack.sql("UPDATE hold SET status = 'released' WHERE order_id = :id", id=order.id)
    for _ in range(MAX_UNEXPECTED_ERRORS + 1):
        await own_stack.run_now()
    stands = await own_stack.saga(order, "complete_order")
    assert stands.status == "stuck"
    assert "is not held here" in (stands.error or "")
    assert await own_stack.transfers(order.id) == []


async def test_m2_every_call_that_makes_something_carries_a_key(stack: WorkerStack) -> None:
    """Covers every call that the workers made for an order, from a customer without a card to a runner who is paid."""
    customer, runner = await stack.add_member(card=None), await stack.add_member(runner=True, card=None)
    await stack.act(saved_cards.start_card_setup, customer)
    await stack.run_due()
    await stack.save_test_card(customer.person_id, "pm_card_visa")
    await set_up_payout(stack, runner)
    order = await stack.delivered_order(runner, await stack.committed_member(customer.person_id))
    await stack.run_due()
    assert len(await stack.transfers(order.id)) == 1
    posted = [call for call in await stack.inspect_stripe("requests") if call["verb"] == "POST"]
    product_calls = [call for call in posted if "attach" not in call["path"]]
    made = {call["path"].split("/")[2] for call in product_calls}
    assert made >= {"accounts", "account_links", "checkout", "customers", "payment_intents", "transfers"}
    assert [call["path"] for call in product_calls if not call["idempotency_key"]] == []
