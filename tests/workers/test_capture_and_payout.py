"""Capture and pay-out: taken once, booked to the cent, sent once, and only forward."""

import asyncio

import pytest

from domain.errors import CampusGError, OrderClosed, PinLocked, ReceiptAboveLimit, ReceiptTooSmall
from domain.order import Order, OrderStatus
from domain.people import Member
from domain.store.use_cases import running
from tests.town import Town
from tests.workers.deaths import held_up
from workers.engine import run_saga
from workers.failures import MOST_FAULTS


async def payable(town: Town, order: Order) -> tuple[str, int]:
    """What the runner is owed, and how that stands."""
    ((status, amount),) = await town.rows("SELECT status, amount FROM payable WHERE order_id = :id", id=order.id)
    return status, amount


async def set_up_payout(town: Town, runner: Member) -> None:
    """[Set up pay-out], and what Stripe's page asks, answered."""
    async with town.database() as work:
        run = await running.set_up_payout(work, town.campus, runner)
    await town.drive()

    async def over() -> bool:
        ((data, status),) = await town.rows("SELECT data, status FROM saga WHERE id = :id", id=run.id)
        if "account" in data:
            await town.control(f"onboard/{data['account']}", finish=True)
        return bool(status == "done")

    await town.until(over)


async def test_m1_an_order_handed_over_eight_times_at_once_is_captured_and_paid_once(shared_town: Town) -> None:
    """M1, S15."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    await town.carry(runner, order)

    async def tap() -> bool:
        try:
            return isinstance(await town.hand_over(runner, order), running.HandedOver)
        except CampusGError:
            return False

    assert sorted(await asyncio.gather(*(tap() for _ in range(8)))) == [False] * 7 + [True]
    await town.drive()
    (intent,) = await town.intents(order.id)
    (transfer,) = await town.transfers(order.id)
    assert (intent["amount_received"], transfer["amount"]) == (1130, 1030)
    with pytest.raises(OrderClosed):
        await town.hand_over(runner, order)


async def test_s15_an_order_is_not_completed_before_the_runner_is_at_the_door(shared_town: Town) -> None:
    """S15."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    with pytest.raises(OrderClosed):
        await town.hand_over(runner, order)


async def test_m3_an_order_is_completed_only_when_the_money_is_taken(shared_town: Town) -> None:
    """M3: until then it is delivered, and the capture is tried again."""
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    await town.fault("POST /v1/payment_intents/*/capture", "reset", before=True, times=4)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.DELIVERED
    assert await town.rows("SELECT id FROM payable WHERE order_id = :id", id=order.id) == []
    for _ in range(5):
        await town.hurry()
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED
    assert await payable(town, order) == ("paid", 1030)


async def test_m4_earnings_are_told_as_paid_only_with_a_transfer(shared_town: Town) -> None:
    """M4, M5: somebody who can't be paid yet is owed the money."""
    town = shared_town
    runner = await town.member(runner=True, ready=False, card=None)
    order = await town.delivered(runner)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED
    assert await payable(town, order) == ("open", 1030)
    assert await town.transfers(order.id) == []
    told = await town.told(order, runner.person_id)
    assert "push-payout-waits" in told
    assert "push-paid" not in told


async def test_m5_what_is_owed_is_sent_once_when_the_account_is_ready(shared_town: Town) -> None:
    """M5: also when two set-ups run at once."""
    town = shared_town
    runner = await town.member(runner=True, ready=False, card=None)
    orders = []
    for _ in range(2):
        orders.append(await town.delivered(runner))
        await town.drive()
    await asyncio.gather(set_up_payout(town, runner), set_up_payout(town, runner))
    await set_up_payout(town, runner)
    for order in orders:
        assert await payable(town, order) == ("paid", 1030)
        assert len(await town.transfers(order.id)) == 1
        assert "push-paid" in await town.told(order, runner.person_id)


async def test_m5_an_order_completed_while_the_account_becomes_ready_is_paid(shared_town: Town) -> None:
    """M5: booking and becoming ready never miss each other, though neither sees what the other has not committed."""
    town = shared_town
    runner = await town.member(runner=True, ready=False, card=None)
    order = await town.delivered(runner)
    async with town.database() as work:
        setting_up = await running.set_up_payout(work, town.campus, runner)
    await run_saga(town.workshop, setting_up.id)
    await town.control(f"onboard/{(await town.known(runner.person_id)).stripe_account}", finish=True)
    await town.sql("UPDATE saga SET wake_at = now() WHERE id = :id", id=setting_up.id)
    worker, booked, go = held_up(town, at=2)
    completing = asyncio.create_task(run_saga(worker, (await town.saga(order, "complete_order")).id))
    await booked.wait()
    becoming_ready = asyncio.create_task(run_saga(town.worker("other"), setting_up.id))
    async with asyncio.timeout(5):
        while not becoming_ready.done() and not await waits_for_a_lock(town):
            continue
    go.set()
    await asyncio.gather(completing, becoming_ready)
    await town.drive()
    assert await payable(town, order) == ("paid", 1030)
    assert len(await town.transfers(order.id)) == 1


async def waits_for_a_lock(town: Town) -> bool:
    """Whether a transaction in this database waits for another one."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(await town.rows(waiting))


async def test_m6_a_refused_transfer_stays_owed_and_is_sent_when_the_account_is_well(shared_town: Town) -> None:
    """M6: nobody loses it and nobody is told it was paid."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.delivered(runner)
    await town.control(f"accounts/{runner.stripe_account}", transfers="inactive")
    await town.drive()
    assert await payable(town, order) == ("open", 1030)
    assert (await town.saga(order, "pay_out_runner")).status == "undone"
    assert "push-payout-refused" in await town.told(order, runner.person_id)
    assert not (await town.known(runner.person_id)).payouts_ready
    await town.control(f"accounts/{runner.stripe_account}", transfers="active")
    await set_up_payout(town, runner)
    assert await payable(town, order) == ("paid", 1030)
    assert len(await town.transfers(order.id)) == 1


async def test_m8_a_capture_that_fails_never_refunds_or_releases(shared_town: Town) -> None:
    """M8: after the purchase only forward."""
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    await town.fault("POST /v1/payment_intents/*/capture", "status", status=400, code="not_today")
    await town.drive()
    (intent,) = await town.intents(order.id)
    assert intent["status"] == "requires_capture"
    assert (await town.order(order.id)).status is OrderStatus.DELIVERED
    assert (await town.saga(order, "complete_order")).status == "stuck"


async def test_the_ledger_holds_what_stripe_holds_for_one_order(shared_town: Town) -> None:
    """M6: the runner's part, ours, and Stripe's fee."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.delivered(runner)
    await town.drive()
    rows = await town.rows(
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


async def test_a_receipt_must_fit_what_the_customer_agreed_to(shared_town: Town) -> None:
    """M12: the shop limit, not the ceiling, bounds it."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    limit = order.price.shop_limit
    for receipt, refusal in ((limit + 1, ReceiptAboveLimit), (0, ReceiptTooSmall), (-5, ReceiptTooSmall)):
        async with town.database() as work:
            with pytest.raises(refusal):
                await running.buy(work, town.campus, runner, order.id, receipt)
    assert (await town.order(order.id)).status is OrderStatus.ACCEPTED
    await town.carry(runner, order, receipt=limit)
    await town.hand_over(runner, order)
    await town.drive()
    (intent,) = await town.intents(order.id)
    assert intent["amount_received"] == order.price.ceiling


async def test_five_wrong_pins_lock_the_order_and_the_admins_hear_it(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    await town.carry(runner, order)
    wrong = f"{(int(order.pin or 0) + 1) % 10_000:04d}"
    for left in (4, 3, 2, 1, 0):
        async with town.database() as work:
            tried = await running.hand_over(work, town.campus, runner, order.id, wrong)
        assert tried == running.WrongPinTyped(left)
    with pytest.raises(PinLocked):
        await town.hand_over(runner, order)
    assert (await town.order(order.id)).status is OrderStatus.ARRIVED
    assert (await town.told(order, town.campus.admin_chat)).count("push-pin-locked") == 1


async def test_a2_where_money_goes_is_read_from_the_person_never_from_the_order(shared_town: Town) -> None:
    """A2: the transfer's destination is the account Stripe gave us for the runner."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.delivered(runner)
    await town.drive()
    (transfer,) = await town.transfers(order.id)
    assert transfer["destination"] == runner.stripe_account
    (sent,) = [
        call
        for call in await town.look("requests")
        if call["path"] == "/v1/transfers" and str(order.id) == call["params"].get("metadata", {}).get("order")
    ]
    assert sent["idempotency_key"] == transfer["metadata"]["call"]
    (intent,) = await town.intents(order.id)
    assert sent["params"]["source_transaction"] == intent["latest_charge"]


async def test_a_capture_of_a_hold_that_is_not_held_here_stands_for_a_person(town: Town) -> None:
    """Money taken and books that say otherwise: nobody is told that all is well."""
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    await town.carry(runner, order)
    await town.hand_over(runner, order)
    await town.sql("UPDATE hold SET status = 'released' WHERE order_id = :id", id=order.id)
    for _ in range(MOST_FAULTS + 1):
        await town.hurry()
    stands = await town.saga(order, "complete_order")
    assert stands.status == "stuck"
    assert "is not held here" in (stands.error or "")
    assert await town.transfers(order.id) == []


async def test_m2_every_call_that_makes_something_carries_a_key(shared_town: Town) -> None:
    """M2: as far as the workers make them."""
    calls = [call for call in await shared_town.look("requests") if call["verb"] == "POST"]
    ours = [call for call in calls if "attach" not in call["path"]]
    assert len(ours) > 20
    assert [call["path"] for call in ours if not call["idempotency_key"]] == []


async def test_the_towns_books_are_right_after_all_this(shared_town: Town) -> None:
    assert await shared_town.breaches() == []
